"""Somebody is using the client: skip, wait, close, fail."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import School, StartSchool

BUSY = {
    "clients": [{"release": "2026.1.3"}],
    "session_open": "élève",
    "running_client": "2026.1.3",
}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school([{"name": "occupé", **BUSY}, {"name": "libre", "clients": [{"release": "2026.1.3"}]}])


def _busy(school: School, policy: str, code: int, *arguments: str) -> dict[str, object]:
    run = school.play("deploy", "--limit", "occupé", "-e", f"pronote_client_when_running={policy}", *arguments)
    return run.assert_code(code).of("client")["occupé"]


def test_skip_wait_fail_leave_the_station_as_it_was(school: School) -> None:
    before = school.lab.snapshots()
    skipped = _busy(school, "skip", 0)
    assert (skipped["action"], skipped["changed"]) == ("skip", False)
    assert "Client PRONOTE.exe" in str(skipped["reason"])
    waited = _busy(school, "wait", 0, "-e", "pronote_client_wait_running_timeout=1")
    assert (waited["action"], waited["changed"]) == ("skip", False)
    assert "still in use after 1 s" in str(waited["reason"])
    failed = _busy(school, "fail", 2)
    assert "is running" in str(failed["fact"])
    assert school.lab.snapshots() == before


def test_close_closes_and_installs(school: School) -> None:
    planned = _busy(school, "close", 0, "--check")
    assert planned["changed"]
    closed = _busy(school, "close", 0)
    assert closed["changed"]
    again = _busy(school, "close", 0)
    assert not again["changed"]
    info = school.play("audit", "--limit", "occupé").of("audit")["occupé"]["record"]
    assert info["found"] == "2026.2.7 x64"
    assert info["facts"]["running"] == []
    assert info["facts"]["session_open"]


def test_the_other_station_was_never_touched(school: School) -> None:
    assert not school.lab.installer_starts(station="libre")
