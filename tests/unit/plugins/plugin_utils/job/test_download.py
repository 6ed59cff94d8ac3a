"""Bytes of a download cost requests to the station: exactly these, and none while nobody watches."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.commands import Job
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.download import Installers, watched_download
from ansible_collections.rentree.pronote.plugins.plugin_utils.job.follow import JobTimes, follow
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import events as _progress
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import UnreachableError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.job_name import JobName
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import CommandResult
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

_NAME = JobName.parse("pronote-client-2026.2.7-x64-0123456789ab-install")
_JOB = Job(name=_NAME, program_files="C:\\Program Files")
_SETUP = f"{_JOB.folder}\\setup.exe"
_KNOWN: Installers = {("2026.2.7", "x64"): ("setup.exe", 300)}
_TIMES = JobTimes(poll=0, reconnect=0)


class _Station:
    """A job at work for as many looks as there are ``files``: what WMI knows at each, by path."""

    watcher = _progress.Watcher()
    events = _progress.Events("s1")

    def __init__(self, files: list[dict[str, Any]]) -> None:
        self._files = files
        self._look = -1
        self.requests: list[str] = []

    def query(self, _wql: str) -> list[dict[str, str]]:
        self._look += 1
        self.requests.append("query")
        return (
            [{"ProcessId": "7", "Name": "cmd.exe", "CommandLine": r'cmd.exe /d /c ""C:\job\install.cmd" run install"'}]
            if self._look < len(self._files)
            else []
        )

    def get(self, class_name: str, **keys: str) -> dict[str, Any] | None:
        self.requests.append(f"{class_name} {keys['Name'].removeprefix(_JOB.folder)}")
        size = self._files[self._look].get(keys["Name"])
        if isinstance(size, Exception):
            raise size
        return None if size is None else {"FileSize": size}

    def run(self, _command: str, **_options: Any) -> CommandResult:
        return CommandResult(code=0, stdout=b"<<state>>\r\nstarted\r\nexit\r\n<<exit>>\r\nstep=done\r\n", stderr=b"")

    def close(self) -> None:
        self.requests.append("close")


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "events"
    monkeypatch.setattr(_progress, "events_path", lambda: path)
    return path


def _follow(station: _Station, known: Installers = _KNOWN) -> None:
    download = watched_download(_JOB, known)
    assert follow(cast(WinrmStation, station), _JOB, _TIMES, download=download).state == "ended"


def _told(reader: _progress.Reader) -> list[tuple[Any, ...]]:
    return [(e["stage"], e.get("bytes"), e.get("total")) for e in reader.read()]


_LOOKS: list[dict[str, Any]] = [
    {},
    {f"{_SETUP}.part": "100"},
    {f"{_SETUP}.part": "200"},
    {_SETUP: "300"},
    {_SETUP: "300"},
]


@pytest.mark.parametrize("reading", [False, True])
def test_a_run_that_nobody_watches_asks_for_nothing(events: Path, reading: bool) -> None:
    """Neither without the callback, nor with its plain lines."""
    reader = _progress.Reader(events) if reading else None
    station = _Station(_LOOKS)
    _follow(station)
    assert station.requests == ["query"] * 6
    if reader is not None:
        assert _told(reader) == [("installing", None, None)]
        reader.close()


def test_one_request_a_look_until_the_installer_is_whole(events: Path) -> None:
    reader = _progress.Reader(events, live=True)
    station = _Station(_LOOKS)
    _follow(station)
    part, whole = "CIM_DataFile \\setup.exe.part", "CIM_DataFile \\setup.exe"
    assert station.requests == [
        *("query", part, whole),  # neither is there: the depot may be busy
        *("query", part),
        *("query", part),
        *("query", part, whole),
        *("query", "query"),
    ]
    assert _told(reader) == [
        ("installing", None, None),
        ("fetching", 0, 300),
        ("fetching", 100, 300),
        ("fetching", 200, 300),
        ("installing", None, None),
    ]
    reader.close()


def test_what_nobody_knows_the_size_of_shows_its_bytes(events: Path) -> None:
    reader = _progress.Reader(events, live=True)
    # xsi:nil, and a number that is none.
    _follow(_Station([{f"{_SETUP}.part": size} for size in ("100", "", "many")]), known={})
    assert _told(reader)[1:] == [("fetching", 100, 0), ("fetching", 0, 0), ("fetching", 0, 0)]
    reader.close()


def test_an_installer_goes_by_its_name_in_the_depot(events: Path) -> None:
    reader = _progress.Reader(events, live=True)
    station = _Station([{f"{_JOB.folder}\\setup.msi.part": "7"}])
    _follow(station, known={("2026.2.7", "x64"): ("setup.msi", 9)})
    assert _told(reader)[-1] == ("fetching", 7, 9)
    reader.close()


def test_a_station_that_does_not_answer_it_is_not_asked_again(events: Path) -> None:
    reader = _progress.Reader(events, live=True)
    station = _Station([{f"{_SETUP}.part": UnreachableError("cut", remedy="Run again.")}, {f"{_SETUP}.part": "9"}])
    _follow(station)
    # The job is followed to its end on a new connection.
    assert station.requests == ["query", "CIM_DataFile \\setup.exe.part", "close", "query", "query"]
    assert _told(reader) == [("installing", None, None), ("installing", None, None)]
    reader.close()
