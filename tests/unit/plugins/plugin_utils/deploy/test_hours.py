from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.hours import ALWAYS, Hours

EVENINGS = [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "18:00", "to": "22:00"}]


def _hours(now: str, *, seconds: float = 900, timezone: str = "Europe/Paris") -> Hours:
    read = Hours.read(EVENINGS, timezone=timezone, seconds=seconds)
    return Hours(windows=read.windows, zone=read.zone, seconds=read.seconds, now=lambda: dt.datetime.fromisoformat(now))


@pytest.mark.parametrize(
    ("now", "seconds", "says"),
    [
        ("2026-11-25T18:00+01:00", 900, ""),
        ("2026-11-25T16:00+00:00", 900, "outside its hours: would wait until Wed 2026-11-25 18:00 +01:00"),
        ("2026-11-25T21:50+01:00", 900, "it could not end by 22:00: would wait until Thu 2026-11-26 18:00 +01:00"),
        ("2026-11-27T22:00+01:00", 900, "outside its hours: would wait until Mon 2026-11-30 18:00 +01:00"),
        ("2026-11-25T18:00+01:00", 14401, "no window is as long as the 240 min that it is expected to take"),
    ],
)
def test_in_words(now: str, seconds: float, says: str) -> None:
    assert _hours(now, seconds=seconds).closed() == says


def test_no_windows_need_no_zone() -> None:
    assert ALWAYS.closed() == ""
    assert Hours.read([], timezone="nowhere", seconds=1).closed() == ""
