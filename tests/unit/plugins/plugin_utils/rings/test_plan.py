from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.judge import (
    Standing,
    StationOutcome,
    outcome_of,
    stand,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.plan import (
    Limit,
    Rules,
    SchoolPlan,
    Station,
    load_plan,
    parse_limit,
    parse_rings,
    plan_school,
    steps_of,
)


def _rules(rings: list[Any], *, unproven: str = "", fail: Any = "10%", unreachable: Any = "100%") -> Rules:
    return Rules(
        rings=parse_rings(rings),
        max_fail=parse_limit(fail),
        max_unreachable=parse_limit(unreachable),
        unproven=unproven,
    )


def _stations(count: int, *, pilots: tuple[int, ...] = (), off: tuple[int, ...] = ()) -> list[Station]:
    return [Station(name=f"s{n:03}", pilot=n in pilots, reachable=n not in off) for n in range(count)]


def _plan(count: int, rings: list[Any], *, done: int = 0, unproven: str = "", **stations: Any) -> SchoolPlan:
    rules = _rules(rings, unproven=unproven)
    return plan_school("A", _stations(count, **stations), rules, done=done, release="2026.2.7")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, Limit(1, False)),
        ("12", Limit(12, False)),
        ("10%", Limit(10, True)),
        (" 100% ", Limit(100, True)),
        (0, Limit(0, False)),
    ],
)
def test_a_limit(value: Any, expected: Limit) -> None:
    assert parse_limit(value) == expected


@pytest.mark.parametrize("value", ["", "ten", "-1", "1.5", "10 %", "101%", True, None, [], "1" * 7])
def test_what_is_no_limit(value: Any) -> None:
    with pytest.raises(ValueError, match=r"neither a number|more than all"):
        parse_limit(value)


@pytest.mark.parametrize("value", [[], [1, 0], ["0%"]])
def test_rings_are_not_empty(value: Any) -> None:
    with pytest.raises(ValueError, match="at least one ring"):
        parse_rings(value)


@pytest.mark.parametrize(
    ("count", "rings", "sizes"),
    [
        (300, [1, "10%", "100%"], [1, 30, 269]),
        (5, [1, "10%", "100%"], [1, 1, 3]),
        (1, [1, "10%", "100%"], [1]),
        (20, ["100%"], [20]),
        (20, "100%", [20]),
        (20, [30], [20]),
        (7, [1, 2], [1, 2, 2, 2]),
        (10, ["50%"], [5, 5]),
        (0, ["100%"], []),
        (0, [1, "100%"], []),
    ],
)
def test_sizes_are_read_as_serial_reads_them(count: int, rings: list[Any], sizes: list[int]) -> None:
    plan = _plan(count, rings)
    assert [len(ring) for ring in plan.rings] == sizes
    everybody = [name for ring in plan.rings for name in ring]
    assert sorted(everybody) == [s.name for s in _stations(count)]


def test_pilots_are_the_first_that_can_be_reached() -> None:
    plan = _plan(10, [2, "100%"], off=(0, 1, 3))
    assert plan.rings[0] == ("s002", "s004")
    assert plan.reserves == ("s005", "s006", "s007")
    # Nobody answers: somebody has to be tried all the same.
    assert _plan(3, [1, "100%"], off=(0, 1, 2)).rings[0] == ("s000",)
    assert _plan(3, [1, "100%"], off=(0, 1, 2)).reserves == ()


def test_named_pilots_are_ring_1_and_nobody_stands_in_for_them() -> None:
    plan = _plan(10, [1, "100%"], pilots=(7, 8), off=(7,))
    assert plan.rings == (("s007", "s008"), tuple(f"s{n:03}" for n in (0, 1, 2, 3, 4, 5, 6, 9)))
    assert plan.reserves == ()
    # Rings turned off are off.
    assert len(_plan(10, ["100%"], pilots=(7,)).rings) == 1


@pytest.mark.parametrize("rings", [["100%"], [5, "100%"], ["10%"], [1, "100%"]])
def test_an_unproven_response_file_means_exactly_one_pilot(rings: list[Any]) -> None:
    plan = _plan(40, rings, unproven="2026.1.3", pilots=(3, 4), off=(3,))
    assert plan.rings[0] == ("s004",) or plan.rings[0] == ("s003",)
    assert len(plan.rings[0]) == 1
    assert _plan(40, rings, unproven="2026.1.3").rings[0] == ("s000",)


@pytest.mark.parametrize(("done", "passed", "first"), [(0, 0, 1), (1, 1, 31), (20, 1, 31), (31, 2, 300), (300, 3, 300)])
def test_a_run_resumes_where_the_last_one_stopped(done: int, passed: int, first: int) -> None:
    plan = _plan(300, [1, "10%", "100%"], done=done)
    assert plan.passed == passed
    steps = steps_of([plan])
    assert len(steps[0].members["A"]) == first
    # Everybody has a turn exactly once; reserves come on top.
    turns = [name for step in steps if not step.reserve for name in step.members["A"]]
    assert sorted(turns) == [s.name for s in _stations(300)]


def test_schools_go_side_by_side() -> None:
    one = _plan(12, [1, "10%", "100%"])
    two = plan_school("B", [Station(name="b1"), Station(name="b2")], _rules(["100%"]))
    steps = steps_of([one, two])
    assert [(s.ring, s.reserve, {k: len(v) for k, v in s.members.items()}) for s in steps] == [
        (1, 0, {"A": 1, "B": 2}),
        (1, 1, {"A": 1}),
        (1, 2, {"A": 1}),
        (1, 3, {"A": 1}),
        (2, 0, {"A": 2}),
        (3, 0, {"A": 9}),
    ]
    assert steps_of([]) == []


def _done(*names: str) -> dict[str, StationOutcome]:
    return {name: StationOutcome(kind="done") for name in names}


def _walk(plan: SchoolPlan, kinds: dict[str, StationOutcome]) -> tuple[list[tuple[str, ...]], Standing]:
    """Go through every step as a run does; who went in each, and where it ended."""
    steps = steps_of([plan])
    outcomes: dict[str, StationOutcome] = {}
    went = []
    for index in range(len(steps)):
        standing = stand(plan, steps, index, outcomes)
        went.append(standing.go)
        for name in standing.go:
            assert name not in outcomes
            outcomes[name] = kinds.get(name, StationOutcome(kind="done", brought=True))
    return went, stand(plan, steps, len(steps), outcomes)


def test_all_well() -> None:
    plan = _plan(20, [1, "10%", "100%"])
    went, end = _walk(plan, {})
    assert [len(names) for names in went] == [1, 0, 0, 0, 2, 17]
    assert (end.passed, end.reason, end.counts["done"]) == (3, "", 20)


FAILED = StationOutcome(kind="failed", fact="the setup answered -1")


def test_a_failed_pilot_stops_its_school() -> None:
    went, end = _walk(_plan(20, [1, "10%", "100%"]), {"s000": FAILED})
    assert [len(names) for names in went] == [1, 0, 0, 0, 0, 0]
    assert end.reason == "1 of 1 pilots failed: s000 (s000: the setup answered -1)"
    assert end.passed == 0


@pytest.mark.parametrize("kind", ["skipped", "unfit", "unreachable"])
def test_somebody_stands_in_for_a_pilot_that_proves_nothing(kind: Any) -> None:
    nothing = StationOutcome(kind=kind, fact="why")
    went, end = _walk(_plan(20, [1, "10%", "100%"]), {"s000": nothing, "s001": nothing})
    assert went[:4] == [("s000",), ("s001",), ("s002",), ()]
    assert end.passed == 3
    went, end = _walk(_plan(20, [1, "100%"]), {f"s{n:03}": nothing for n in range(20)})
    assert [len(names) for names in went] == [1, 1, 1, 1, 0]
    assert end.reason.startswith(f"no pilot proved the release: 4 {kind}, s000, s001, s002 and 1 more (s000: why)")


def test_a_reserve_that_fails_stops_as_a_pilot_does() -> None:
    went, end = _walk(_plan(20, [1, "100%"]), {"s000": StationOutcome(kind="unreachable"), "s001": FAILED})
    assert [len(names) for names in went] == [1, 1, 0, 0, 0]
    assert "1 of 2 pilots failed" in end.reason


@pytest.mark.parametrize(
    ("kinds", "fail", "unreachable", "says"),
    [
        ({"s001": "failed"}, "10%", "100%", ""),
        ({"s001": "failed", "s002": "unfit"}, "10%", "100%", "2 of 10 stations of ring 2 failed, more than 10%"),
        ({"s001": "failed", "s002": "unfit"}, 2, "100%", ""),
        ({"s001": "failed"}, 0, "100%", "1 of 10 stations of ring 2 failed, more than 0"),
        ({f"s{n:03}": "unreachable" for n in range(1, 11)}, 0, "100%", ""),
        (
            {f"s{n:03}": "unreachable" for n in range(1, 8)},
            0,
            "50%",
            "7 of 10 stations of ring 2 were unreachable, more than 50%: s001, s002, s003 and 4 more",
        ),
        ({f"s{n:03}": "skipped" for n in range(1, 11)}, 0, 0, ""),
    ],
)
def test_the_thresholds_of_a_wave(kinds: dict[str, Any], fail: Any, unreachable: Any, says: str) -> None:
    rules = _rules([1, 10, "100%"], fail=fail, unreachable=unreachable)
    plan = plan_school("A", _stations(30), rules)
    went, end = _walk(plan, {name: StationOutcome(kind=kind) for name, kind in kinds.items()})
    assert says in end.reason
    assert bool(end.reason) is bool(says)
    assert len(went[-1]) == (0 if says else 19)
    assert end.passed == (1 if says else 3)


def test_what_stopped_is_held_and_said() -> None:
    plan = _plan(4, [1, "100%"])
    steps = steps_of([plan])
    standing = stand(plan, steps, len(steps) - 1, {"s000": FAILED})
    assert (standing.go, standing.held) == ((), ("s001", "s002", "s003"))


def test_a_response_file_of_another_release_is_named_when_it_does_not_fit() -> None:
    plan = _plan(4, ["100%"], unproven="2026.1.3")
    _, end = _walk(plan, {"s000": StationOutcome(kind="failed", fact="-12", wrong_response=True)})
    assert "its response file was recorded for 2026.1.3 and does not fit 2026.2.7: record it again" in end.reason
    # Whatever the threshold is.
    lenient = Rules(rings=plan.rules.rings, max_fail=Limit(100, True), max_unreachable=Limit(100, True), unproven="x")
    plan = plan_school("A", _stations(4), lenient)
    assert _walk(plan, {"s000": FAILED})[1].reason
    assert not _walk(
        plan_school("A", _stations(4), _rules([1, "100%"], fail="100%")), {"s000": FAILED, "s001": FAILED}
    )[1].reason.startswith("1 of 1 pilots failed")


def test_only_a_station_brought_to_the_release_proves_its_response_file() -> None:
    plan = _plan(20, ["100%"], unproven="2026.1.3")
    right = StationOutcome(kind="done")
    went, end = _walk(plan, {"s000": right})
    assert [len(names) for names in went] == [1, 1, 0, 0, 18]
    assert end.reason == ""
    # Of a proven file as well: one that was found right has shown nothing.
    assert [len(names) for names in _walk(_plan(20, [1, "100%"]), {"s000": right})[0]] == [1, 1, 0, 0, 18]
    # All of them were right already: nothing speaks against going on.
    went, end = _walk(plan, {f"s{n:03}": right for n in range(4)})
    assert [len(names) for names in went] == [1, 1, 1, 1, 16]
    assert end.reason == ""
    # Some were off: nobody has shown anything.
    silent = dict.fromkeys(("s001", "s002", "s003"), StationOutcome(kind="unreachable", fact="off"))
    went, end = _walk(_plan(20, [1, "100%"]), {"s000": right, **silent})
    assert [len(names) for names in went] == [1, 1, 1, 1, 0]
    assert "no pilot proved the release: 1 done, s000" in end.reason


def _known(count: int, *, failed: tuple[int, ...] = (), right: tuple[int, ...] = (), **more: Any) -> list[Station]:
    return [
        replace(station, failed=n in failed, right=n in right) for n, station in enumerate(_stations(count, **more))
    ]


@pytest.mark.parametrize(
    ("stations", "before", "rings"),
    [
        # Those that failed last time hold nobody: they are no pilots, and in the last wave.
        (_known(5, failed=(0, 1)), 0, [["s002"], ["s003", "s004"], ["s000", "s001"]]),
        # Somebody off cannot show anything, somebody broken may.
        (_known(3, failed=(0,), off=(1, 2)), 0, [["s000"], ["s001", "s002"]]),
        # Nothing to do is nothing to show.
        (_known(3, right=(0, 1)), 0, [["s002"], ["s000", "s001"]]),
        # Named pilots: the sound ones; when all of them are broken, that is what their school waits for …
        (_known(4, failed=(2,), pilots=(2, 3)), 0, [["s003"], ["s000", "s001"], ["s002"]]),
        (_known(4, failed=(2,), pilots=(2,)), 0, [["s002"], ["s000", "s001"], ["s003"]]),
        # … unless another has shown it.
        (_known(4, failed=(2,), pilots=(2,)), 1, [[], ["s000", "s001"], ["s003", "s002"]]),
        (_known(3, failed=(0, 1)), 1, [[], ["s002", "s000"], ["s001"]]),
    ],
)
def test_pilots_have_work_to_do_and_did_not_fail_last_time(
    stations: list[Station], before: int, rings: list[list[str]]
) -> None:
    plan = plan_school("A", stations, _rules([1, 2, "100%"]), before=before)
    assert [list(ring) for ring in plan.rings] == rings
    assert plan.passed == before


@pytest.mark.parametrize(
    ("outcomes", "by", "remedy"),
    [
        ({"s000": "failed"}, ("s000",), "Mend s000, or name another pilot (pronote_pilot: true on a station)"),
        (
            {f"s{n:03}": "unreachable" for n in range(4)},
            ("s000", "s001", "s002", "s003"),
            "Have one of s000, s001, s002 and 1 more on and free, or name another pilot",
        ),
        ({"s002": "failed"}, ("s002",), "Mend s002, or allow more with pronote_client_ring_max.failed"),
        ({"s001": "unreachable"}, ("s001",), "Switch s001 on, or allow more with pronote_client_ring_max.unreachable"),
    ],
)
def test_a_stop_says_for_whom_and_how_to_go_on(outcomes: dict[str, Any], by: tuple[str, ...], remedy: str) -> None:
    plan = plan_school("A", _stations(9), _rules([1, 2, "100%"], fail=0, unreachable=0))
    _, end = _walk(plan, {name: StationOutcome(kind=kind, fact="why") for name, kind in outcomes.items()})
    assert end.stop.by == by
    assert end.stop.remedy.startswith(remedy)
    assert end.stop.remedy.endswith(", then deploy again.")


@pytest.mark.parametrize("code", [-3, -8, -12])
def test_answers_that_do_not_fit_over_an_earlier_release_say_which_to_record(code: int) -> None:
    plan = _plan(20, ["100%"], unproven="a first installation")
    assert len(plan.rings[0]) == 1
    failed = outcome_of({"failed": True, "fact": "no", "job": {"started": 1, "code": code}}, gone=False)
    assert failed is not None
    reason = _walk(plan, {"s000": failed})[1].reason
    assert "record the answers (pronote_record_modes=update)" in reason
    assert "pronote_client_update: reinstall" in reason


def test_a_problem_of_the_variables_holds_everybody() -> None:
    plan = SchoolPlan(school="A", rules=_rules([1]), rings=(("s000", "s001"),), problem="'x' is no ring")
    standing = stand(plan, steps_of([plan]), 0, {})
    assert (standing.held, standing.reason) == (("s000", "s001"), "'x' is no ring")


@pytest.mark.parametrize(
    ("result", "gone", "kind"),
    [
        (None, False, None),
        (None, True, "unreachable"),
        ({"skipped": True}, False, None),
        ({"action": "none"}, False, "done"),
        ({"action": "install", "job": {"started": 1}}, False, "done"),
        ({"action": "skip", "reason": "in use"}, False, "skipped"),
        # Nor does one that waits for its next start.
        ({"action": "arm", "changed": True}, False, "skipped"),
        ({"action": "armed"}, False, "skipped"),
        # A frozen pilot proves nothing until a restart has shown that the client stays, and is no failure.
        ({"action": "install", "frozen": "Deep Freeze", "job": {"started": 1}}, False, "skipped"),
        ({"action": "finish", "frozen": "UWF", "job": {"followed": True}}, False, "skipped"),
        ({"action": "none", "frozen": "Deep Freeze"}, False, "skipped"),
        ({"action": "install", "frozen": "", "job": {"started": 1}}, False, "done"),
        ({"unreachable": True, "fact": "off"}, False, "unreachable"),
        ({"unreachable": True, "job": {"started": 1}}, False, "unreachable"),
        ({"failed": True, "kind": "endless", "job": {"started": 1}}, False, "unreachable"),
        ({"failed": True, "kind": "redirect"}, False, "unreachable"),
        ({"failed": True, "kind": "fault", "job": {"started": 1}}, False, "failed"),
        ({"failed": True, "fact": "disk full"}, False, "unfit"),
        ({"failed": True, "job": {"started": 0, "followed": False}}, False, "unfit"),
        ({"failed": True, "job": {"started": 1, "code": -1}}, False, "failed"),
        ({"failed": True, "job": {"followed": True}}, True, "failed"),
        # Its result of an earlier step, passed on.
        ({"skipped": True, "action": "install"}, False, "done"),
    ],
)
def test_outcomes(result: dict[str, Any] | None, gone: bool, kind: str | None) -> None:
    outcome = outcome_of(result, gone=gone)
    assert (outcome.kind if outcome else None) == kind


@pytest.mark.parametrize(("code", "wrong"), [(-3, True), (-12, True), (-1, False), (None, False)])
def test_the_codes_of_a_wrong_response_file(code: int | None, wrong: bool) -> None:
    outcome = outcome_of({"failed": True, "job": {"started": 1, "code": code}}, gone=False)
    assert outcome is not None
    assert outcome.wrong_response is wrong


@pytest.mark.parametrize(
    ("before", "sizes", "passed", "first"),
    [
        (0, [1, 30, 269], 0, 1),
        # The pilot was brought yesterday: ring 2 goes, of a tenth of all.
        (1, [0, 30, 269], 1, 30),
        (11, [0, 20, 269], 1, 20),
        (31, [0, 0, 269], 2, 269),
        (290, [0, 0, 10], 2, 10),
    ],
)
def test_rings_that_others_have_filled_take_nobody(before: int, sizes: list[int], passed: int, first: int) -> None:
    rules = _rules([1, "10%", "100%"])
    plan = plan_school("A", _stations(300 - before), rules, before=before)
    assert ([len(ring) for ring in plan.rings], plan.passed) == (sizes, passed)
    assert len(steps_of([plan])[0].members["A"]) == first
    assert load_plan(plan.as_dict()) == plan
    assert bool(plan.reserves) is (passed == 0)


@pytest.mark.parametrize(("before", "rings", "passed"), [(1, [2, 7], 0), (2, [0, 8], 1)])
def test_pilots_that_are_named_wait_for_nobody_once_as_many_are_proven(
    before: int, rings: list[int], passed: int
) -> None:
    plan = plan_school("A", _stations(10 - before, pilots=(0, 1, 2)[: 3 - before]), _rules([1, "100%"]), before=before)
    assert ([len(ring) for ring in plan.rings], plan.passed) == (rings, passed)
