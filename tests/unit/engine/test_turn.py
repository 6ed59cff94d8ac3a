"""What a survey found of a station, and what its turn makes of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.arguments import TURN_SPEC
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.survey import DeploymentSurvey
from ansible_collections.rentree.pronote.plugins.plugin_utils.doors.language import worded
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.kept import standings
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.woken import mark_woken
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.meanwhile import Meanwhile, anybody_deferred
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.options import Resolved, checking
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.results import SurveyResults, read_line
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.turns import handed_over
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.station.bench import NAME, Bench
from tests.station.fixtures import MakeStation

OLD: dict[str, Any] = {"clients": [{"release": "2026.1.9"}]}
RIGHT: dict[str, Any] = {"clients": [{"release": "2026.2.7"}]}


class _Run:
    """A deployment's survey of one station, and the station's turn."""

    def __init__(self, pc: Bench, *, check: bool = False, **arguments: Any) -> None:
        self.pc, self.check = pc, check
        self.given = {
            "release": "2026.2.7",
            "depot": pc.depot_url,
            "releases": pc.lock(),
            "store": str(pc.work / "state.sqlite3"),
            "poll_interval": 10,
            "school": "0310001A",
            **arguments,
        }
        station = Resolved(name=NAME, arguments=checking(TURN_SPEC)(self.given))
        survey = DeploymentSurvey([station], check=check, words=catalogue("en"))
        errand = survey.errand(station)
        result = errand if isinstance(errand, dict) else errand.result(self._read(errand.begin()))
        with SurveyResults() as results:
            results.add(NAME, worded(result, lambda: catalogue("en")), **survey.foreseen(NAME, result))
        self.path, self.idle, self.warnings = str(results.path), survey.idle, survey.end()
        self.line = read_line(self.path, 0)

    def _read(self, reading: Any) -> Any:
        station = WinrmStation(self.pc.connection())
        try:
            return station.read(reading)
        except StationError as exc:
            return exc
        finally:
            station.close()

    def turn(self, step: dict[str, Any] | None = None) -> dict[str, Any]:
        given = {"arguments": "given", "found": "found", **({"step": "step"} if step else {})}
        found = {"survey": self.path, "at": {NAME: 0}, "id": "plan-1", "releases": {}}
        return self.pc.run("client_turn", given, check=self.check, given=self.given, found=found, step=step)

    def standing(self) -> Any:
        return standings(Path(self.given["store"]), product="pronote_client").get(NAME, {}).get("standing")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path), raising=False)


def test_a_station_with_nothing_to_do_has_no_turn_and_is_remembered(make_station: MakeStation) -> None:
    run = _Run(make_station(**RIGHT, pending_reboot=["cbs"]))
    assert (run.line["turn"], run.idle, run.line["result"]["action"]) == (False, 1, "none")
    standing = run.standing()
    assert (standing.found, standing.outcome) == ("right", "done")
    # It has no task that could show its warnings.
    (warning,) = run.warnings
    assert warning.startswith(f"{NAME}: a restart of Windows is pending")


def test_a_dry_run_shows_what_was_found_and_asks_nothing_more(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    run = _Run(pc, check=True)
    asked = len(pc.events("request"))
    told = run.turn()
    assert len(pc.events("request")) == asked
    assert told == pc.client(check=True)
    assert (told["action"], told["changed"]) == ("install", True)
    assert (run.line["turn"], run.idle, run.standing()) == (True, 0, None)


def test_a_real_turn_reads_the_station_again(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    run = _Run(pc)
    assert run.standing() is None
    pc.people("start", "2026.1.9")
    assert (run.turn()["action"], pc.starts()) == ("skip", 0)
    pc.people("close")
    assert (run.turn()["action"], pc.starts()) == ("install", 1)
    # Nothing is left of it by then.
    assert (run.turn()["action"], pc.starts()) == ("none", 1)


@pytest.mark.parametrize("off", [True, False])
def test_what_cannot_be_deployed_is_told_as_it_was_found(make_station: MakeStation, off: bool) -> None:
    pc = make_station(**OLD, **({} if off else {"free_space": 100_000_000}))
    if off:
        pc.power(on=False)
    run = _Run(pc)
    standing = run.standing()
    assert standing.outcome == ("unreachable" if off else "failed")
    # Whatever became of it since.
    pc.power(on=True)
    asked = len(pc.events("request"))
    told = run.turn()
    assert bool(told.get("unreachable" if off else "failed"))
    assert told["fact"] == standing.reason
    assert len(pc.events("request")) == asked


def test_a_station_that_took_too_long_to_read_has_its_time_in_its_turn(
    make_station: MakeStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = make_station(**OLD)
    pc.power(on=False)
    monkeypatch.setattr("ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.survey.READING", 0.0)
    run = _Run(pc)
    assert (run.line["acts"], bool(run.line["result"]["unreachable"]), run.standing()) == (True, True, None)
    pc.power(on=True)
    assert run.turn()["action"] == "install"


def test_a_school_that_is_not_ready_is_not_asked(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    run = _Run(pc, gate="operation 1 is not done")
    assert pc.events("request") == []
    assert run.turn()["fact"] == "operation 1 is not done"
    assert (run.line["turn"], run.standing()) == (True, None)


def test_a_station_to_which_nothing_is_brought_is_not_asked(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    run = _Run(pc, state="absent", idle=True)
    told = pc.run("client_turn", {"arguments": "given"}, given=run.given)
    assert (run.line["turn"], told["skipped"], told["changed"]) == (False, True, False)
    assert (pc.events("request"), run.standing()) == ([], None)


def test_a_variable_that_nothing_was_registered_in_is_named(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    with pytest.raises(AnsibleActionFail, match="there is nothing in found"):
        pc.run("client_turn", {"arguments": "given", "found": "found"}, given={})


@pytest.mark.parametrize(("check", "turn"), [(False, True), (True, False)])
def test_a_station_that_was_woken_is_given_back(make_station: MakeStation, check: bool, turn: bool) -> None:
    pc = make_station(**RIGHT)
    mark_woken(str(pc.work / "state.sqlite3"), [NAME], woken=True)
    assert _Run(pc, check=check).line["turn"] is turn
    assert _Run(pc, check=check, switch_off=False).line["turn"] is False


@pytest.mark.parametrize(
    ("clients", "state", "older"),
    [
        ([], "present", False),
        (["2026.1.9"], "present", True),
        (["2025.2.9"], "present", False),
        (["2026.2.7"], "present", False),
        (["2026.1.9"], "absent", False),
    ],
)
def test_an_earlier_release_of_the_year_is_told(
    make_station: MakeStation, clients: list[str], state: str, older: bool
) -> None:
    pc = make_station(clients=[{"release": release} for release in clients])
    assert _Run(pc, state=state).line["older"] is older


def test_who_only_a_worker_reaches_has_a_turn_that_asks_in_a_dry_run_too(make_station: MakeStation) -> None:
    pc = make_station(**RIGHT)
    arguments = checking(TURN_SPEC)({"release": "2026.2.7", "depot": pc.depot_url, "releases": pc.lock()})
    survey = DeploymentSurvey(
        [Resolved(name=NAME, arguments=arguments, elsewhere="CredSSP")], check=True, words=catalogue("en")
    )
    ((name, result, more),) = survey.unasked()
    assert (survey.asked, name, more["turn"]) == ([], NAME, True)
    assert handed_over({"result": result, **more}, check=True, now=0) is None


_STOPPED: dict[str, Any] = {
    "go": [],
    "held": {NAME: "held back, rings of 0310001A stopped: the disk is full"},
    "go_on": {NAME: {"by": ["pilot-01"], "remedy": "Mend pilot-01."}},
    "wrong": [],
}


def test_a_station_that_is_held_back_says_by_whom_and_is_remembered_so(make_station: MakeStation) -> None:
    run = _Run(make_station(**OLD))
    told = run.turn(_STOPPED)
    assert (told["action"], told["held_by"], told["remedy"]) == ("skip", ["pilot-01"], "Mend pilot-01.")
    kept = run.standing()
    assert (kept.outcome, kept.reason, kept.remedy) == ("held", told["reason"], "Mend pilot-01.")


def test_what_keeps_a_station_itself_is_said_before_what_holds_its_school(make_station: MakeStation) -> None:
    run = _Run(make_station(**OLD, free_space=2**20))
    told = run.turn(_STOPPED)
    assert told["failed"]
    assert "free on C:" in told["msg"]
    assert "held_by" not in told
    assert run.standing().outcome == "failed"


def test_a_staging_that_is_held_back_leaves_what_is_remembered_of_the_installation(make_station: MakeStation) -> None:
    run = _Run(make_station(**OLD), state="staged")
    told = run.turn(_STOPPED)
    assert told["held_by"] == ["pilot-01"]
    assert run.standing() is None


def _step(run: _Run, *, waits: bool = True) -> dict[str, Any]:
    """Where another school has nobody left in this step, or none waits."""
    step: dict[str, Any] = {"go": [NAME], "held": {}, "wrong": []}
    if waits:
        step["meanwhile"] = Meanwhile.told(run.path, 0, 0, others={"B": []}, schools={NAME: "A"}, patience=0)
    return step


def _attempts(run: _Run) -> list[tuple[str, str]]:
    with sqlite3.connect(run.given["store"]) as db:
        return db.execute("select verb, result from attempt").fetchall()


def test_a_setup_that_others_wait_for_is_left_and_come_back_to(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    run = _Run(pc)
    left = run.turn(_step(run))
    assert (left["action"], left["changed"], left["deferred"], left["ring_plan"]) == ("skip", False, True, "plan-1")
    assert left["reason"] == "its job goes on by itself, and the other schools do not wait for it"
    # It is no end: nothing is remembered as one, and the job is at work.
    assert (pc.starts(), run.standing(), _attempts(run)) == (1, None, [("install", "")])
    assert anybody_deferred(run.path, 0)
    end = run.turn(_step(run, waits=False))
    assert (end["action"], end["changed"], end["job"]["followed"]) == ("finish", True, True)
    assert (pc.starts(), run.standing().outcome, _attempts(run)) == (1, "done", [("install", "done")])
    assert pc.clients() == ["2026.2.7 x64 ok"]


def test_who_waits_for_a_person_is_left_too(make_station: MakeStation) -> None:
    pc = make_station(**OLD, session_open="eleve", running_client="2026.1.9")
    run = _Run(pc, when_running="wait", wait_running_timeout=3600)
    began = pc.time.monotonic()
    left = run.turn(_step(run))
    assert (left["deferred"], left["reason"]) == (
        True,
        "somebody is at work there, and the other schools do not wait for it",
    )
    assert pc.time.monotonic() - began < 60
    pc.people("close")
    assert (run.turn(_step(run))["deferred"], pc.starts()) == (True, 1)
    assert run.turn(_step(run, waits=False))["changed"]


def test_a_removal_is_not_left(make_station: MakeStation) -> None:
    """What is installed after it would be installed later, and the station be without a client meanwhile."""
    pc = make_station(**OLD)
    run = _Run(pc, state="absent")
    end = run.turn(_step(run))
    assert (end["action"], end["changed"], pc.clients()) == ("remove", True, [])
    assert not anybody_deferred(run.path, 0)
