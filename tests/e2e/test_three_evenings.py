"""Three evenings of a school, driven by deploy.yml and the store alone: off, on, half."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun
from tests.lab.inventory import TIMEOUTS

LATE = {"clients": [{"release": "2026.1.3"}]}
REJECTED = {"kind": "rejected", "result_code": -12}
STATIONS: list[dict[str, Any]] = [
    {"name": "right", "clients": [{"release": "2026.2.7"}]},
    {"name": "late", **LATE},
    {"name": "second-evening", "power": "off", **LATE},
    {"name": "third-evening", "power": "off"},
    {"name": "never-on", "power": "off"},
    {"name": "in-use", **LATE, "session_open": "élève", "running_client": "2026.1.3"},
    {"name": "fails-once", "installer_fault": {**REJECTED, "times": 1}},
    {"name": "fails-always", "installer_fault": REJECTED},
    {"name": "unplugged", "faults": [{"effect": "power_off", "match": "^Enumerate .*ExecutablePath", "nth": 3}]},
    {"name": "password", "accounts": [{"name": "deploiement", "password": "another one"}]},
]
PENDING_AFTER_FIRST = {
    *("second-evening", "third-evening", "never-on", "in-use", "fails-once", "fails-always", "unplugged", "password"),
}
RIGHT_AT_LAST = {"right", "late", "second-evening", "third-evening", "in-use", "fails-once", "unplugged"}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    slow = [{"release": "2026.2.7", "arch": "x64", "options": {"seconds": 40.0}}]
    school = start_school(STATIONS, releases=slow, language="fr")
    # After hosts.yml in the order of names: the groups are made of its stations.
    (school.inventory / "pronote.stations.yml").write_text("plugin: rentree.pronote.stations\n", encoding="utf-8")
    return school


def _evening(school: School, *arguments: str) -> PlaybookRun:
    # Who fails here must not hold the others back: that is what the rings are for (test_rings.py).
    limits = {"pronote_timeouts": {**TIMEOUTS, "reconnect": 2}, "pronote_client_ring_max": {"failed": "100%"}}
    return school.play("deploy", "-e", json.dumps(limits), *arguments)


def _remaining(run: PlaybookRun) -> dict[str, dict[str, Any]]:
    (report,) = (result for result in run.of("deploy_report").values() if result["outcome"] != "skipped")
    return {row["station"]: row for row in report["remaining"]}


def _states(run: PlaybookRun) -> dict[str, str]:
    return {name: row["state"] for name, row in _remaining(run).items()}


def _rows(store: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(store) as db:
        return db.execute(query).fetchall()


def test_three_evenings(school: School) -> None:
    store = school.written / "state/pronote.sqlite3"

    # A dry run remembers nothing.
    _evening(school, "--check").assert_code(4)
    assert not store.exists()

    # The first evening: everybody is tried.
    first = _evening(school).assert_code(4)
    assert set(first.of("client")) == {station["name"] for station in STATIONS}
    assert _states(first) == {
        "second-evening": "unreachable",
        "third-evening": "unreachable",
        "never-on": "unreachable",
        "unplugged": "unreachable",
        "in-use": "skipped",
        "fails-once": "failed",
        "fails-always": "failed",
        "password": "refused",
    }
    since = {name: row["since"] for name, row in _remaining(first).items()}

    # The second: who was off or in use is there now, and only what is left is asked anything.
    school.lab.power("second-evening", "on")
    school.lab.power("unplugged", "on")
    school.lab.power("in-use", "off")
    school.lab.power("in-use", "on")
    seen = len(school.lab.journal())
    second = _evening(school, "--limit", "pronote_pending").assert_code(4)
    assert set(second.of("client")) == PENDING_AFTER_FIRST
    asked = {event["station"] for event in school.lab.journal(kind="request", since=seen)}
    assert asked == PENDING_AFTER_FIRST - {"third-evening", "never-on"}
    assert _states(second) == {
        "third-evening": "unreachable",
        "never-on": "unreachable",
        "fails-always": "failed",
        "password": "refused",
    }

    # The third, as a timer runs it: half of the rest.
    school.lab.power("third-evening", "on")
    third = _evening(school, "-e", "pronote_hosts=pronote_pending").assert_code(4)
    assert set(third.of("client")) == {"third-evening", "never-on", "fails-always", "password"}
    rest = _remaining(third)
    assert {name: row["state"] for name, row in rest.items()} == {
        "never-on": "unreachable",
        "fails-always": "failed",
        "password": "refused",
    }

    # An honest list of the rest: who, since when, why.
    assert {name: row["since"] for name, row in rest.items()} == {name: since[name] for name in rest}
    assert {name: row["last_seen"] is None for name, row in rest.items()} == {
        "never-on": True,
        "fails-always": False,
        "password": True,
    }
    assert "refuses the connection" in rest["never-on"]["reason"]
    assert "dialogs are out of order" in rest["fails-always"]["reason"]
    assert rest["fails-always"]["given_up"]
    assert "refuses the user name or the password" in rest["password"]["reason"]
    listed = school.play("remaining").assert_code(0)
    assert "Reste à faire : 3 postes sur 10" in listed.output
    assert _remaining(listed) == rest

    # Three failures with the same release: it takes an administrator.
    last = _evening(school, "--limit", "pronote_pending", "--check").assert_code(4)
    reached = set(last.of("client"))
    assert reached == {"never-on", "password"}

    # The truth, from the stations themselves; and every start of an installer has a row of its own.
    audit = school.play("audit").assert_code(0)
    statuses = {host: result["record"]["status"] for host, result in audit.of("audit").items()}
    assert {host for host, status in statuses.items() if status == "compliant"} == RIGHT_AT_LAST
    started = Counter(event["station"] for event in school.lab.installer_starts())
    recorded = Counter(dict(_rows(store, "select station, count(*) from attempt where started is not null group by 1")))
    # Recorded before it is started: the power of one may have gone in between.
    assert started <= recorded
    assert set(recorded - started) <= {"unplugged"}
    assert started["fails-always"] == 3
    assert _rows(store, "select * from attempt where ended is null") == []
    assert _rows(store, "pragma integrity_check") == [("ok",)]
    for name in RIGHT_AT_LAST:
        assert b"Rentree PRONOTE" not in school.lab.snapshot(name)


def test_groups_are_there_when_nobody_is_in_them(school: School) -> None:
    empty = school.play("deploy", "-e", "pronote_hosts=pronote_late:!pronote_late").assert_code(0)
    assert empty.of("client") == {}
    assert "Could not match" not in empty.output
