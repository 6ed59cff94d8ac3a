"""Of a folder, the archive of the latest date: names say nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.judge import WantedArchive
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.read import (
    archive_on_controller,
    archive_on_station,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.zip_check import ZipLimits
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import (
    CommandResult,
    Get,
    Question,
    drive,
)

_DATES = {"a.zip": "2026-08-26", "b.zip": "2026-08-25", "z.archs": "2026-08-24"}


def _folder(question: Question) -> Any:
    """A station's folder of archives, listed in the order of their names."""
    if not isinstance(question, Get):
        return CommandResult(code=0, stdout="\r\n".join(_DATES).encode(), stderr=b"")
    name = question.selectors["Name"].rpartition("\\")[2]
    if question.class_name == "CIM_DataFile" and name in _DATES:
        return {"FileSize": "90000", "LastModified": f"{_DATES[name]}T14:30:15+02:00"}
    return {} if question.class_name == "Win32_Directory" else None


def test_the_newest_archive_of_a_station_is_the_one_of_the_latest_date() -> None:
    reading = archive_on_station("C:\\EDT\\", name="pc", wanted=WantedArchive(), year=0, installed=None)
    assert drive(reading, _folder)["archive"]["path"] == r"C:\EDT\a.zip"


def test_the_newest_archive_of_the_controller_is_the_one_of_the_latest_date(tmp_path: Path) -> None:
    for name, date in _DATES.items():
        (tmp_path / name).write_bytes(b"x")
        day = int(date[-2:])
        os.utime(tmp_path / name, (day, day))
    found = archive_on_controller(
        str(tmp_path),
        wanted=WantedArchive(),
        year=0,
        installed=None,
        max_size=1 << 20,
        limits=ZipLimits(unpacked=1 << 20),
    )
    assert found["archive"]["path"] == str(tmp_path / "a.zip")
