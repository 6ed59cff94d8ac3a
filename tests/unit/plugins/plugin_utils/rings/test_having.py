"""A school that another run has: nobody of it goes, and nothing of it is remembered here."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import utc_now
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease.decide import Run
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease.kept import holders, release, take
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease.run import this_run
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.having import give_back_schools, lease_seconds
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.kept import read_progress
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.play import make_plan, take_step
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.turn import keep_back, turn_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.wants import PlayVariables
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store

from tests.unit import plays

_OTHER = Run(run="node-2:x", holder="AWX 13", node="node-2")
_STATIONS = {"a1": plays.off(), "a2": plays.off(), "b1": {**plays.off(), "pronote_uai": "B"}}


def _taken(path: Path, *schools: str) -> None:
    with Store(path) as store:
        take(store, schools, _OTHER, now=utc_now(), seconds=300, alive=lambda _run: True)


def _who_has(path: Path, school: str) -> str:
    nobody = Run(run="", holder="", node="")
    with Store(path) as store:
        found = holders(store, [school], nobody, now=utc_now(), alive=lambda _run: True)
    return found[school].run if found else ""


def _plan(task: dict[str, Any], path: Path, **more: Any) -> dict[str, Any]:
    planned = make_plan(
        PlayVariables(task, plays.DEFAULTS, plays.templated), store=str(path), connect_timeout=0, **more
    )
    return {**planned, "plans": [{**plan, "elsewhere": str(plan["elsewhere"])} for plan in planned["plans"]]}


def test_a_school_of_another_run_keeps_back_and_the_other_goes(tmp_path: Path) -> None:
    path = tmp_path / "state"
    _taken(path, "A")
    task = plays.task(_STATIONS)
    planned = _plan(task, path)
    step = take_step(task, planned, index=0, results="r", store=str(path), check=False)
    assert (step["go"], sorted(step["held"]), sorted(step["elsewhere"])) == (["b1"], ["a1", "a2"], ["a1", "a2"])
    assert "held back: another run has the school A: AWX 13 on node-2, until " in step["held"]["a1"]
    kept = keep_back(turn_of("a1", planned, step, earlier=None))
    assert kept is not None
    assert (kept["action"], kept["elsewhere"], kept["changed"]) == ("skip", True, False)
    assert "failed" not in kept
    assert "pronote_timeouts.lease_wait" in kept["remedy"]
    # How far the other run gets with it is not for this one to say.
    end = take_step(task, planned, index=-1, results="r", store=str(path), check=False)
    assert list(end["stopped"]) == ["A"]
    with Store(path) as store:
        assert {school for school, _release in read_progress(store)} <= {"B"}
    give_back_schools(str(path))
    assert (_who_has(path, "A"), _who_has(path, "B")) == (_OTHER.run, "")


def test_a_dry_run_says_who_has_a_school_and_takes_none(tmp_path: Path) -> None:
    path = tmp_path / "state"
    _taken(path, "A")
    task = plays.task(_STATIONS)
    planned = _plan(task, path, check=True)
    assert any("AWX 13 on node-2" in warning for warning in planned["warnings"])
    step = take_step(task, planned, index=0, results="r", store=str(path), check=True)
    assert (step["held"], {"a1", "b1"} <= set(step["go"])) == ({}, True)
    assert _who_has(path, "B") == ""


def test_it_waits_as_long_as_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state"
    _taken(path, "A")
    clock, said = [0.0], list[str]()
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def sleep(seconds: float) -> None:
        clock[0] += seconds
        if clock[0] >= 60 and path.exists():
            with Store(path) as store:
                release(store, _OTHER.run)

    monkeypatch.setattr(time, "sleep", sleep)
    held = _plan(plays.task(_STATIONS), path, lease_wait=30, waits=said.extend)
    assert [plan["elsewhere"] != "" for plan in held["plans"]] == [True, False]
    assert clock == [30.0]
    had = _plan(plays.task(_STATIONS), path, lease_wait=600, waits=said.extend)
    assert [plan["elsewhere"] for plan in had["plans"]] == ["", ""]
    assert clock == [60.0]
    assert len(said) == 2


def test_a_school_that_was_lost_meanwhile_is_left_to_who_has_it(tmp_path: Path) -> None:
    """Nothing was written for longer than the lease (a machine that slept), and another run has taken it."""
    path = tmp_path / "state"
    task = plays.task(_STATIONS)
    planned = _plan(task, path)
    with Store(path) as store:
        later = utc_now() + dt.timedelta(seconds=301)
        assert take(store, ["A"], _OTHER, now=later, seconds=300, alive=lambda _run: True) == {}
    step = take_step(task, planned, index=0, results="r", store=str(path), check=False)
    assert (step["go"], step["elsewhere"]) == (["b1"], ["a1"])


def test_a_run_has_its_own_school_whatever_the_play(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with Store(path) as store:
        take(store, ["A"], this_run({}), now=utc_now(), seconds=300, alive=lambda _run: True)
    assert [plan["elsewhere"] for plan in _plan(plays.task(_STATIONS), path)["plans"]] == ["", ""]


def test_too_short_a_lease_would_end_while_its_run_works() -> None:
    assert lease_seconds(120) == 120
    with pytest.raises(ValueError, match="at least 120"):
        lease_seconds(119)


def test_a_store_that_cannot_be_used_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_text("no store", encoding="utf-8")
    planned = _plan(plays.task(_STATIONS), path)
    assert [plan["elsewhere"] for plan in planned["plans"]] == ["", ""]
    assert any("Whether another run has these schools" in warning for warning in planned["warnings"])
