from __future__ import annotations

import datetime as dt
import zoneinfo
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base import clock
from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import now, zone


def test_times_are_text_that_sorts() -> None:
    assert now()[:2] == "20"
    assert len(now()) == len("2026-11-25T13:00:00Z")
    assert now().endswith("Z")


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
