"""Restarts: pending before, asked for after; only when allowed, and the station is waited for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.lab.scenario import ReleaseSpec
from tests.station.bench import Bench
from tests.station.depot import Depot, published
from tests.station.fixtures import MakeStation

CLIENT: dict[str, Any] = {"clients": [{"release": "2026.1.9"}], "boot_seconds": 40.0}
PENDING: dict[str, Any] = {**CLIENT, "pending_reboot": ["cbs"]}
EVENING = dt.datetime(2026, 11, 25, 18, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def renaming(tmp_path_factory: pytest.TempPathFactory) -> Depot:
    """A setup that leaves a file to be replaced at the next start of Windows."""
    return published(tmp_path_factory.mktemp("renaming"), ReleaseSpec(release="2026.2.7", options={"renames": True}))


_POLICIES = ["skip", "fail", "reboot"]


@pytest.mark.parametrize("policy", _POLICIES)
def test_pending_file_renames_alone_hold_nobody_back(make_station: MakeStation, policy: str) -> None:
    """Many PCs have some for ever: a station was left for later every evening."""
    pc = make_station(**CLIENT, pending_reboot=["rename"])
    planned = pc.client(check=True, when_reboot_pending=policy)
    assert (planned["action"], any("no restart is due for that alone" in w for w in planned["warnings"])) == (
        "install",
        True,
    )
    done = pc.client(when_reboot_pending=policy)
    assert (done["changed"], pc.restarts(), done["job"]["restart_needed"]) == (True, 0, False)
    _assert_settled(pc)
    again = pc.client(when_reboot_pending=policy)
    assert (again["changed"], [w for w in again["warnings"] if "restart of Windows is pending" in w]) == (False, [])
    assert pc.run("client_info", {})["pending_reboot"] == ["file_renames"]


@pytest.mark.parametrize(
    ("pending", "why"),
    [
        (["rename", "cbs"], "component_servicing"),
        (["rename", "windows_update"], "windows_update"),
        (["rename", "product_rename"], "product_renames"),
        (["cbs", "windows_update", "product_rename"], "component_servicing, windows_update, product_renames"),
    ],
)
def test_what_really_waits_for_a_restart_still_does(make_station: MakeStation, pending: list[str], why: str) -> None:
    pc = make_station(**CLIENT, pending_reboot=pending)
    left = pc.client(when_reboot_pending="skip")
    assert (left["action"], left["reason"]) == (
        "skip",
        f"a restart of Windows is pending ({why}): left for a later run",
    )


def _assert_settled(pc: Bench) -> None:
    assert (pc.clients(), pc.folders(), pc.tasks()) == (["2026.2.7 x64 ok"], [], [])


def test_never_is_the_default_and_says_so(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(**CLIENT, depot=renaming)
    done = pc.client()
    assert (done["changed"], done["job"]["restart_needed"], done["job"]["restarted"]) == (True, True, False)
    assert done["job"]["restart_left"] == "restarts are not allowed (pronote_client_reboot)"
    assert "the setup asks for a restart of Windows, which was not done: restarts are not allowed" in str(done)
    assert pc.restarts() == 0
    # Nothing to do is nothing to restart for.
    again = pc.client(reboot="if_idle")
    assert (again["changed"], pc.restarts()) == (False, 0)
    assert any("a restart of Windows is pending" in warning for warning in again["warnings"])


def test_an_idle_station_is_restarted_and_looked_at_again(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(**CLIENT, depot=renaming)
    done = pc.client(reboot="if_idle")
    assert (done["job"]["restart_needed"], done["job"]["restarted"], pc.restarts()) == (False, True, 1)
    assert done["job"]["restart_left"] == ""
    _assert_settled(pc)
    assert not pc.client(reboot="if_idle")["changed"]


def test_nobody_is_thrown_out(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(**CLIENT, depot=renaming, session_open="eleve")
    left = pc.client(reboot="if_idle")
    assert (left["changed"], left["job"]["restart_left"], pc.restarts()) == (True, "somebody is logged on", 0)


def test_unless_that_was_asked_for(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(**CLIENT, depot=renaming, session_open="eleve")
    done = pc.client(reboot="if_idle", reboot_with_session=True)
    assert (done["job"]["restarted"], pc.restarts()) == (True, 1)
    assert any("Ce poste redémarre pour terminer la mise à jour" in command for command in pc.commands())


WINDOW = [{"days": ["wed"], "from": "18:00", "to": "22:00"}]


@pytest.mark.parametrize(
    ("start", "left"),
    [
        (EVENING, ""),
        # A job may begin, a restart of up to sixteen minutes more could not end.
        (EVENING + dt.timedelta(hours=3, minutes=44, seconds=10), "the window ends at 22:00, too soon for a restart"),
    ],
)
def test_a_restart_ends_within_the_window(
    make_station: MakeStation, renaming: Depot, start: dt.datetime, left: str
) -> None:
    pc = make_station(**CLIENT, depot=renaming, start=start)
    done = pc.client(reboot="in_window", windows=WINDOW, timezone="UTC")
    assert (done["job"]["restart_left"], pc.restarts()) == (left, 0 if left else 1)


def test_without_a_window_there_is_no_time_for_a_restart(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(**CLIENT, depot=renaming)
    assert pc.client(reboot="in_window")["job"]["restart_left"] == "no window for restarts is open"


def test_pending_before(make_station: MakeStation) -> None:
    pc = make_station(**PENDING)
    before = pc.snapshot()
    refused = pc.client(when_reboot_pending="fail")
    assert refused["fact"] == "a restart of Windows is pending (component_servicing)"
    skipped = pc.client(when_reboot_pending="skip")
    assert (skipped["action"], skipped["reason"]) == ("skip", f"{refused['fact']}: left for a later run")
    check = pc.client(check=True, when_reboot_pending="reboot")
    assert check["conditions"] == ["restarts the station first: a restart of Windows is pending"]
    assert pc.snapshot() == before
    done = pc.client(when_reboot_pending="reboot")
    assert (done["changed"], done["job"]["restarted"], pc.restarts()) == (True, True, 1)
    _assert_settled(pc)


def test_a_pending_restart_waits_for_who_is_logged_on(make_station: MakeStation) -> None:
    pc = make_station(**PENDING, session_open="eleve")
    left = pc.client(when_reboot_pending="reboot")
    assert left["reason"].endswith("and somebody is logged on: left for a later run")


def test_a_pending_restart_is_called_off_when_somebody_logs_on(make_station: MakeStation) -> None:
    pc = make_station(**PENDING)
    pc.people_later(30, "log_on", "eleve")
    left = pc.client(when_reboot_pending="reboot", reboot_delay=120)
    reason = "a restart of Windows is pending, and somebody has logged on meanwhile: left for a later run"
    assert (left["action"], left["changed"], left["reason"], pc.restarts()) == ("skip", False, reason, 0)
    assert [event["planned"] for event in pc.events("power") if "planned" in event] == ["restart", None]


def test_who_logs_on_while_the_station_starts_is_asked_like_anybody(make_station: MakeStation) -> None:
    pc = make_station(**PENDING)
    pc.before(r"reg query|REG QUERY|reg\.exe", lambda: None)  # the first reading
    pc.before(r"Ce poste red", lambda: pc.before(r"reg\.exe", lambda: pc.people("log_on", "eleve")))
    left = pc.client(when_reboot_pending="reboot", when_session="skip")
    # The restart is a change, whatever comes of the rest.
    assert (left["action"], left["changed"], pc.restarts(), pc.starts()) == ("skip", True, 1, 0)
    assert left["reason"] == "somebody is logged on: left for a later run"


def test_it_is_called_off_when_somebody_logs_on(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(**CLIENT, depot=renaming)
    pc.before(r"Ce poste red", lambda: pc.people_later(10, "log_on", "eleve"))
    done = pc.client(reboot="if_idle", reboot_delay=60)
    assert (done["changed"], done["job"]["restart_left"]) == (True, "somebody has logged on meanwhile")
    assert pc.restarts() == 0


@pytest.mark.parametrize(("delay", "slept"), [(300, 60), (40, 300)])
def test_an_interrupted_run_restarts_a_station_once(
    make_station: MakeStation, renaming: Depot, delay: int, slept: int
) -> None:
    pc = make_station(**CLIENT, depot=renaming)
    pc.before(r"Ce poste red", lambda: pc.time.kill_in(10))
    pc.killed(reboot="if_idle", reboot_delay=delay)
    # Of one the restart is still to come, the other one has done it since.
    pc.time.sleep(slept)
    done = pc.client(reboot="if_idle", reboot_delay=40)
    assert (done["action"], done["job"]["restarted"], pc.restarts(), pc.starts()) == ("finish", True, 1, 1)
    _assert_settled(pc)


# The answer to `shutdown` is lost as the station goes down; the command never arrives.
@pytest.mark.parametrize(("effect", "restarted"), [("cut_after", True), ("cut", False)])
def test_a_connection_cut_at_the_restart(
    make_station: MakeStation, renaming: Depot, effect: str, restarted: bool
) -> None:
    pc = make_station(**CLIENT, depot=renaming, faults=[{"effect": effect, "match": "^Command .*shutdown"}])
    result = pc.client(reboot="if_idle", reboot_delay=60, reboot_timeout=900)
    assert result["job"]["restarted"] is restarted
    if not restarted:
        assert result["fact"] == "the station was told to restart and is still up after 960 s"
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert not pc.client(reboot="if_idle")["changed"]


def test_a_station_that_does_not_come_back(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(**{**CLIENT, "boot_seconds": 4000.0}, depot=renaming)
    result = pc.client(reboot="if_idle", reboot_delay=60, reboot_timeout=900)
    assert result["fact"] == "the station was told to restart and does not answer again after 960 s"


def test_a_restart_that_windows_refuses(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(**CLIENT, depot=renaming)
    pc.fault("access_denied", r"^Start \S*shutdown")
    result = pc.client(reboot="if_idle")
    assert result["fact"].startswith("Windows refuses to restart (exit code ")
    assert pc.restarts() == 0


def test_a_station_that_starts_refuses_an_account_for_a_moment(make_station: MakeStation, renaming: Depot) -> None:
    """It answers before it can ask its domain; each refusal counts for the account's lock-out."""
    pc = make_station(**CLIENT, depot=renaming)
    pc.fault("access_denied", "^Get Win32_OperatingSystem", nth=4, times=4)
    assert pc.client(reboot="if_idle")["job"]["restarted"]


def test_an_account_that_stays_refused_is_no_station_that_starts(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(**CLIENT, depot=renaming)
    pc.fault("access_denied", "^Get Win32_OperatingSystem", nth=4, times=0)
    result = pc.client(reboot="if_idle")
    assert result["unreachable"]
    assert sum(event["effect"] == "access_denied" for event in pc.events("fault")) == 6


def test_a_fault_while_it_restarts_is_waited_out(make_station: MakeStation, renaming: Depot) -> None:
    pc = make_station(**CLIENT, depot=renaming)
    pc.fault("oversize", "^Get Win32_OperatingSystem", nth=3, times=2)
    assert pc.client(reboot="if_idle")["job"]["restarted"]


def test_a_restart_that_cannot_be_noted_is_not_asked_for(make_station: MakeStation, renaming: Depot) -> None:
    """A run that is killed then would restart the station a second time."""
    pc = make_station(**CLIENT, depot=renaming)
    pc.fault("access_denied", r"^Write .*\\restart$")
    result = pc.client(reboot="if_idle")
    assert result["fact"].startswith("the restart could not be noted in the job's folder (exit code ")
    assert pc.restarts() == 0


def test_a_note_cut_short_is_as_if_nobody_had_asked(make_station: MakeStation, renaming: Depot, tmp_path: Path) -> None:
    pc = make_station(**CLIENT, depot=renaming)
    pc.before(r"Ce poste red", lambda: pc.time.kill_in(1))
    pc.killed(reboot="if_idle", reboot_delay=3600)
    assert pc.station.damage(r"C:\Program Files\Rentree PRONOTE\jobs\*\restart")
    pc.command("shutdown /a")
    done = pc.client(reboot="if_idle")
    assert (done["job"]["restarted"], pc.restarts()) == (True, 1)
