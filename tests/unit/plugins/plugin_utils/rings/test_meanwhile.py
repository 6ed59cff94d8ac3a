"""One school's slow station holds no other school: what turns tell each other, and how a run comes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.meanwhile import (
    ROUNDS,
    Meanwhile,
    anybody_deferred,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.play import go_back, make_plan, take_step
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.turn import deferred, in_ring, keep_back, turn_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.wants import PlayVariables

from tests.unit import plays

_RESULTS = "pronote_client_result"
_DONE = {"action": "install", "changed": True}


class _Run:
    """A run over schools, each with its stations: steps are taken as the role takes them."""

    def __init__(self, folder: Path, **schools: list[str]) -> None:
        names = [(name, school) for school, names in schools.items() for name in names]
        survey = folder / "survey.jsonl"
        survey.write_text("".join(plays.line(name, school) for name, school in names), encoding="utf-8")
        self.task = plays.task({name: plays.off() for name, _school in names})
        self.plan = make_plan(
            PlayVariables(self.task, plays.DEFAULTS, plays.templated), store="", connect_timeout=0, survey=str(survey)
        )
        self.went: list[tuple[int, str]] = []

    def step(self, index: int, **results: dict[str, Any]) -> dict[str, Any]:
        """Who has a turn in a step goes, or not; ``results``: of those that go, ``_DONE`` without one."""
        step = take_step(self.task, self.plan, index=index, results=_RESULTS, store="", patience=5, check=False)
        for name, turns in self.plan["turns"].items():
            if name in self.task["ansible_play_batch"] and index in [turn["index"] for turn in turns]:
                own = self.task["hostvars"][name]
                turn = turn_of(name, self.plan, step, earlier=own.get(_RESULTS))
                kept = keep_back(turn)
                if kept is None:
                    self.went.append((index, name))
                    kept = in_ring(results.get(name, _DONE), turn)
                    Meanwhile(name, step).ended(deferred=kept.get("deferred", False))
                own[_RESULTS] = kept
                if kept.get("failed") or kept.get("unreachable"):
                    # Ansible goes on without it.
                    self.task["ansible_play_batch"].remove(name)
        return step

    def back(self) -> list[str]:
        """Go back to the schools that were left."""
        self.plan = go_back(self.task, self.plan, results=_RESULTS)
        return list(self.plan["deferred"])

    @property
    def steps(self) -> list[int]:
        """The steps that have turns."""
        return sorted({turn["index"] for turns in self.plan["turns"].values() for turn in turns})


def test_the_others_go_on_and_the_run_comes_back(tmp_path: Path) -> None:
    run = _Run(tmp_path, A=["a1", "a2", "a3"], B=["b1", "b2"])
    pilots, *reserves, wave = run.steps
    assert run.step(pilots, a1=deferred("slow"))["meanwhile"]
    for index in reserves:
        assert run.step(index)["go"] == []
    step = run.step(wave)
    # Nobody of the slow school goes, and nobody of it is held.
    assert (step["go"], step["held"]) == (["b2"], {})
    assert run.back() == ["A"]
    # The one that stays tells the end, should all of the school fail.
    assert {name for name, turns in run.plan["turns"].items() if turns} == {"a1", "a2", "a3"}
    assert run.plan["turns"]["b2"] == []
    run.went.clear()
    # Nobody waits any more: this time its end is waited for.
    assert [run.step(index)["meanwhile"] for index in run.steps] == [{}] * len(run.steps)
    assert run.went == [(pilots, "a1"), (wave, "a2"), (wave, "a3")]
    assert (run.back(), run.plan["turns"]) == ([], {})


def test_a_slow_pilot_that_fails_holds_its_school_in_the_end(tmp_path: Path) -> None:
    run = _Run(tmp_path, A=["a1", "a2"], B=["b1", "b2"])
    for index in run.steps:
        run.step(index, a1=deferred("slow"))
    run.back()
    failed = {"failed": True, "fact": "-12", "job": {"started": 1}}
    steps = [run.step(index, a1=failed) for index in run.steps]
    assert steps[-1]["held"].keys() == {"a2"}
    assert run.back() == []


def test_a_slow_reserve_is_come_back_to(tmp_path: Path) -> None:
    run = _Run(tmp_path, A=["a1", "a2", "a3"], B=["b1", "b2"])
    off = {"unreachable": True, "msg": "off"}
    for index in run.steps:
        run.step(index, a1=off, a2=deferred("slow"))
    assert run.went == [(0, "a1"), (0, "b1"), (1, "a2"), (run.steps[-1], "b2")]
    assert run.back() == ["A"]
    run.went.clear()
    for index in run.steps:
        run.step(index)
    # Its turn as a reserve, and then the wave: the pilot that is off has had its own.
    assert [name for _index, name in run.went] == ["a2", "a3"]


def test_the_last_time_whoever_is_slow_is_waited_for(tmp_path: Path) -> None:
    run = _Run(tmp_path, A=["a1", "a2"], B=["b1", "b2"], C=["c1", "c2"])
    rounds = []
    for _round in range(ROUNDS):
        told = [bool(run.step(i, a1=deferred("slow"), b1=deferred("slow"))["meanwhile"]) for i in run.steps]
        rounds.append(told[0])
        run.back()
    assert rounds == [True, True, False]


def test_one_school_alone_is_told_of_nobody(tmp_path: Path) -> None:
    run = _Run(tmp_path, A=["a1", "a2"])
    assert [run.step(index)["meanwhile"] for index in run.steps] == [{}] * len(run.steps)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["survey.jsonl"]
    assert run.back() == []


def test_a_school_that_stopped_is_in_no_hurry(tmp_path: Path) -> None:
    run = _Run(tmp_path, A=["a1", "a2", "a3"], B=["b1", "b2", "b3"])
    failed = {"failed": True, "fact": "-12", "job": {"started": 1}}
    run.step(0, b1=failed)
    assert set(take_step(run.task, run.plan, index=1, results=_RESULTS, store="", check=False)["meanwhile"]) == set()


def test_a_turn_is_left_once_all_of_another_school_have_waited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    step = {
        "meanwhile": Meanwhile.told(
            str(tmp_path / "survey"),
            0,
            2,
            others={"A": ["a1", "a2"], "B": ["b1", "b2"]},
            schools={"a1": "A", "a2": "A", "b1": "B", "b2": "B"},
            patience=60,
        )
    }
    slow = Meanwhile("a1", step)
    # Of its own school it waits for nobody.
    Meanwhile("a2", step).ended(deferred=False)
    Meanwhile("b1", step).ended(deferred=False)
    assert not slow.others_wait()
    clock[0] += 1000
    Meanwhile("b2", step).ended(deferred=False)
    assert not slow.others_wait()
    clock[0] += 59
    assert not slow.others_wait()
    clock[0] += 1
    assert slow.others_wait()
    assert not anybody_deferred(str(tmp_path / "survey"), 0)
    slow.ended(deferred=True)
    assert anybody_deferred(str(tmp_path / "survey"), 0)
    assert not anybody_deferred(str(tmp_path / "survey"), 1)


def test_without_a_file_nobody_is_left(tmp_path: Path) -> None:
    nobody = Meanwhile("a1", {})
    nobody.ended(deferred=True)
    assert not nobody.others_wait()
    gone = {"meanwhile": {"file": str(tmp_path / "no" / "folder"), "others": {"B": ["b1"]}, "patience": 0}}
    other = Meanwhile("a1", json.loads(json.dumps(gone)))
    other.ended(deferred=False)
    assert not other.others_wait()
    assert not anybody_deferred("", 0)
