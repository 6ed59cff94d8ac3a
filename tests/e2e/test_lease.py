"""One job at a time on a school: the second one says who has it, and a killed one does not have it for long."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import run_playbook
from tests.e2e.test_ends import AGGREGATE, CONSOLE
from tests.e2e.test_interrupted import kill_controller, start_deploy, until
from tests.lab.inventory import TIMEOUTS

NAMES = ["poste-1", "poste-2"]


def _school(start_school: StartSchool, *, seconds: float) -> School:
    """``seconds``: what a setup takes, of the station's, which are twenty to one of ours."""
    releases = [{"release": "2026.2.7", "arch": "x64", "options": {"seconds": seconds}}]
    return start_school([{"name": name} for name in NAMES], releases=releases)


def _store(school: School) -> Path:
    return school.written / "state/pronote.sqlite3"


def _leases(school: School) -> list[tuple[Any, ...]]:
    with sqlite3.connect(_store(school)) as db:
        return db.execute("select school, holder, node from lease").fetchall()


def _tell(school: School, words: str, *values: str) -> None:
    with sqlite3.connect(_store(school)) as db:
        db.execute(f"update lease set {words}", values)


def _starts(school: School) -> list[str]:
    return sorted(start["station"] for start in school.lab.installer_starts())


def test_the_second_of_two_jobs_says_who_has_the_school(start_school: StartSchool) -> None:
    # An hour: at work until the test is over, on a slow machine too.
    school = _school(start_school, seconds=3600)
    first = start_deploy(school, "first")
    until(lambda: _starts(school) == NAMES)
    ((uai, holder, node),) = _leases(school)

    dry = school.play("deploy", "--check").assert_code(0)
    assert f"{holder} on {node}" in dry.output
    second = school.play("deploy").assert_code(0)
    results = second.of("client")
    assert sorted(results) == NAMES
    for result in results.values():
        assert (result["action"], result["outcome"], result["changed"]) == ("skip", "ok", False)
        assert f"another run has the school {uai}: {holder} on {node}, until " in result["reason"]
        assert "if it was killed" in result["remedy"]
    assert "2 held back" in second.output
    assert _leases(school) == [(uai, holder, node)], "the second run has given back what it never had"

    # What the second run saw of a school that was not its own is not what is remembered.
    with sqlite3.connect(_store(school)) as db:
        assert db.execute("select outcome from last_deployment").fetchall() == []

    # Stopped where its process can be looked for: whoever comes next need not wait.
    kill_controller(first)
    options = json.dumps({"pronote_timeouts": {**TIMEOUTS, "job": 1}})
    third = school.play("deploy", "-e", options)
    assert {result.get("kind") for result in third.of("client").values()} == {"running"}
    # All of its stations are left at work: Ansible ends such a play before its last task, and the school is given back.
    assert _leases(school) == []
    assert _starts(school) == NAMES


@pytest.mark.parametrize("callbacks", [CONSOLE, AGGREGATE], ids=["console", "progress"])
def test_a_run_that_brings_nobody_to_the_end_gives_back_its_own_schools_alone(
    start_school: StartSchool, callbacks: dict[str, str]
) -> None:
    school = _school(start_school, seconds=300)
    school.play("audit").assert_code(0)
    others = ("0310009Z", "node-9:x", "AWX 13", "node-9", "", "", 300, "2026-08-24T18:00:00Z", "2999-01-01T00:00:00Z")
    with sqlite3.connect(_store(school)) as db:
        db.execute(f"insert into lease values ({', '.join('?' * len(others))})", others)
        # What is taken is seen, although nothing is left of it in the end.
        db.execute("create table taken (school text)")
        db.execute("create trigger took after insert on lease begin insert into taken values (new.school); end")
    options = ("-e", f"@{school.variables}", "-e", json.dumps({"pronote_timeouts": {**TIMEOUTS, "job": 1}}))
    run = run_playbook("deploy", *options, inventory=school.inventory, work=school.work, timeout=240, **callbacks)
    assert {result.get("kind") for result in run.of("client").values()} == {"running"}
    with sqlite3.connect(_store(school)) as db:
        assert db.execute("select school from taken").fetchall() != []
    assert _leases(school) == [("0310009Z", "AWX 13", "node-9")]


def test_a_killed_nodes_school_is_taken_over_once_its_time_is_over(start_school: StartSchool) -> None:
    school = _school(start_school, seconds=300)
    first = start_deploy(school, "killed")
    until(lambda: _starts(school) == NAMES)
    kill_controller(first)
    # As from another node, where nobody can look for the process.
    _tell(school, "place = ?, node = ?", "another machine", "node-1")
    held = school.play("deploy").assert_code(0)
    assert {result["action"] for result in held.of("client").values()} == {"skip"}
    assert "on node-1, until" in held.output

    # Sent again a few minutes later, as by a job that waits for it meanwhile.
    _tell(school, "expires = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '+45 seconds')")
    again = school.play("deploy", "-e", json.dumps({"pronote_timeouts": {**TIMEOUTS, "lease_wait": 120}})).assert_code(
        0
    )
    assert "this run waits for it" in again.output
    results = again.of("client")
    assert {name: result["action"] for name, result in results.items()} == dict.fromkeys(NAMES, "finish")
    assert {result["job"]["started"] for result in results.values()} == {0}
    assert _starts(school) == NAMES, "an installer was started twice"
    assert _leases(school) == []
