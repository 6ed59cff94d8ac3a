"""Left to the next start of the station: armed, started, proved, and every way in which that comes to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.kept import standings

from tests.station.bench import NAME, Bench
from tests.station.fixtures import MakeStation

OLD: dict[str, Any] = {"clients": [{"release": "2026.1.9"}]}
BUSY: dict[str, Any] = {**OLD, "session_open": "eleve", "running_client": "2026.1.9"}
WAITS: dict[str, Any] = {"when": "next_start"}
DAY = 86400.0
JOBS = r"C:\Program Files\Rentree PRONOTE\jobs"


def _start(pc: Bench, seconds: float = 900) -> None:
    """Switched off, and on again: what fires at a start has had its time."""
    pc.power(on=False)
    pc.power(on=True)
    pc.time.sleep(seconds)


def _curls(pc: Bench) -> list[str]:
    """What was fetched, or tried to be."""
    return [event["path"] for event in pc.events("process") if event["path"].endswith("curl.exe")]


def _armed(make_station: MakeStation, **station: Any) -> Bench:
    pc = make_station(**{**OLD, **station})
    done = pc.client(**WAITS)
    assert (done.get("fact"), done["action"], done["changed"]) == (None, "arm", True)
    return pc


def _settled(pc: Bench, *, starts: int = 1) -> None:
    assert (pc.clients(), pc.folders(), pc.tasks(), pc.starts()) == (["2026.2.7 x64 ok"], [], [], starts)
    assert not pc.client(**WAITS)["changed"]


def test_check_apply_check_start_apply(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    before = pc.snapshot()
    check = pc.client(check=True, **WAITS)
    assert (check["changed"], check["action"]) == (True, "arm")
    assert check["reason"] == "will be installed at the next start of the station"
    assert pc.snapshot() == before
    done = pc.client(**WAITS)
    assert (done["changed"], done["action"], done["diff"]) == (True, "arm", check["diff"])
    assert done["after"][1].startswith("at the next start: 2026.2.7 x64, since 20")
    assert (pc.starts(), len(pc.tasks()), pc.clients()) == (0, 1, ["2026.1.9 x64 ok"])
    settled = pc.snapshot()
    for check_mode in (True, False):
        again = pc.client(check=check_mode, **WAITS)
        assert (again["action"], again["changed"], again["before"]) == ("armed", False, done["after"])
        assert "at the next start of the station, since " in again["reason"]
    assert pc.snapshot() == settled
    fetched = len(pc.events("web"))
    _start(pc)
    assert (pc.starts(), pc.tasks(), len(pc.folders())) == (1, [], 1)
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert len(pc.events("web")) == fetched, "a start fetches nothing"
    proved = pc.client(**WAITS)
    assert (proved["changed"], proved["action"], proved["job"]["followed"]) == (True, "finish", True)
    _settled(pc)


# What keeps a station from it now, and the option that leaves it to the next start.
_ANSWERS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a client in use": (BUSY, {"when_running": "next_start"}, "Client PRONOTE.exe (pid "),
    "a session": ({**OLD, "session_open": "eleve"}, {"when_session": "next_start"}, "somebody is logged on"),
    "a pending restart": (
        {**OLD, "pending_reboot": ("cbs",)},
        {"when_reboot_pending": "next_start"},
        "a restart of Windows is pending",
    ),
    "its hours": (
        OLD,
        {
            "when_closed": "next_start",
            "windows": [{"days": ["sun"], "from": "03:00", "to": "03:20"}],
            "timezone": "UTC",
        },
        "outside its hours",
    ),
}


@pytest.mark.parametrize("name", _ANSWERS)
def test_an_answer_to_what_keeps_a_station_from_it_now(make_station: MakeStation, name: str) -> None:
    station, options, why = _ANSWERS[name]
    pc = make_station(**station)
    check = pc.client(check=True, **options)
    done = pc.client(**options)
    assert [each["action"] for each in (check, done)] == ["arm", "arm"]
    assert done["reason"] == check["reason"]
    assert done["reason"].startswith(f"will be installed at the next start of the station: {why}")
    assert pc.client(**options)["action"] == "armed"
    assert pc.starts() == 0
    _start(pc)
    assert pc.client(**options)["action"] == "finish"
    assert (pc.clients(), pc.folders(), pc.tasks(), pc.starts()) == (["2026.2.7 x64 ok"], [], [], 1)


@pytest.mark.parametrize("name", _ANSWERS)
def test_a_station_that_nothing_keeps_from_it_is_installed_now(make_station: MakeStation, name: str) -> None:
    pc = make_station(**OLD)
    options = {key: value for key, value in _ANSWERS[name][1].items() if key not in {"windows", "timezone"}}
    assert pc.client(**options)["action"] == "install"
    assert (pc.clients(), pc.tasks(), pc.starts()) == (["2026.2.7 x64 ok"], [], 1)


def test_somebody_is_logged_on_at_the_start(make_station: MakeStation) -> None:
    pc = _armed(make_station)
    pc.power(on=False)
    pc.power(on=True)
    pc.people_later(5, "log_on", "eleve")
    pc.time.sleep(120)
    assert (pc.starts(), pc.tasks(), pc.clients()) == (0, [], ["2026.1.9 x64 ok"])
    again = pc.client(**WAITS)
    assert (again["action"], again["changed"], len(pc.tasks())) == ("arm", True, 1)
    assert any("somebody was logged on already when the station had started" in text for text in again["warnings"])
    _start(pc)
    assert pc.client(**WAITS)["action"] == "finish"
    _settled(pc)


def test_a_fast_startup_leaves_it_waiting(make_station: MakeStation) -> None:
    pc = _armed(make_station, fast_startup=True)
    pc.people("shut_down")
    pc.power(on=True)
    pc.time.sleep(600)
    assert (pc.starts(), pc.client(**WAITS)["action"]) == (0, "armed")
    pc.people("restart")
    pc.time.sleep(600)
    assert pc.client(**WAITS)["action"] == "finish"
    _settled(pc)


def test_a_start_without_network_needs_none(make_station: MakeStation) -> None:
    pc = _armed(make_station)
    pc.people("unplug")
    _start(pc)
    pc.people("plug")
    assert pc.client(**WAITS)["action"] == "finish"
    _settled(pc)


def test_switched_off_in_the_middle_it_is_tried_once_more(make_station: MakeStation) -> None:
    pc = _armed(make_station, installer_fault={"kind": "slow", "seconds": 300.0})
    _start(pc, seconds=60)
    assert pc.starts() == 1
    _start(pc)
    assert (pc.starts(), pc.tasks(), pc.clients()) == (2, [], ["2026.2.7 x64 ok"])
    assert pc.client(**WAITS)["action"] == "finish"
    _settled(pc, starts=2)


def test_and_never_a_third_time(make_station: MakeStation) -> None:
    pc = _armed(make_station, installer_fault={"kind": "slow", "seconds": 300.0})
    for _start_that_is_cut in range(2):
        _start(pc, seconds=60)
    _start(pc)
    assert (pc.starts(), pc.tasks()) == (2, [])
    again = pc.client(**WAITS)
    assert again["action"] == "arm"
    assert any("cut the job off at two starts" in text for text in again["warnings"])


def test_a_run_meets_the_start_under_way(make_station: MakeStation) -> None:
    pc = _armed(make_station, installer_fault={"kind": "slow", "seconds": 300.0})
    _start(pc, seconds=60)
    check = pc.client(check=True, **WAITS)
    assert (check["action"], check["changed"]) == ("finish", True)
    done = pc.client(**WAITS)
    assert (done["action"], done["job"]["followed"], done["job"]["started"]) == ("finish", True, 0)
    _settled(pc)


def test_a_failed_setup_is_told_and_begun_anew(make_station: MakeStation) -> None:
    pc = _armed(make_station, installer_fault={"kind": "rejected", "times": 1})
    _start(pc)
    again = pc.client(**WAITS)
    assert (again["action"], pc.clients(), len(pc.tasks())) == ("arm", ["2026.1.9 x64 ok"], 1)
    assert again["after"][1].startswith("at the next start: ")
    _start(pc)
    assert pc.client(**WAITS)["action"] == "finish"
    _settled(pc, starts=2)


@pytest.mark.parametrize("days", [15, 45])
def test_the_first_start_after_its_time_clears_all_away(make_station: MakeStation, days: int) -> None:
    pc = _armed(make_station)
    pc.power(on=False)
    pc.station.clock.jump(days * DAY)
    pc.power(on=True)
    pc.time.sleep(120)
    assert (pc.starts(), pc.tasks(), pc.folders(), pc.clients()) == (0, [], [], ["2026.1.9 x64 ok"])


def test_a_start_just_before_its_time_still_installs(make_station: MakeStation) -> None:
    pc = _armed(make_station)
    pc.station.clock.jump(13.9 * DAY)
    _start(pc)
    assert pc.client(**WAITS)["action"] == "finish"
    _settled(pc)


def test_a_station_forgotten_for_years_keeps_no_task(make_station: MakeStation) -> None:
    """Somebody has deleted the folder: nothing is left that could clear the task away, but Windows."""
    pc = _armed(make_station)
    pc.command(r'rmdir /s /q "C:\Program Files\Rentree PRONOTE"')
    pc.station.clock.jump(500 * DAY)
    _start(pc)
    assert pc.tasks() == []


def test_another_release_disarms_it_first(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.2.8"}])
    assert pc.client("2026.1.9", **WAITS)["action"] == "arm"
    check = pc.client(check=True, **WAITS)
    done = pc.client(**WAITS)
    assert (done["action"], done["diff"]) == ("arm", check["diff"])
    assert "-at the next start: 2026.1.9" in "-" + done["diff"][0]["before"].split("\n")[1]
    assert [name.split("-")[2] for name in pc.folders()] == ["2026.2.7"]
    assert len(pc.tasks()) == 1
    _start(pc)
    assert pc.client(**WAITS)["action"] == "finish"
    assert pc.clients() == ["2025.2.8 x64 ok", "2026.2.7 x64 ok"]


def test_what_is_not_wanted_any_more_goes_although_nothing_else_can_be_done(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.2.8"}])
    assert pc.client("2026.1.9", **WAITS)["action"] == "arm"
    pc.people("log_on", "eleve")
    left = pc.client(when_session="skip")
    assert (left["action"], left["changed"], pc.folders(), pc.tasks()) == ("skip", True, [], [])


def test_nothing_is_wanted_any_more(make_station: MakeStation) -> None:
    pc = _armed(make_station)
    assert pc.client(state="absent", when_running="skip")["changed"]
    assert (pc.clients(), pc.folders(), pc.tasks()) == ([], [], [])


def test_now_takes_the_files_over(make_station: MakeStation) -> None:
    pc = _armed(make_station)
    fetched = len(pc.events("web"))
    done = pc.client()
    assert (done["action"], done["job"]["started"]) == ("install", 1)
    assert len(pc.events("web")) == fetched
    _settled(pc)


def test_a_staging_leaves_it_armed(make_station: MakeStation) -> None:
    pc = _armed(make_station)
    staged = pc.client(state="staged")
    assert (staged["action"], staged["changed"], len(pc.tasks())) == ("none", False, 1)


def test_files_that_were_brought_before_are_armed(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    assert pc.client(state="staged")["changed"]
    fetched = len(pc.events("web"))
    assert pc.client(**WAITS)["action"] == "arm"
    assert len(pc.events("web")) == fetched
    _start(pc)
    assert pc.client(**WAITS)["action"] == "finish"
    _settled(pc)


def test_what_was_spoilt_meanwhile_is_not_run(make_station: MakeStation) -> None:
    pc = _armed(make_station)
    assert pc.station.damage(rf"{JOBS}\*\setup.exe")
    before = len(_curls(pc))
    _start(pc)
    assert len(_curls(pc)) == before, "a start fetches nothing"
    assert (pc.starts(), pc.tasks(), pc.clients()) == (0, [], ["2026.1.9 x64 ok"])
    assert pc.client(**WAITS)["action"] == "arm"
    _start(pc)
    assert pc.client(**WAITS)["action"] == "finish"
    _settled(pc)


def test_the_client_was_updated_by_somebody_else_meanwhile(make_station: MakeStation) -> None:
    """A setup with the answers of an installation, over the release itself, does whatever its maintenance does."""
    pc = _armed(make_station)
    pc.people("update", "2026.2.7")
    _start(pc)
    assert (pc.starts(), pc.tasks()) == (0, [])
    assert pc.client(**WAITS)["action"] in {"finish", "none"}
    _settled(pc, starts=0)


def test_a_frozen_station_is_not_armed(make_station: MakeStation) -> None:
    pc = make_station(**OLD, freezer="deep_freeze")
    left = pc.client(**WAITS)
    assert (left["action"], left["changed"], pc.folders()) == ("skip", False, [])
    assert "would undo it" in left["reason"]


def test_a_removal_is_not_left_to_a_start(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2026.1.9"}])
    left = pc.client(update="reinstall", **WAITS)
    assert (left["action"], pc.folders()) == ("skip", [])
    assert left["reason"].endswith("only an installation can be left to the next start")


def test_the_store_has_a_state_of_its_own_for_it(make_station: MakeStation, tmp_path: Path) -> None:
    store: dict[str, Any] = {"store": str(tmp_path / "state.sqlite3"), "school": "Lycée", "room": "101"}

    def standing() -> tuple[str, str]:
        found = standings(Path(store["store"]), product="pronote_client")[NAME]["standing"]
        return found.outcome, found.reason

    pc = make_station(**OLD)
    pc.client(**WAITS, **store)
    assert standing() == ("armed", "will be installed at the next start of the station")
    pc.client(**WAITS, **store)
    outcome, reason = standing()
    assert outcome == "armed"
    assert reason.startswith("will be installed at the next start of the station, since 20")
    _start(pc)
    pc.client(**WAITS, **store)
    assert standing() == ("done", "")


@pytest.mark.parametrize("given", [{"armed_days": 0}, {"armed_days": 366}, {"armed_delay": -1}])
def test_days_that_are_none(make_station: MakeStation, given: dict[str, Any]) -> None:
    pc = make_station(**OLD)
    with pytest.raises(Exception, match="not from"):
        pc.client(**WAITS, **given)
    assert pc.commands() == []
