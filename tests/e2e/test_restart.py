"""Restarts: pending before, asked for after; only when allowed, and the station is waited for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.test_interrupted import kill_controller, start_deploy, until
from tests.e2e.test_people import deploy

CLIENT = {"clients": [{"release": "2026.1.3"}], "boot_seconds": 20.0}
PENDING = {**CLIENT, "pending_reboot": ["cbs"]}
# This setup leaves a file to be replaced at the next start of Windows.
RELEASES = [{"release": "2026.2.7", "arch": "x64", "options": {"renames": True}}]
STATIONS: list[dict[str, Any]] = [
    {"name": "libre", **CLIENT},
    {"name": "occupé", **CLIENT, "session_open": "eleve"},
    {"name": "prié", **CLIENT, "session_open": "eleve"},
    {"name": "jamais", **CLIENT},
    {"name": "fermée", **CLIENT},
    {"name": "courte", **CLIENT},
    {"name": "ouverte", **CLIENT},
    {"name": "en-attente", **PENDING},
    {"name": "en-attente-occupé", **PENDING, "session_open": "eleve"},
    {"name": "arrivé", **CLIENT},
]
QUICK: dict[str, Any] = {"reboot_delay": 40, "poll_interval": 0.3}

# A station that is not going to restart is given up on at once.
LONG: dict[bool, dict[str, Any]] = {True: {}, False: {"reboot_delay": 1, "reboot_timeout": 3}}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS, releases=RELEASES)


def _restarts(school: School, name: str) -> int:
    since = school.lab.info["journal_start"]
    events = school.lab.journal(kind="power", station=name, since=since)
    return len([event for event in events if event["data"].get("power") == "booting"])


def _compliant(school: School, name: str) -> bool:
    return bool(school.play("audit", "--limit", name).of("audit")[name]["record"]["status"] == "compliant")


def test_never_is_the_default_and_says_so(school: School) -> None:
    done = deploy(school, "jamais", reboot_delay=1)
    assert done["changed"]
    assert (done["job"]["restart_needed"], done["job"]["restarted"], _restarts(school, "jamais")) == (True, False, 0)
    assert done["job"]["restart_left"] == "restarts are not allowed (pronote_client_reboot)"
    # Nothing to do is nothing to restart for.
    assert not deploy(school, "jamais", reboot="if_idle", **QUICK)["changed"]
    assert _restarts(school, "jamais") == 0


def test_an_idle_station_is_restarted_and_looked_at_again(school: School) -> None:
    done = deploy(school, "libre", reboot="if_idle", **QUICK)
    assert (done["job"]["restart_needed"], done["job"]["restarted"], _restarts(school, "libre")) == (False, True, 1)
    assert _compliant(school, "libre")
    assert b"Rentree PRONOTE" not in school.lab.snapshot("libre")
    assert b"PendingFileRenameOperations" not in school.lab.snapshot("libre")
    assert not deploy(school, "libre", reboot="if_idle", **QUICK)["changed"]


def test_nobody_is_thrown_out_unless_that_was_asked_for(school: School) -> None:
    left = deploy(school, "occupé", reboot="if_idle", **QUICK)
    assert (left["changed"], left["job"]["restart_left"]) == (True, "somebody is logged on")
    assert _restarts(school, "occupé") == 0
    asked = deploy(school, "prié", reboot="if_idle", reboot_with_session=True, **QUICK)
    assert (asked["job"]["restarted"], _restarts(school, "prié")) == (True, 1)
    commands = [str(event["data"]) for event in school.lab.journal(kind="command", station="prié")]
    assert any("Ce poste redémarre pour terminer la mise à jour" in command for command in commands)


def test_a_restart_needs_a_window_long_enough(school: School) -> None:
    now = dt.datetime.now().astimezone()

    def ends_in(minutes: int) -> dict[str, Any]:
        start, end = ((now + dt.timedelta(minutes=each)).strftime("%H:%M") for each in (-60, minutes))
        return {"windows": [{"from": start, "to": end}], "expected_duration": 1}

    closed = deploy(school, "fermée", reboot="in_window", **QUICK)
    assert closed["job"]["restart_left"] == "no window for restarts is open"
    short = deploy(school, "courte", reboot="in_window", **ends_in(5), **QUICK)
    assert short["job"]["restart_left"].endswith("too soon for a restart")
    assert (_restarts(school, "fermée"), _restarts(school, "courte")) == (0, 0)
    done = deploy(school, "ouverte", reboot="in_window", **ends_in(120), **QUICK)
    assert (done["job"]["restarted"], _restarts(school, "ouverte")) == (True, 1)


def test_pending_before(school: School) -> None:
    before = school.lab.snapshots()
    assert (
        "a restart of Windows is pending (component_servicing)"
        in deploy(school, "en-attente", 2, when_reboot_pending="fail")["fact"]
    )
    skipped = deploy(school, "en-attente", when_reboot_pending="skip")
    assert (skipped["action"], "left for a later run" in skipped["reason"]) == ("skip", True)
    occupied = deploy(school, "en-attente-occupé", when_reboot_pending="reboot")
    assert "and somebody is logged on: left for a later run" in occupied["reason"]
    check = deploy(school, "en-attente", 0, "--check", when_reboot_pending="reboot")
    assert check["conditions"] == ["restarts the station first: a restart of Windows is pending"]
    assert school.lab.snapshots() == before

    done = deploy(school, "en-attente", when_reboot_pending="reboot", **QUICK)
    assert (done["changed"], done["job"]["restarted"]) == (True, True)
    assert _restarts(school, "en-attente") == 1
    assert _compliant(school, "en-attente")


def test_it_is_called_off_when_somebody_logs_on(school: School) -> None:
    process = start_deploy(
        school,
        "logon",
        "--limit",
        "arrivé",
        "-e",
        "pronote_client_reboot=if_idle",
        "-e",
        "pronote_client_reboot_delay=60",
    )
    until(lambda: any(e["data"].get("planned") for e in school.lab.journal(kind="power", station="arrivé")))
    school.lab.people("arrivé", "log_on", "eleve")
    assert process.wait(timeout=120) == 0
    assert _restarts(school, "arrivé") == 0
    planned = [
        e["data"]["planned"] for e in school.lab.journal(kind="power", station="arrivé") if "planned" in e["data"]
    ]
    assert planned == ["restart", None]
    assert _compliant(school, "arrivé")
    assert b"Rentree PRONOTE" not in school.lab.snapshot("arrivé")


def test_an_interrupted_run_restarts_a_station_once(start_school: StartSchool) -> None:
    school = start_school([{"name": "avant", **CLIENT}, {"name": "après", **CLIENT}], releases=RELEASES)
    delays = {"avant": 300, "après": 40}
    allowed = ("-e", "pronote_client_reboot=if_idle", "-e", "pronote_client_poll_interval=0.3")
    for name, delay in delays.items():
        process = start_deploy(
            school, f"killed-{delay}", "--limit", name, *allowed, "-e", f"pronote_client_reboot_delay={delay}"
        )
        until(lambda: any(e["data"].get("planned") for e in school.lab.journal(kind="power", station=name)))  # noqa: B023
        kill_controller(process)
    until(lambda: _restarts(school, "après") == 1)
    until(lambda: school.lab.journal(kind="power", station="après")[-1]["data"].get("power") == "on")
    # One was about to restart when the controller died, the other one has done it since.
    run = school.play("deploy", *allowed, "-e", "pronote_client_reboot_delay=40").assert_code(0)
    jobs = {host: result["job"] for host, result in run.of("client").items()}
    assert {host: job["restarted"] for host, job in jobs.items()} == {"avant": True, "après": True}
    assert {name: _restarts(school, name) for name in delays} == {"avant": 1, "après": 1}
    assert len(school.lab.installer_starts()) == 2
    for name in delays:
        assert _compliant(school, name)
        assert b"Rentree PRONOTE" not in school.lab.snapshot(name)


# The answer to `shutdown` is lost as the station goes down; the command never arrives.
@pytest.mark.parametrize(("effect", "restarted"), [("cut_after", True), ("cut", False)])
def test_a_connection_cut_at_the_restart(start_school: StartSchool, effect: str, restarted: bool) -> None:
    fault = {"effect": effect, "match": "^Command .*shutdown"}
    school = start_school([{"name": "coupé", **CLIENT, "faults": [fault]}], releases=RELEASES)
    result = deploy(school, "coupé", 0 if restarted else 2, reboot="if_idle", **QUICK | LONG[restarted])
    assert result["job"]["restarted"] is restarted
    if not restarted:
        assert "told to restart and is still up" in result["fact"]
    assert _compliant(school, "coupé")
    assert not deploy(school, "coupé", reboot="if_idle", **QUICK)["changed"]
