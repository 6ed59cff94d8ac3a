"""The hours of a school: nothing is begun outside of them, and what was begun is brought to its end."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.station.fixtures import MakeStation

WINDOWS = [{"days": ["wed"], "from": "18:00", "to": "19:00"}]
ONE_HOUR: dict[str, Any] = {"windows": WINDOWS, "timezone": "Europe/Paris", "expected_duration": 900}
# A Wednesday; Paris is an hour ahead.
OPENS = dt.datetime(2026, 11, 25, 17, 0, tzinfo=dt.UTC)
OLD: dict[str, Any] = {"clients": [{"release": "2026.1.9"}]}


def _at(minutes: float) -> dt.datetime:
    return OPENS + dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "why"),
    [
        (-1, "outside its hours: would wait until "),
        (50, "it could not end by 19:00: would wait until "),
        (61, "outside its hours: would wait until "),
    ],
)
def test_nothing_is_begun_outside_the_hours(make_station: MakeStation, minutes: float, why: str) -> None:
    pc = make_station(**OLD, start=_at(minutes))
    before = pc.snapshot()
    for check in (True, False):
        result = pc.client(check=check, **ONE_HOUR)
        assert (result["action"], result["changed"]) == ("skip", False)
        assert why in result["reason"]
    assert pc.snapshot() == before


def test_files_are_brought_at_any_hour(make_station: MakeStation) -> None:
    pc = make_station(**OLD, start=_at(-60))
    assert pc.client(state="staged", **ONE_HOUR)["changed"]


def test_a_window_too_short_for_the_job_says_so(make_station: MakeStation) -> None:
    pc = make_station(**OLD, start=_at(1))
    result = pc.client(**{**ONE_HOUR, "expected_duration": 7200})
    assert result["reason"].endswith("no window is as long as the 120 min that it is expected to take")


def test_the_wait_for_people_may_take_what_was_left_of_the_window(make_station: MakeStation) -> None:
    pc = make_station(**OLD, start=_at(40), session_open="eleve", running_client="2026.1.9")
    pc.people_later(600, "close")
    result = pc.client(when_running="wait", wait_running_timeout=1200, **ONE_HOUR)
    assert (result["action"], result["changed"], pc.starts()) == ("skip", False, 0)
    assert result["reason"].startswith("it could not end by 19:00")


def test_a_job_under_way_is_followed_at_any_hour_and_nothing_is_begun_after_it(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.2.8"}], start=_at(40), installer_fault={"kind": "slow", "times": 1})
    slow: dict[str, Any] = {**ONE_HOUR, "remove_older": True}
    running = pc.client(**slow, job_timeout=300)
    assert (running["kind"], pc.starts()) == ("running", 1)
    # By now no job could end by seven o'clock.
    planned = pc.client(check=True, **slow)
    assert planned["action"] == "finish"
    assert "only the job under way is brought to its end: it could not end by 19:00" in str(planned["warnings"])
    result = pc.client(**slow)
    assert (result["action"], result["changed"]) == ("finish", True)
    assert result["job"]["started"] == 0
    assert sorted(pc.clients()) == ["2025.2.8 x64 ok", "2026.2.7 x64 ok"]


def test_the_end_of_a_job_under_way_may_come_too_late_for_what_follows(make_station: MakeStation) -> None:
    fault = {"kind": "slow", "seconds": 1500, "times": 1}
    pc = make_station(clients=[{"release": "2025.2.8"}], start=_at(20), installer_fault=fault)
    slow: dict[str, Any] = {**ONE_HOUR, "remove_older": True}
    assert pc.client(**slow, job_timeout=60)["kind"] == "running"
    result = pc.client(**slow)
    assert (result["action"], result["changed"]) == ("skip", True)
    assert result["reason"].startswith("2026.2.7 is installed, beside older years; it could not end by 19:00")
    assert result["after"] == ["Client PRONOTE 2025: 2025.2.8 x64", "Client PRONOTE 2026: 2026.2.7 x64"]


def test_a_job_that_the_station_cut_off_is_not_begun_again_outside_the_hours(make_station: MakeStation) -> None:
    pc = make_station(**OLD, start=_at(40), boot_seconds=600.0)
    pc.fault("reboot", r"^Enumerate .*ExecutablePath", nth=2)
    result = pc.client(**ONE_HOUR, reconnect_timeout=3600)
    assert result["fact"].startswith("the station cut the job off; it could not end by 19:00: would wait until ")
    assert pc.starts() == 1


def test_within_them_it_is_begun_once_more(make_station: MakeStation) -> None:
    pc = make_station(**OLD, start=_at(1), boot_seconds=600.0)
    pc.fault("reboot", r"^Enumerate .*ExecutablePath", nth=2)
    result = pc.client(**ONE_HOUR, reconnect_timeout=3600)
    assert (result["changed"], result["job"]["interrupted"], pc.starts()) == (True, 1, 2)
    assert pc.clients() == ["2026.2.7 x64 ok"]


# How long the removal takes: the installation after it would begin within the hours, or at 18:55.
@pytest.mark.parametrize("removal", [60.0, 900.0])
def test_a_removal_is_never_left_without_what_comes_after_it(make_station: MakeStation, removal: float) -> None:
    """The station would be without a client until the next window."""
    pc = make_station(
        clients=[{"release": "2026.2.7"}],
        start=_at(40),
        installer_fault={"kind": "slow", "seconds": removal, "times": 1},
    )
    back: dict[str, Any] = {**ONE_HOUR, "allow_downgrade": True, "downgrade": "remove_first"}
    result = pc.client("2026.1.9", **back)
    assert (result.get("fact"), result["action"], result["changed"]) == (None, "install", True)
    assert pc.clients() == ["2026.1.9 x64 ok"]


def test_a_removal_is_not_begun_when_what_came_before_took_the_time(make_station: MakeStation) -> None:
    pc = make_station(
        clients=[{"release": "2025.2.8"}], start=_at(40), installer_fault={"kind": "slow", "seconds": 600, "times": 1}
    )
    result = pc.client(remove_older=True, **ONE_HOUR)
    assert (result["action"], result["changed"]) == ("skip", True)
    assert result["reason"].startswith("it could not end by 19:00")
    assert result["after"] == ["Client PRONOTE 2025: 2025.2.8 x64", "Client PRONOTE 2026: 2026.2.7 x64"]
    assert result["diff"][0]["after"] == "Client PRONOTE 2025: 2025.2.8 x64\nClient PRONOTE 2026: 2026.2.7 x64\n"
