from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.hours import Window, judge, parse_windows

PARIS = ZoneInfo("Europe/Paris")
EVENINGS = [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "18:00", "to": "22:00"}]
NIGHTS = [{"from": "22:00", "to": "06:00"}]
FRIDAY_NIGHT = [{"days": ["ven"], "from": "22:00", "to": "06:00"}]
HOUR = 3600


def _paris(text: str, fold: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold)


def _utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def _judge(value: Any, now: dt.datetime, seconds: float) -> tuple[bool, str, str]:
    found = judge(parse_windows(value), now=now, zone=PARIS, seconds=seconds)
    text = [m.isoformat(timespec="minutes") if m else "" for m in (found.closes_at, found.opens_at)]
    return found.open, text[0], text[1]


@pytest.mark.parametrize(
    ("value", "now", "seconds", "expected"),
    [
        # 2026-11-25 is a Wednesday.
        ([], "2026-11-25T12:00", 99 * HOUR, (True, "", "")),
        (EVENINGS, "2026-11-25T12:00", 900, (False, "", "2026-11-25T18:00+01:00")),
        (EVENINGS, "2026-11-25T18:00", 900, (True, "2026-11-25T22:00+01:00", "")),
        (EVENINGS, "2026-11-25T21:45", 900, (True, "2026-11-25T22:00+01:00", "")),
        # It could not end inside: the next evening.
        (EVENINGS, "2026-11-25T21:46", 900, (False, "2026-11-25T22:00+01:00", "2026-11-26T18:00+01:00")),
        (EVENINGS, "2026-11-25T22:00", 0, (False, "", "2026-11-26T18:00+01:00")),
        (EVENINGS, "2026-11-27T22:00", 0, (False, "", "2026-11-30T18:00+01:00")),
        # Longer than any window: never.
        (EVENINGS, "2026-11-25T18:00", 4 * HOUR + 1, (False, "2026-11-25T22:00+01:00", "")),
        # Across midnight.
        (NIGHTS, "2026-11-26T02:00", 4 * HOUR, (True, "2026-11-26T06:00+01:00", "")),
        (NIGHTS, "2026-11-26T02:01", 4 * HOUR, (False, "2026-11-26T06:00+01:00", "2026-11-26T22:00+01:00")),
        (FRIDAY_NIGHT, "2026-11-28T05:00", HOUR, (True, "2026-11-28T06:00+01:00", "")),
        (FRIDAY_NIGHT, "2026-11-27T05:00", HOUR, (False, "", "2026-11-27T22:00+01:00")),
        (FRIDAY_NIGHT, "2026-11-28T06:00", HOUR, (False, "", "2026-12-04T22:00+01:00")),
        # Windows that touch are one.
        (
            [{"days": "wed", "from": "20:00", "to": "24:00"}, {"days": "thu", "from": "00:00", "to": "02:00"}],
            "2026-11-25T23:00",
            3 * HOUR,
            (True, "2026-11-26T02:00+01:00", ""),
        ),
        (
            [{"from": "18:00", "to": "20:00"}, {"from": "19:00", "to": "23:00"}],
            "2026-11-25T18:30",
            4 * HOUR,
            (True, "2026-11-25T23:00+01:00", ""),
        ),
    ],
)
def test_windows(value: Any, now: str, seconds: float, expected: tuple[bool, str, str]) -> None:
    assert _judge(value, _paris(now), seconds) == expected


@pytest.mark.parametrize(
    ("value", "now", "seconds", "expected"),
    [
        # In the night of 24 to 25 October 2026 the clocks go from 03:00 back to 02:00: nine hours.
        (NIGHTS, "2026-10-24T20:00", 9 * HOUR, (True, "2026-10-25T06:00+01:00", "")),
        (NIGHTS, "2026-10-24T20:00", 9 * HOUR + 1, (False, "2026-10-25T06:00+01:00", "")),
        # In that of 28 to 29 March from 02:00 on to 03:00: seven hours.
        (NIGHTS, "2026-03-28T21:00", 7 * HOUR, (True, "2026-03-29T06:00+02:00", "")),
        (NIGHTS, "2026-03-28T21:00", 7 * HOUR + 1, (False, "2026-03-29T06:00+02:00", "2026-03-29T22:00+02:00")),
        # 02:30 does not exist then: a window that ends there is over before the change, one that begins there after it.
        ([{"from": "00:00", "to": "02:30"}], "2026-03-29T00:00", 0, (True, "2026-03-29T01:30+01:00", "")),
        ([{"from": "02:30", "to": "05:00"}], "2026-03-29T01:00", 0, (False, "", "2026-03-29T03:30+02:00")),
        # 02:30 is there twice in autumn: the first one counts.
        ([{"from": "00:00", "to": "02:30"}], "2026-10-25T00:20", 0, (True, "2026-10-25T02:30+02:00", "")),
        ([{"from": "00:00", "to": "02:30"}], "2026-10-25T01:20", 0, (False, "", "2026-10-26T00:00+01:00")),
    ],
)
def test_clock_changes(value: Any, now: str, seconds: float, expected: tuple[bool, str, str]) -> None:
    assert _judge(value, _utc(now), seconds) == expected


def test_the_zone_of_the_school_counts_not_that_of_the_clock() -> None:
    windows = parse_windows(EVENINGS)
    reunion, noon = ZoneInfo("Indian/Reunion"), _utc("2026-11-25T14:30")
    assert judge(windows, now=noon, zone=reunion, seconds=900).open
    assert not judge(windows, now=noon, zone=PARIS, seconds=900).open
    assert judge(windows, now=noon.astimezone(PARIS), zone=reunion, seconds=900).open


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"days": ["Lundi", "TUE"], "from": "8:05", "to": "9h30"}, Window(days=frozenset({0, 1}), start=485, end=570)),
        # What YAML makes of an unquoted 18:00.
        ({"days": "dimanche", "from": 1080, "to": 1320}, Window(days=frozenset({6}), start=1080, end=1320)),
        ({"from": "00:00", "to": "24:00"}, Window(days=frozenset(range(7)), start=0, end=1440)),
    ],
)
def test_how_they_are_written(value: Any, expected: Window) -> None:
    assert parse_windows([value]) == (expected,)
    assert parse_windows(value) == (expected,)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("18:00-22:00", "no list of windows"),
        (["18:00"], "is no window"),
        ([{"from": "18:00"}], "is no window"),
        ([{"from": "18:00", "to": "22:00", "day": "mon"}], "is no window"),
        ([{"days": ["someday"], "from": "18:00", "to": "22:00"}], "'someday' is no day: mon"),
        ([{"from": "25:00", "to": "22:00"}], "from: '25:00' is no time"),
        ([{"from": "18:00", "to": "24:01"}], "to: '24:01' is no time"),
        ([{"from": 79200, "to": "22:00"}], "from: 79200 is no time"),
        ([{"from": True, "to": "22:00"}], "from: True is no time"),
        ([{"from": "18:00", "to": "18:00"}], "never open"),
        ([{"days": [], "from": "18:00", "to": "19:00"}], "never open"),
    ],
)
def test_what_cannot_be_read(value: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_windows(value)
