"""What the store remembers of stations, through the calls that a deployment and an audit make."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.kept import standings
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.woken import mark_woken
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    CommandTimeoutError,
    StationError,
    StationFactError,
    StillRunningError,
    UnreachableError,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import StationState
from ansible_collections.rentree.pronote.plugins.plugin_utils.store import engines as _engines

from tests.unit.plans import client, state_of
from tests.unit.sql import rows

WANTED = Release.parse("2026.2.7")
JOB = JobName.parse("pronote-client-2026.2.7-x64-0123456789ab-install")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state/pronote.sqlite3"


def _memory(path: Path | str | None, station: str = "s1") -> Memory:
    return Memory(str(path), station=station, product="pronote_client", school="0310001A", room="CDI")


def _state(*releases: str) -> StationState:
    return state_of(*map(client, releases))


def _rows(path: str | Path, table: str) -> list[dict[str, Any]]:
    return rows(path, f"select * from {table}")


def _deploy(path: Path | str, *, fails: StationError | None = None, start: bool = True) -> Memory:
    memory = _memory(path)
    memory.seen(_state("2026.1.3"))
    if start:
        memory.starting(JOB)
        memory.following(JOB)
    if fails is not None:
        memory.failed(fails, wanted=WANTED, absent=False)
    else:
        memory.seen(_state("2026.2.7"))
        result = {"action": "install", "reason": "2026.1.3 x64 installed", "job": {"code": 0}}
        memory.deployed(result, wanted=WANTED, absent=False)
    memory.close()
    return memory


def test_a_deployment_that_succeeds(address: str) -> None:
    assert _deploy(address).warnings == []
    (station,) = _rows(address, "station")
    assert (station["school"], station["room"], station["problem"]) == ("0310001A", "CDI", "")
    assert station["last_seen"] == station["last_tried"] is not None
    (installed,) = _rows(address, "installed")
    assert (installed["release"], installed["arch"], installed["condition"]) == ("2026.2.7", "x64", "ok")
    (attempt,) = _rows(address, "attempt")
    assert (attempt["verb"], attempt["release"], attempt["result"], attempt["code"]) == (
        "install",
        "2026.2.7",
        "done",
        0,
    )
    assert attempt["begun"] <= attempt["started"] <= attempt["ended"]
    assert standings(address, product="pronote_client")["s1"]["standing"].right


def test_the_attempt_is_there_before_the_installer_is_started(address: str) -> None:
    memory = _memory(address)
    memory.seen(_state("2026.1.3"))
    memory.starting(JOB)
    # As another process sees it, now.
    (attempt,) = _rows(address, "attempt")
    assert attempt["started"]
    assert attempt["ended"] is None
    assert attempt["controller"]
    assert _rows(address, "installed")[0]["release"] == "2026.1.3"


def test_a_killed_run_is_ended_by_the_one_that_follows_its_job(address: str) -> None:
    first = _memory(address)
    first.starting(JOB)
    first.close()
    second = _memory(address)
    second.following(JOB)
    second.seen(_state("2026.2.7"))
    second.deployed({"action": "finish", "reason": "…", "job": {"code": 3010}}, wanted=WANTED, absent=False)
    (attempt,) = _rows(address, "attempt")
    assert (attempt["result"], attempt["code"]) == ("done", 3010)


def test_a_job_that_nobody_recorded_is_followed_without_a_start(address: str) -> None:
    memory = _memory(address)
    memory.following(JOB)
    (attempt,) = _rows(address, "attempt")
    assert (attempt["started"], attempt["verb"]) == (None, "install")


def test_each_start_is_an_attempt(address: str) -> None:
    memory = _memory(address)
    memory.starting(JOB)
    memory.starting(JOB)
    assert [(row["result"], bool(row["ended"])) for row in _rows(address, "attempt")] == [
        ("interrupted", True),
        ("", False),
    ]


_REMOVE = JobName.parse("pronote-client-2025.2.9-x64-0123456789ab-remove")


@pytest.mark.parametrize("begun", [True, False])
def test_an_installation_before_a_removal_is_no_interrupted_one(address: str, begun: bool) -> None:
    """A plan goes on to its next step only when the one before is proven."""
    memory = _memory(address)
    if begun:
        memory.starting(JOB)
    memory.following(JOB)
    memory.starting(_REMOVE)
    memory.following(_REMOVE)
    memory.seen(_state("2026.2.7"))
    job = {"name": str(_REMOVE), "steps": [str(JOB), str(_REMOVE)]}
    memory.deployed({"action": "install", "reason": "…", "job": job}, wanted=WANTED, absent=False)
    assert [(row["verb"], row["result"]) for row in _rows(address, "attempt")] == [
        ("install", "done"),
        ("remove", "done"),
    ]


@pytest.mark.parametrize(("steps", "result"), [([str(JOB)], "done"), ([], "interrupted")])
def test_a_job_that_did_not_end_well_is_not_done_because_the_run_ends_well(
    address: str, steps: list[str], result: str
) -> None:
    memory = _memory(address)
    memory.following(JOB)
    job = {"name": str(JOB), "steps": steps}
    memory.deployed({"action": "skip", "reason": "outside its hours", "job": job}, wanted=WANTED, absent=False)
    assert [row["result"] for row in _rows(address, "attempt")] == [result]


def test_a_failure_is_quoted(address: str) -> None:
    _deploy(address, fails=StationFactError("the setup answered -12", remedy="Record it again."))
    (attempt,) = _rows(address, "attempt")
    assert (attempt["result"], attempt["fact"], attempt["remedy"]) == (
        "failed",
        "the setup answered -12",
        "Record it again.",
    )
    standing = standings(address, product="pronote_client")["s1"]["standing"]
    assert (standing.found, standing.outcome, standing.failures) == ("late", "failed", 1)


@pytest.mark.parametrize(
    ("exc", "outcome"),
    [
        (StillRunningError("still running", remedy="Later."), "running"),
        # A command that hangs is no job that goes on by itself.
        (CommandTimeoutError("reading took more than 120 s", remedy="Later."), "failed"),
        (UnreachableError("cut", remedy="Later."), "unreachable"),
    ],
)
def test_what_may_go_on_stays_open(address: str, exc: StationError, outcome: str) -> None:
    _deploy(address, fails=exc)
    assert _rows(address, "attempt")[0]["ended"] is None
    assert standings(address, product="pronote_client")["s1"]["standing"].outcome == outcome


def test_a_station_that_is_off_was_tried_and_not_seen(address: str) -> None:
    memory = _memory(address)
    memory.failed(UnreachableError("off", remedy="Switch it on."), wanted=WANTED, absent=False)
    (station,) = _rows(address, "station")
    assert station["last_tried"]
    assert (station["last_seen"], station["problem"]) == (None, "off")


def test_another_release_is_wanted_while_the_station_is_off(address: str) -> None:
    _deploy(address)
    memory = _memory(address)
    memory.failed(UnreachableError("off", remedy="…"), wanted=Release.parse("2026.3.1"), absent=False)
    standing = standings(address, product="pronote_client")["s1"]["standing"]
    assert (standing.found, standing.right) == ("late", False)


def _record(status: str, *releases: str) -> dict[str, Any]:
    facts = _state(*releases).as_dict() if status not in {"unreachable", "refused"} else None
    return {
        "status": status,
        "expected": "2026.2.7",
        "reason": status,
        "remedy": "Deploy.",
        "facts": facts,
    }


def test_an_audit_is_remembered(address: str) -> None:
    _memory(address).audited(_record("late", "2025.2.9", "2026.1.3"), found="late", silent=False)
    known = standings(address, product="pronote_client")["s1"]
    assert (known["standing"].found, known["standing"].outcome, known["wanted"]) == ("late", "", "2026.2.7")
    assert [row["release"] for row in _rows(address, "installed")] == ["2025.2.9", "2026.1.3"]
    _memory(address).audited(_record("unreachable"), found=None, silent=True)
    again = standings(address, product="pronote_client")["s1"]
    assert again["last_seen"] == known["last_seen"]
    assert again["problem"] == "unreachable"
    assert len(_rows(address, "installed")) == 2


def test_an_unreadable_server_takes_nothing_back(address: str) -> None:
    _deploy(address)
    for expected, releases in ((None, ["2026.2.7"]), ("2026.2.7", None)):
        record = _record("unknown_release", *(releases or []))
        record |= {"expected": expected, "facts": record["facts"] if releases else None}
        _memory(address).audited(record, found="unknown", silent=False)
    assert standings(address, product="pronote_client")["s1"]["standing"].right


def test_an_attempt_that_nobody_followed_is_ended_by_the_next(address: str) -> None:
    killed = _memory(address)
    killed.starting(JOB)
    killed.close()
    _deploy(address)
    assert [(row["result"], row["fact"]) for row in _rows(address, "attempt")] == [
        ("interrupted", "no run saw its end"),
        ("done", ""),
    ]


def test_two_runs_at_once_both_tell_their_end(address: str) -> None:
    first, second = _memory(address), _memory(address)
    first.starting(JOB)
    second.starting(JOB)
    for memory in (first, second):
        memory.deployed({"action": "install", "reason": "…", "job": {"code": 0}}, wanted=WANTED, absent=False)
    assert [row["result"] for row in _rows(address, "attempt")] == ["done", "done"]


def test_woken_until_it_is_given_back(address: str) -> None:
    assert mark_woken(address, ["s1", "s2"], woken=True) == []
    assert mark_woken(address, ["s2"], woken=False) == []
    assert _memory(address).woken()
    assert _memory(address, "s2").woken() is None
    assert _memory(address, "s3").woken() is None
    _memory(address).set_woken(None)
    assert _memory(address).woken() is None
    # Waking is not trying: nobody has met the station yet.
    assert _rows(address, "station")[0]["last_tried"] is None


def test_no_store_is_no_file(tmp_path: Path) -> None:
    memory = Memory("", station="s1", product="pronote_client")
    memory.starting(JOB)
    assert memory.woken() is None
    assert mark_woken("", ["s1"], woken=True) == []
    assert list(tmp_path.iterdir()) == []


def test_reading_makes_no_file(path: Path) -> None:
    assert standings(path, product="pronote_client") == {}
    assert not path.parent.exists()


def test_a_store_that_fails_is_one_warning(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    path.write_text("liste des postes\n" * 100, encoding="utf-8")
    memory = _deploy(path)
    assert len(memory.warnings) == 1
    assert str(path) in memory.warnings[0]
    assert "Move it away" in memory.warnings[0]
    assert "is not remembered" in memory.warnings[0]
    # The same words for every station: Ansible shows equal warnings once.
    assert "s1" not in memory.warnings[0]
    (warning,) = mark_woken(str(path), ["s1"], woken=True)
    assert "will not be switched off again" in warning


def test_a_disk_that_fills_up_leaves_no_half(path: Path) -> None:
    _deploy(path)
    memory = _memory(path)
    memory.seen(_state("2026.2.7"))
    assert memory.woken() is None  # opens the file
    assert memory._store is not None
    pages = memory._store._connected().exec_driver_sql("pragma page_count").scalar_one()
    memory._store._connected().exec_driver_sql(f"pragma max_page_count = {pages}")
    big = StationFactError("x" * 500_000, remedy="…")
    memory.failed(big, wanted=WANTED, absent=False)
    assert "full" in memory.warnings[0]
    assert standings(path, product="pronote_client")["s1"]["standing"].right


def test_a_locked_store_is_waited_for_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_engines, "_BUSY_SECONDS", 0.05)
    _deploy(path)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("begin immediate")
        memory = _deploy(path)
        other.execute("rollback")
    assert len(memory.warnings) == 1
    assert "Another run holds it" in memory.warnings[0]
