"""An archive on a station, as a station would answer that the lab cannot play."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive import read as _edt_archive
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.judge import WantedArchive
from ansible_collections.rentree.pronote.plugins.plugin_utils.archive.read import archive_on_station
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import CommandTimeoutError, StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import (
    CommandResult,
    Get,
    Question,
    Reading,
    Run,
    drive,
)

_PATH = r"C:\EDT\a.archs"
_ROW = {"FileSize": "90000", "LastModified": "2026-08-25T14:30:15+02:00"}
_DIGEST = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"


@dataclass
class _Station:
    """Answers with what it was given; an error is raised."""

    row: Any = None
    result: CommandResult | StationError | None = None
    commands: list[str] = field(default_factory=list)

    def get(self, class_name: str, name: str) -> Any:
        return self.row if (class_name, name) == ("CIM_DataFile", _PATH) else None

    def answer(self, question: Question) -> Any:
        if isinstance(question, Get):
            return self.get(question.class_name, question.selectors["Name"])
        assert isinstance(question, Run)
        self.commands.append(question.line)
        if isinstance(self.result, StationError):
            raise self.result
        assert self.result is not None
        return self.result


def _check(
    station: _Station, *, path: str = _PATH, sha256: str = "", year: int = 0, installed: Any = None
) -> dict[str, Any]:
    reading = archive_on_station(path, name="pc", wanted=WantedArchive(sha256=sha256), year=year, installed=installed)
    return drive(reading, station.answer)


def _codes(result: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in result["findings"]]


def _output(code: int, text: str) -> CommandResult:
    return CommandResult(code=code, stdout=text.encode(), stderr=b"")


def test_a_folder_whose_names_cannot_all_be_passed_on() -> None:
    folder = _PATH.rpartition("\\")[0]
    listed = "a%20b.zip\r\nold.zip\r\na.zipx\r\nÉté.archs\r\n".encode()
    dates = {"a%20b.zip": "2026-08-25T14:30:15+02:00", "Été.archs": "2026-08-24T14:30:15+02:00"}

    class Folder(_Station):
        def get(self, class_name: str, name: str) -> Any:
            file = name.rpartition("\\")[2]
            if class_name == "CIM_DataFile" and file in dates:
                return {**_ROW, "LastModified": dates[file]}
            return {} if (class_name, name) == ("Win32_Directory", folder) else None

    station = Folder(result=CommandResult(code=0, stdout=listed, stderr=b""))
    result = _check(station, path=f"{folder}\\", sha256=_DIGEST)
    assert result["archive"]["path"] == f"{folder}\\a%20b.zip"
    assert _codes(result) == ["archive_digest_unread"]
    assert len(station.commands) == 1
    assert station.commands[0] == (
        f'dir /b /a-d /o-d "{folder}\\*.zip" 2>nul& dir /b /a-d /o-d "{folder}\\*.archs" 2>nul'
    )


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (_ROW, ["archs_opaque", "archive_content_unread"]),
        ({**_ROW, "LastModified": None}, ["archive_no_date", "archs_opaque", "archive_content_unread"]),
        ({**_ROW, "FileSize": None}, ["file_empty"]),
        (None, ["file_absent"]),
    ],
)
def test_what_windows_says_of_the_file(row: Any, codes: list[str]) -> None:
    station = _Station(row=row)
    assert _codes(_check(station)) == codes
    # One request: nothing is run unless there is a digest to compare with.
    assert station.commands == []


def test_an_encrypted_archive_is_checked_through_its_copy() -> None:
    station = _Station(row=_ROW, result=_output(0, f"SHA256 hash of {_PATH}:\r\n{_DIGEST}\r\nCertUtil: OK\r\n"))
    result = _check(station, sha256=_DIGEST)
    assert (_codes(result), result["state"], result["archive"]["sha256"]) == (["archs_opaque"], "done", _DIGEST)
    assert station.commands == [rf'%SystemRoot%\System32\certutil.exe -hashfile "{_PATH}" SHA256']


def test_a_digest_that_cannot_be_computed_is_a_doubt() -> None:
    result = _check(_Station(row=_ROW, result=_output(0x80070020, "CertUtil: 0x80070020")), sha256=_DIGEST)
    assert (_codes(result), result["state"]) == (["archive_digest_unread", "archs_opaque"], "in_doubt")
    assert "certutil 2147942432" in result["findings"][0]["text"]


def test_what_was_read_before_the_station_was_lost_is_kept() -> None:
    lost = CommandTimeoutError("computing took more than 900 s", remedy="Run again.")
    result = _check(_Station(row=_ROW, result=lost), sha256=_DIGEST)
    assert (_codes(result), result["state"]) == (["archive_digest_unread", "archs_opaque"], "in_doubt")
    assert "more than 900 s" in result["findings"][0]["text"]
    assert result["archive"]["size"] == 90_000


def test_the_year_of_edt_is_probed_once_the_product_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    product = object()
    asked: list[object] = []

    def probing(given: object) -> Reading[SimpleNamespace]:
        asked.append(given)
        return SimpleNamespace(as_dict=lambda: {"clients": [{"year": 2025, "condition": "ok"}]})
        yield

    monkeypatch.setattr(_edt_archive, "EDT_MONOPOSTE", product)
    monkeypatch.setattr(_edt_archive, "probing", probing)
    result = _check(_Station(row=_ROW), year=2026)
    assert "edt_other_year" in _codes(result)
    assert "2026 is not installed (found: 2025)" in result["findings"][-1]["text"]
    # What is given beats looking, and without a year nobody looks.
    assert "edt_other_year" not in _codes(_check(_Station(row=_ROW), year=2026, installed=[{"year": 2026}]))
    _check(_Station(row=_ROW))
    assert asked == [product]
