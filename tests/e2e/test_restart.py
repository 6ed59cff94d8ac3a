"""A restart through the role's variables; every case of it in process: tests/unit/engine/test_restart.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.test_people import deploy

CLIENT = {"clients": [{"release": "2026.1.3"}], "boot_seconds": 20.0}
# This setup leaves a file to be replaced at the next start of Windows.
RELEASES = [{"release": "2026.2.7", "arch": "x64", "options": {"renames": True}}]
STATIONS: list[dict[str, Any]] = [{"name": "libre", **CLIENT}]
QUICK: dict[str, Any] = {"reboot_delay": 40, "poll_interval": 0.3}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS, releases=RELEASES)


def _restarts(school: School, name: str) -> int:
    since = school.lab.info["journal_start"]
    events = school.lab.journal(kind="power", station=name, since=since)
    return len([event for event in events if event["data"].get("power") == "booting"])


def _compliant(school: School, name: str) -> bool:
    return bool(school.play("audit", "--limit", name).of("audit")[name]["record"]["status"] == "compliant")


def test_an_idle_station_is_restarted_and_looked_at_again(school: School) -> None:
    done = deploy(school, "libre", reboot="if_idle", **QUICK)
    assert (done["job"]["restart_needed"], done["job"]["restarted"], _restarts(school, "libre")) == (False, True, 1)
    assert _compliant(school, "libre")
    assert b"Rentree PRONOTE" not in school.lab.snapshot("libre")
    assert b"PendingFileRenameOperations" not in school.lab.snapshot("libre")
    assert not deploy(school, "libre", reboot="if_idle", **QUICK)["changed"]
