"""Left to the next start of each station: check, apply, check, start, audit, apply, apply; a pilot goes first."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun
from tests.lab.inventory import TIMEOUTS

_LATE: dict[str, Any] = {"clients": [{"release": "2026.1.3"}], "boot_seconds": 2}
STATIONS: list[dict[str, Any]] = [
    {"name": "pilot", **_LATE},
    {"name": "absent", "boot_seconds": 2},
    {"name": "late", **_LATE},
    {"name": "in-use", **_LATE, "session_open": "eleve", "running_client": "2026.1.3"},
    {"name": "right", "clients": [{"release": "2026.2.7"}]},
]
WAITING = {"absent", "late", "in-use"}
_OPTIONS = ("-e", json.dumps({"pronote_client_when": "next_start", "pronote_timeouts": {**TIMEOUTS, "armed": 0}}))


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    """A pilot, then the rest."""
    school = start_school(STATIONS, clock=60)
    (school.inventory / "group_vars/all/rings.yml").write_text(
        "pronote_client_rings: [1, '100%']\npronote_client_ring_max: {failed: '100%'}\n", encoding="utf-8"
    )
    return school


def _actions(run: PlaybookRun) -> dict[str, str]:
    return {host: result["action"] for host, result in run.of("client").items() if result.get("action") != "none"}


def test_matrix_of_the_next_start(school: School) -> None:
    before = school.lab.snapshots()
    check = school.play("deploy", "--check", "--diff", "-f", "50", *_OPTIONS).assert_code(0)
    assert _actions(check) == {"pilot": "install", **dict.fromkeys(WAITING, "arm")}
    assert school.lab.snapshots() == before
    assert "+at the next start: 2026.2.7 x64, since " in check.output

    applied = school.play("deploy", "--diff", *_OPTIONS).assert_code(0)
    assert _actions(applied) == _actions(check)
    assert [start["station"] for start in school.lab.installer_starts()] == ["pilot"], "only the pilot is done today"
    assert "3 to install at their next start" in applied.output

    settled = school.lab.snapshots()
    for arguments in (("--check",), ()):
        again = school.play("deploy", "-f", "50", *arguments, *_OPTIONS).assert_code(0)
        assert _actions(again) == dict.fromkeys(WAITING, "armed")
        assert not any(result["changed"] for result in again.of("client").values())
    assert school.lab.snapshots() == settled

    for name in sorted(WAITING):
        school.lab.people(name, "restart")
    deadline = time.monotonic() + 60
    while not all(b'"\\\\Rentree PRONOTE' not in school.lab.snapshot(name) for name in WAITING):
        assert time.monotonic() < deadline, "a task has not run, or has not removed itself"
        time.sleep(0.5)
    audit = school.play("audit").assert_code(0)
    assert {result["record"]["status"] for result in audit.of("audit").values()} == {"compliant"}

    proved = school.play("deploy", *_OPTIONS).assert_code(0)
    assert _actions(proved) == dict.fromkeys(WAITING, "finish")
    assert all(result["changed"] for host, result in proved.of("client").items() if host in WAITING)
    assert len(school.lab.installer_starts()) == 1 + len(WAITING)
    done = school.play("deploy", "-f", "50", *_OPTIONS).assert_code(0)
    assert not any(result["changed"] for result in done.of("client").values())
    for station in STATIONS:
        assert b"Rentree PRONOTE" not in school.lab.snapshot(station["name"])
