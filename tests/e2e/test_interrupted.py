"""What was begun is found again: killed controller, cut network, restarted station."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import ROOT
from tests.lab.breaks import BREAKS
from tests.lab.inventory import TIMEOUTS

# Long enough (in station seconds, at twenty to one) to be caught in the middle.
SLOW_RELEASE = [{"release": "2026.2.7", "arch": "x64", "options": {"seconds": 80.0}}]
NAMES = ["poste-1", "poste-2", "poste-3"]


def until(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    """Poll a condition; the bound only ends a broken test."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        time.sleep(0.05)


def _starts(school: School) -> list[str]:
    return sorted(start["station"] for start in school.lab.installer_starts())


def assert_done(school: School, *, names: list[str]) -> None:
    """All have the release, and nothing of how they came to it."""
    run = school.play("audit").assert_code(0)
    statuses = {host: result["record"]["status"] for host, result in run.of("audit").items()}
    assert statuses == dict.fromkeys(names, "compliant")
    for name in names:
        assert b"Rentree PRONOTE" not in school.lab.snapshot(name), "a job was left behind"


def start_play(school: School, playbook: str, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Begin a playbook, for tests that do not wait for its end; its output is in ``<name>.log``."""
    school.work.mkdir(parents=True, exist_ok=True)
    with (school.work / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            school.command(playbook, *arguments),
            cwd=ROOT,
            env=school.environment(name),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def start_deploy(school: School, name: str, *arguments: str) -> subprocess.Popen[bytes]:
    return start_play(school, "deploy", name, *arguments)


def processes_of(process: subprocess.Popen[bytes]) -> set[int]:
    """ansible-playbook and all that it has begun: its workers have sessions of their own, and may outlive it."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    tree = {process.pid}
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return tree


def kill_controller(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to ansible-playbook and its forks."""
    for pid in processes_of(process):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def test_a_killed_controller_is_picked_up_by_the_next_run(start_school: StartSchool) -> None:
    # Five minutes of the station's: still at work when the second run arrives, on a slow machine too.
    releases = [{"release": "2026.2.7", "arch": "x64", "options": {"seconds": 300.0}}]
    school = start_school([{"name": name} for name in NAMES], releases=releases)
    process = start_deploy(school, "killed")
    until(lambda: _starts(school) == NAMES)
    kill_controller(process)

    run = school.play("deploy").assert_code(0)
    results = run.of("client")
    assert {host: result["action"] for host, result in results.items()} == dict.fromkeys(NAMES, "finish")
    assert {result["job"]["started"] for result in results.values()} == {0}
    assert all(result["job"]["followed"] for result in results.values())
    assert _starts(school) == NAMES, "an installer was started twice"
    assert_done(school, names=NAMES)


_BREAKS: dict[str, dict[str, Any]] = {
    **BREAKS,
    "power lost while staging": {"effect": "power_off", "match": "^Command .*icacls"},
    "power lost while the job runs": {"effect": "power_off", "match": "^Enumerate .*ExecutablePath", "nth": 3},
}


@pytest.fixture(scope="module")
def broken(start_school: StartSchool) -> School:
    """One station per fault, and one without."""
    stations = [{"name": name.replace(" ", "-"), "faults": [fault]} for name, fault in _BREAKS.items()]
    return start_school([*stations, {"name": "intact"}])


def test_a_broken_run_says_why_and_stops_nobody_else(broken: School) -> None:
    run = broken.play("deploy", "-e", json.dumps({"pronote_timeouts": {**TIMEOUTS, "reconnect": 2}}), "-f", "50")
    results = run.of("client")
    assert results["intact"]["outcome"] == "ok"
    failed = {host for host, result in results.items() if result["outcome"] != "ok"}
    assert failed == {name.replace(" ", "-") for name in _BREAKS}, run.output[-4000:]
    for host in failed:
        assert results[host]["fact"], host
        assert results[host]["remedy"], host


def test_the_next_run_finishes_what_the_broken_one_could_not(broken: School) -> None:
    for name in ("power-lost-while-staging", "power-lost-while-the-job-runs"):
        broken.lab.power(name, "on")
    broken.play("deploy", "-f", "50").assert_code(0)
    assert_done(broken, names=[*(name.replace(" ", "-") for name in _BREAKS), "intact"])
    starts = _starts(broken)
    # Only the station that lost its power in the middle of its job had to start it again.
    assert [name for name in set(starts) if starts.count(name) > 1] in (
        ["power-lost-while-the-job-runs"],
        [],
    ), starts
