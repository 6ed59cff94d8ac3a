from __future__ import annotations

import datetime as dt
import zoneinfo
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy import hours as _windows
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.hours import ALWAYS, Hours, zone

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
    monkeypatch.setattr(_windows, "_LOCALTIME", file)
    assert [zone("").utcoffset(day) for day in (summer, winter)] == [dt.timedelta(hours=2), dt.timedelta(hours=1)]
    monkeypatch.setattr(_windows, "_LOCALTIME", tmp_path / "none")
    assert zone("") is dt.UTC


def _paris() -> bytes:
    for folder in zoneinfo.TZPATH:
        if (file := Path(folder, "Europe/Paris")).exists():
            return file.read_bytes()
    # The package tzdata, which requirements.txt names for controllers without the system's.
    return resources.files("tzdata.zoneinfo.Europe").joinpath("Paris").read_bytes()
