"""The reading of a station, with its answers played back: what is asked, and what is made of odd answers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import (
    AccessDeniedError,
    StationFactError,
    UnreachableError,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.probe import probing
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import (
    CommandResult,
    Get,
    Query,
    Question,
    Run,
    drive,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import StationState

_UNINSTALL = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
_EXE = r"C:\Program Files\Index Education\Pronote 2026\Réseau\Client\Client PRONOTE.exe"
_ENTRY = "    DisplayName    REG_SZ    INDEX EDUCATION - Client PRONOTE 2026\r\n"


def _overview(*, exes: bytes = b"", oem: str = "850") -> bytes:
    before = (
        f"<<code_page>>\r\nHKEY_X\\CodePage\r\n    OEMCP    REG_SZ    {oem}\r\n"
        "<<environment>>\r\nProgramFiles=C:\\Program Files\r\nProgramFiles(x86)=C:\\Program Files (x86)\r\n"
        "SystemDrive=C:\r\nPROCESSOR_ARCHITECTURE=AMD64\r\n<<windows>>\r\n"
        f"<<uninstall64>>\r\n{_UNINSTALL}\\{{A}}\r\n{_ENTRY}<<uninstall32>>\r\n<<exes>>\r\n"
    )
    after = '<<reboot>>\r\n<<jobs>>\r\n<<processes>>\r\n"System","4","Services","0","1 Ko"\r\n'
    return before.encode() + exes + after.encode()


def _details(*, icon: bytes = b"") -> bytes:
    value = b"    DisplayIcon    REG_SZ    " + icon + b"\r\n" if icon else b""
    return f"<<entry0>>\r\n{_UNINSTALL}\\{{A}}\r\n{_ENTRY}".encode() + value


class _Answers:
    """What a station answers; ``files`` is what WMI knows, by path. ``asked``: what it was asked."""

    def __init__(self, *outputs: bytes, files: dict[str, str], rows: Any = None) -> None:
        self._outputs = list(outputs)
        self._files = files
        self._rows = rows
        self.asked: list[Question] = []

    def to(self, question: Question) -> Any:
        """The answer to a question. Raises what the station would."""
        self.asked.append(question)
        match question:
            case Run():
                return CommandResult(code=0, stdout=self._outputs.pop(0), stderr=b"")
            case Get(class_name="Win32_LogicalDisk"):
                return {"FreeSpace": "1000"}
            case Get(class_name="CIM_DataFile", selectors={"Name": str(path)}):
                version = self._files.get(path)
                return None if version is None else {"Version": version, "FileSize": "10"}
            case Query(wql="select Name, ProcessId, SessionId from Win32_Process", namespace="root/cimv2"):
                if isinstance(self._rows, Exception):
                    raise self._rows
                return self._rows
        raise AssertionError(question)


def _probe_of(*outputs: bytes, files: dict[str, str], rows: Any = None) -> StationState:
    return drive(probing(PRONOTE_CLIENT), _Answers(*outputs, files=files, rows=rows).to)


def test_the_version_is_the_one_of_the_exe() -> None:
    state = _probe_of(_overview(exes=f"{_EXE}\r\n".encode()), _details(), files={_EXE: "2026.2.7.0"})
    assert [i.describe() for i in state.installations] == ["2026.2.7 x64"]
    assert state.warnings == []


def test_an_exe_on_the_disk_is_never_called_missing() -> None:
    """Seen with Wine under load: its path came in another code page, so that WMI was asked for another name."""
    state = _probe_of(_overview(exes=_EXE.encode("cp1252") + b"\r\n"), _details(), files={_EXE: "2026.2.7.0"})
    assert [i.condition for i in state.installations] == ["version_unreadable"]
    assert [warning for warning in state.warnings if "WMI finds no such file" in warning]


def test_an_exe_that_only_its_entry_names_is_missing() -> None:
    state = _probe_of(_overview(), _details(icon=_EXE.encode()), files={})
    assert [i.condition for i in state.installations] == ["entry_without_exe"]
    assert state.warnings == []


@pytest.mark.parametrize("page", ["437", "850", "1252"])
def test_an_entry_is_read_in_the_station_s_own_code_page(page: str) -> None:
    answer = _details(icon=f"{_EXE},0".encode(f"cp{page}"))
    state = _probe_of(_overview(oem=page), answer, files={_EXE: "2026.2.7.0"})
    assert [i.path for i in state.installations] == [_EXE]


def test_an_answer_cut_short_is_an_error_not_an_empty_station() -> None:
    with pytest.raises(StationFactError, match="stops early"):
        _probe_of(_overview().partition(b"<<processes>>")[0], files={})


_NO_TASKLIST = _overview().partition(b'"System"')[0]


def test_a_tasklist_that_says_nothing_is_not_an_empty_station() -> None:
    """It asks WMI in a way of its own, and may be refused or broken: nobody would be asked before an installation."""
    rows = [
        {"Name": "System", "ProcessId": "4", "SessionId": "0"},
        {"Name": "Client PRONOTE.exe", "ProcessId": "77", "SessionId": "1"},
        {"Name": "explorer.exe", "ProcessId": "78", "SessionId": "1"},
        {"Name": None, "ProcessId": "x", "SessionId": None},
    ]
    state = _probe_of(_NO_TASKLIST, _details(), files={}, rows=rows)
    assert [(p.image, p.pid, p.session) for p in state.running] == [("Client PRONOTE.exe", 77, 1)]
    assert state.session_open
    assert (state.blind, state.warnings) == (False, [])


@pytest.mark.parametrize("rows", [[], AccessDeniedError("access denied", remedy="Ask.")])
def test_who_is_there_may_stay_unknown(rows: Any) -> None:
    state = _probe_of(_NO_TASKLIST, _details(), files={}, rows=rows)
    assert (state.blind, state.warnings) == (True, ["could not read: processes"])


def test_a_station_that_is_gone_is_not_one_that_says_nothing() -> None:
    with pytest.raises(UnreachableError):
        _probe_of(_NO_TASKLIST, _details(), files={}, rows=UnreachableError("gone", remedy="Look."))


@pytest.mark.parametrize("section", ["code_page", "environment", "uninstall64", "exes", "reboot", "jobs"])
def test_an_answer_with_a_hole_is_an_error_too(section: str) -> None:
    """A station that lies, or a shell that lost a packet: told as such, not as a Python error of the task."""
    with pytest.raises(StationFactError, match=section):
        _probe_of(_overview().replace(f"<<{section}>>".encode(), b""), files={})


def test_a_number_that_only_looks_like_one_is_none() -> None:
    strange = '"System","4","Services","0","1"\r\n"a.exe","²","x","1","1"\r\n"b.exe","7","x","²","1"\r\n'.encode()
    state = _probe_of(_overview().partition(b'"System"')[0] + strange, _details(), files={})
    assert state.running == []
