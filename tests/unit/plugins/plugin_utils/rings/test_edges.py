"""Rings where a rule just holds, or just does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.judge import outcome_of, stand
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.plan import (
    Rules,
    SchoolPlan,
    Station,
    parse_limit,
    parse_rings,
    plan_school,
    steps_of,
)

_DONE: dict[str, Any] = {"action": "install", "reason": "2026.1.3 installed", "changed": True}
_FAILED: dict[str, Any] = {"failed": True, "fact": "the setup answered", "job": {"started": 1, "code": -51}}


def _plan(
    count: int, rings: list[Any], *, school: str = "A", unproven: str = "", done: int = 0, **who: Any
) -> SchoolPlan:
    rules = Rules(
        rings=parse_rings(rings), max_fail=parse_limit(0), max_unreachable=parse_limit("100%"), unproven=unproven
    )
    off, pilots = who.get("off", ()), who.get("pilots", ())
    names = [f"{school.lower()}{number}" for number in range(count)]
    stations = [Station(name=name, pilot=name in pilots, reachable=name not in off) for name in names]
    return plan_school(school, stations, rules, done=done, release="2026.2.7")


def _outcomes(**results: dict[str, Any]) -> dict[str, Any]:
    return {name: outcome_of(result, gone=False) for name, result in results.items()}


@pytest.mark.parametrize(
    ("count", "rings", "sizes"),
    [(202, ["50%"], [101, 101]), (100, [1, "10%", "20%", "100%"], [1, 10, 20, 69])],
)
def test_sizes(count: int, rings: list[Any], sizes: list[int]) -> None:
    assert [len(ring) for ring in _plan(count, rings).rings] == sizes


def test_pilots_are_chosen_whatever_the_number_of_sizes() -> None:
    assert _plan(10, ["10%"], off=("a0",)).rings[0] == ("a1",)


def test_nobody_stands_in_for_a_named_pilot_of_an_unproven_response_file() -> None:
    plan = _plan(10, [1, "100%"], unproven="2026.1.3", pilots=("a3",))
    assert (plan.rings[0], plan.reserves) == (("a3",), ())


@pytest.mark.parametrize(
    ("result", "fact", "brought"),
    [
        (_DONE, "2026.1.3 installed", True),
        ({"action": "finish", "reason": "a job of an earlier run"}, "a job of an earlier run", True),
        ({"action": "none", "reason": "2026.2.7 is installed"}, "2026.2.7 is installed", False),
        ({"action": "none", "msg": "said"}, "said", False),
        ({"action": "none"}, "", False),
        ({**_FAILED, "reason": "not this", "msg": "nor this"}, "the setup answered", False),
    ],
)
def test_what_a_station_has_to_say(result: dict[str, Any], fact: str, brought: bool) -> None:
    outcome = outcome_of(result, gone=False)
    assert outcome is not None
    assert (outcome.fact, outcome.brought) == (fact, brought)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (-51, "1 of 1 pilots failed: a0 (a0: the setup answered)"),
        (
            -12,
            "1 of 1 pilots failed: a0 (a0: the setup answered); its response file was recorded for 2026.1.3 and does "
            "not fit 2026.2.7: record it again for this release",
        ),
    ],
)
def test_only_a_wrong_response_file_is_to_be_recorded_again(code: int, reason: str) -> None:
    plan = _plan(10, [1, "100%"], unproven="2026.1.3")
    steps = steps_of([plan])
    failed = {**_FAILED, "job": {"started": 1, "code": code}}
    assert stand(plan, steps, len(steps), _outcomes(a0=failed)).reason == reason


def test_a_school_of_fewer_rings_than_another() -> None:
    one, many = _plan(1, [1, "100%"]), _plan(9, [1, 2, "100%"], school="B")
    steps = steps_of([one, many])
    assert len(many.rings) > len(one.rings)
    end = stand(one, steps, len(steps), _outcomes(a0=_DONE))
    assert (end.reason, end.passed) == ("", 1)


def test_pilots_of_an_earlier_run_are_judged_with_their_wave() -> None:
    plan = _plan(4, [1, "50%", "100%"], done=1)
    steps = steps_of([plan])
    assert (plan.passed, steps[0].members["A"]) == (1, ("a0", "a1", "a2"))
    found = stand(plan, steps, 1, _outcomes(a0=_FAILED, a1=_DONE, a2=_DONE))
    assert found.reason.startswith("1 of 3 stations of ring 2 failed")


def test_what_is_wrong_in_the_variables_stays_the_reason() -> None:
    plan = replace(_plan(4, [1, "100%"]), problem="pronote_client_rings is none")
    steps = steps_of([plan])
    found = stand(plan, steps, len(steps), _outcomes(a0=_DONE, a1=_DONE))
    assert found.reason == "pronote_client_rings is none"


def test_a_frozen_pilot_proves_nothing_until_a_restart_has_shown_it() -> None:
    plan = _plan(10, [1, "100%"])
    steps = steps_of([plan])
    frozen = {**_DONE, "frozen": "Deep Freeze"}
    reserves = dict.fromkeys(plan.reserves, frozen)
    # A reserve stands in; when nobody but frozen ones is there, the school stops and says so.
    assert stand(plan, steps, 1, _outcomes(a0=frozen)).go
    stopped = stand(plan, steps, len(steps), _outcomes(a0=frozen, **reserves))
    assert stopped.reason.startswith("no pilot proved the release")
    assert "installed on a frozen station (Deep Freeze), to be confirmed" in stopped.reason
    # Confirmed by the next run: it counts, and nobody stands in.
    assert not stand(plan, steps, len(steps), _outcomes(a0={"action": "none"}, a1=_DONE)).reason


_FAULTY: dict[str, Any] = {"failed": True, "kind": "configuration", "fact": "pronote_mac cannot be right"}


def _with_faulty(count: int, rings: list[Any], *faulty: str, pilots: tuple[str, ...] = ()) -> SchoolPlan:
    rules = Rules(rings=parse_rings(rings), max_fail=parse_limit(0), max_unreachable=parse_limit("100%"))
    names = [f"a{number}" for number in range(count)]
    stations = [Station(name=name, pilot=name in pilots, reachable=True, faulty=name in faulty) for name in names]
    return plan_school("A", stations, rules, release="2026.2.7")


@pytest.mark.parametrize(
    ("faulty", "pilots", "first", "reserves"),
    [
        # It can show nothing: it goes last, and stands in for nobody.
        (("a0", "a2"), (), ("a1",), ("a3",)),
        (("a0",), ("a0", "a2"), ("a2",), ()),
        (("a0",), ("a0",), ("a1",), ("a2", "a3")),
    ],
)
def test_a_station_with_a_fault_in_the_inventory_is_no_pilot(
    faulty: tuple[str, ...], pilots: tuple[str, ...], first: tuple[str, ...], reserves: tuple[str, ...]
) -> None:
    plan = _with_faulty(4, [1, "100%"], *faulty, pilots=pilots)
    assert (plan.rings[0], plan.reserves) == (first, reserves)
    assert sorted(name for ring in plan.rings for name in ring) == ["a0", "a1", "a2", "a3"]


@pytest.mark.parametrize("result", [_FAULTY, {**_FAULTY, "job": {}}])
def test_it_does_not_stop_its_school(result: dict[str, Any]) -> None:
    plan = _with_faulty(4, [1, 2, "100%"], "a3")
    steps = steps_of([plan])
    (last,) = (index for index, step in enumerate(steps) if step.ring == 3)
    standing = stand(plan, steps, last, _outcomes(a0=_DONE, a1=_DONE, a2=result))
    assert (standing.go, standing.reason) == (("a3",), "")
    # Beside pilots that were right already nobody has spoken against going on.
    both = _with_faulty(3, [2, "100%"], "a0", "a1")
    steps = steps_of([both])
    (last,) = (index for index, step in enumerate(steps) if step.ring == 2)
    right = {"action": "none", "reason": "it is installed"}
    assert stand(both, steps, last, _outcomes(a2=right, a0=_FAULTY)).go == ("a1",)


def test_one_that_was_begun_counts_whatever_it_is_called() -> None:
    outcome = outcome_of({**_FAULTY, "job": {"started": 1}}, gone=False)
    assert outcome is not None
    assert outcome.kind == "failed"
