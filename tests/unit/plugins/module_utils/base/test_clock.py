from __future__ import annotations

import datetime as dt
import time
import zoneinfo
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base import clock
from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import AHEAD, now, rentree_year, utc_now, zone


def test_times_are_text_that_sorts() -> None:
    assert now()[:2] == "20"
    assert len(now()) == len("2026-11-25T13:00:00Z")
    assert now().endswith("Z")


@pytest.mark.parametrize(("ahead", "seconds"), [("-15000000", -15_000_000), ("86400", 86_400), ("0", 0)])
def test_a_story_moves_the_clock(monkeypatch: pytest.MonkeyPatch, ahead: str, seconds: int) -> None:
    monkeypatch.setenv(AHEAD, ahead)
    _assert_ahead(seconds)


@pytest.mark.parametrize("ahead", ["", "1e6", "one day", "2026-06-15", "9" * 18, "-400000000", "²"])
def test_what_is_no_number_of_seconds_moves_nothing(monkeypatch: pytest.MonkeyPatch, ahead: str) -> None:
    monkeypatch.setenv(AHEAD, ahead)
    _assert_ahead(0)


def _assert_ahead(seconds: int) -> None:
    before = dt.datetime.now(dt.UTC)
    moved = utc_now() - dt.timedelta(seconds=seconds)
    assert before <= moved <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("when", "zone_name", "year"),
    [
        ("2026-05-31T12:00:00+00:00", "Europe/Paris", 2025),
        ("2026-06-01T12:00:00+00:00", "Europe/Paris", 2026),
        ("2026-12-31T12:00:00+00:00", "Europe/Paris", 2026),
        ("2027-01-01T12:00:00+00:00", "Europe/Paris", 2026),
        # By the controller's time zone.
        ("2026-05-31T23:00:00+00:00", "Europe/Paris", 2026),
        ("2026-06-01T01:00:00+00:00", "America/Cayenne", 2025),
    ],
)
def test_the_year_that_is_prepared_begins_in_june(
    monkeypatch: pytest.MonkeyPatch, when: str, zone_name: str, year: int
) -> None:
    monkeypatch.setenv("TZ", zone_name)
    time.tzset()
    try:
        monkeypatch.setattr(clock, "utc_now", lambda: dt.datetime.fromisoformat(when))
        assert rentree_year() == year
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "a\0b"])
def test_a_zone_that_is_none(name: str) -> None:
    with pytest.raises(ValueError, match="the controller knows no time zone"):
        zone(name)


def test_the_controllers_own_zone(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    summer, winter = dt.datetime(2026, 7, 1), dt.datetime(2026, 1, 1)
    monkeypatch.setenv("TZ", ":America/Cayenne")
    assert zone("").utcoffset(summer) == dt.timedelta(hours=-3)
    monkeypatch.delenv("TZ")
    # With its clock changes, not as the offset of today.
    file = tmp_path / "localtime"
    file.write_bytes(_paris())
    monkeypatch.setattr(clock, "_LOCALTIME", file)
    assert [zone("").utcoffset(day) for day in (summer, winter)] == [dt.timedelta(hours=2), dt.timedelta(hours=1)]
    monkeypatch.setattr(clock, "_LOCALTIME", tmp_path / "none")
    assert zone("") is dt.UTC


def _paris() -> bytes:
    for folder in zoneinfo.TZPATH:
        if (file := Path(folder, "Europe/Paris")).exists():
            return file.read_bytes()
    # The package tzdata, which requirements.txt names for controllers without the system's.
    return resources.files("tzdata.zoneinfo.Europe").joinpath("Paris").read_bytes()
