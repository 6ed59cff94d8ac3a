from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.names import ResponseName
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.recording import (
    FolderState,
    Recording,
    parse_fetched,
    parse_folder,
    plan_recording,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.responses.response import Mode
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.cmdline import echo
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import Installation, StationState
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.uninstall import split_uninstall
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue
from lxml import etree

from tests.unit.states import station_state

_CODE = "{02871376-45F6-4642-9D84-C7681ABE361F}"
_HOME = "C:\\Program Files (x86)\\InstallShield Installation Information"
_UNINSTALL = f'"{_HOME}\\{_CODE}\\setup.exe" -runfromtemp -l0x040c  -removeonly'


def _recorded(mode: Mode = "install") -> ResponseName:
    return ResponseName(product="pronote_client", release=Release.parse("2026.2.7"), arch="x64", mode=mode)


def _state(
    *years: int, session: bool = True, uninstall: str | None = _UNINSTALL, minor: str = "2.7", arch: Any = "x64"
) -> StationState:
    clients = [
        Installation(
            year=year,
            release=Release.parse(f"{year}.{minor}"),
            arch=arch,
            condition="ok",
            name=f"Client PRONOTE {year}",
            path="C:\\x.exe",
            product_code=_CODE,
            uninstall_string=uninstall,
            view=64,
        )
        for year in years
    ]
    return station_state(
        clients,
        session_open=session,
    )


_NOTHING = FolderState()
_OPEN = FolderState(folder=True, running=True)
_HALF = FolderState(folder=True)
_DONE = FolderState(folder=True, recorded=True)


@pytest.mark.parametrize(
    ("mode", "state", "found", "options", "action"),
    [
        ("install", _state(), _NOTHING, {}, "record"),
        ("install", _state(2025), _NOTHING, {}, "record"),
        ("install", _state(2026), _NOTHING, {}, "refuse"),
        ("install", _state(session=False), _NOTHING, {}, "refuse"),
        ("install", _state(), _NOTHING, {"setup_known": False}, "refuse"),
        ("install", _state(), _HALF, {}, "record"),
        ("install", _state(), _NOTHING, {"stored": True}, "none"),
        ("install", _state(session=False), _NOTHING, {"stored": True, "setup_known": False}, "none"),
        ("install", _state(), _HALF, {"stored": True}, "tidy"),
        # What a person has begun is finished, whatever else there is.
        ("install", _state(2026), _OPEN, {}, "follow"),
        ("install", _state(2026, session=False), _DONE, {"setup_known": False}, "fetch"),
        ("install", _state(2026), _DONE, {"stored": True}, "fetch"),
        ("uninstall", _state(2026), _NOTHING, {"setup_known": False}, "record"),
        ("uninstall", _state(2025), _NOTHING, {}, "refuse"),
        ("uninstall", _state(2026, uninstall=None), _NOTHING, {}, "refuse"),
        # A dry run: the installation before it would have left the client.
        ("uninstall", _state(), _NOTHING, {"will_be_installed": True}, "record"),
        ("uninstall", _state(), _DONE, {}, "fetch"),
        # An update is one over an earlier release of the year, of the same architecture.
        ("update", _state(2026, minor="1.9"), _NOTHING, {}, "record"),
        ("update", _state(2026, minor="1.9", session=False), _NOTHING, {}, "refuse"),
        ("update", _state(2026, minor="1.9"), _NOTHING, {"setup_known": False}, "refuse"),
        ("update", _state(2026, minor="1.9"), _NOTHING, {"stored": True}, "none"),
        ("update", _state(2026, minor="1.9"), _DONE, {"setup_known": False}, "fetch"),
        ("update", _state(2026), _NOTHING, {}, "refuse"),
        ("update", _state(2026, minor="3.1"), _NOTHING, {}, "refuse"),
        ("update", _state(2025), _NOTHING, {}, "refuse"),
        ("update", _state(), _NOTHING, {"will_be_installed": True}, "refuse"),
        ("update", _state(2026, minor="1.9", arch="x86"), _NOTHING, {}, "refuse"),
        ("update", _state(2026, minor="1.9", uninstall=None), _NOTHING, {}, "refuse"),
        ("install", _state(2026), _NOTHING, {"absent": True}, "none"),
        ("install", _state(2026), _HALF, {"absent": True}, "cancel"),
        ("install", _state(2026), _OPEN, {"absent": True, "stored": True}, "cancel"),
    ],
)
def test_plan(mode: Mode, state: StationState, found: FolderState, options: dict[str, Any], action: str) -> None:
    plan = plan_recording(state, _recorded(mode), found, **{"stored": False, **options})
    assert plan.action == action
    assert catalogue("fr").of(plan.reason) not in {plan.reason, ""}
    assert not plan.remedy or catalogue("fr").of(plan.remedy) != plan.remedy
    assert bool(plan.remedy) is (action == "refuse")
    assert plan.changes is (action not in {"none", "refuse"})


def _xml(line: str) -> Any:
    """The task as cmd.exe writes it: carets go, outside of quotes."""
    written = re.findall(r'>>"[^"]*" echo (.*?)(?=& >>|& %Sys)', line)
    assert written
    text = "".join(re.sub(r'\^(.)|("[^"]*")', r"\1\2", part) for part in written)
    return etree.fromstring(text)


@pytest.mark.parametrize("mode", ["install", "update", "uninstall"])
def test_the_task_is_for_administrators_in_their_session_with_full_rights(mode: Mode) -> None:
    recording = Recording(recorded=_recorded(mode), program_files="C:\\Program Files")
    program, switches = (recording.setup, "") if mode != "uninstall" else split_uninstall(_UNINSTALL)
    line = recording.start(program, switches)
    assert len(line) < 8191
    names = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    root = _xml(line)
    principal = {child.tag.partition("}")[2]: child.text for child in root.find("t:Principals/t:Principal", names)}
    assert principal == {"GroupId": "S-1-5-32-544", "RunLevel": "HighestAvailable"}
    assert root.find("t:Actions/t:Exec/t:Command", names).text == program
    arguments = root.find("t:Actions/t:Exec/t:Arguments", names).text
    assert arguments == f'{switches} /r /f1"{recording.response}"'.strip()
    # Registered only once the file is whole, run only once it is registered.
    assert line.index("task.xml") < line.index("/Create") < line.index("/Run /TN")


def test_the_setup_is_checked_before_it_can_run() -> None:
    recording = Recording(recorded=_recorded(), program_files="C:\\Program Files")
    line = recording.stage("http://depot/setup.exe", "a" * 64)
    assert line.index("/inheritance:r") < line.index("curl") < line.rindex("certutil") < line.index("exit 63")
    # `if` takes the rest of its line: each stands in brackets.
    assert not re.search(r"(?:^|& )if ", line)


def test_two_recordings_are_never_taken_for_one_another() -> None:
    install, uninstall = (
        Recording(recorded=_recorded(mode), program_files="C:\\P") for mode in ("install", "uninstall")
    )
    assert install.name not in uninstall.running_query()
    assert uninstall.name not in install.running_query()
    assert install.folder != uninstall.folder


@pytest.mark.parametrize("data", [b"[a]\r\nb=\xe9\r\n", "[é]".encode("utf-16"), bytes(range(256)) * 40])
def test_a_file_comes_over_byte_for_byte(data: bytes) -> None:
    encoded = base64.encodebytes(data).replace(b"\n", b"\r\n")
    digest = hashlib.sha256(data).hexdigest()
    output = (
        b"-----BEGIN CERTIFICATE-----\r\n" + encoded + b"-----END CERTIFICATE-----\r\n"
        b"SHA256 hachage de C:\\x :\r\n" + digest.encode() + b"\r\nCertUtil: -hashfile OK\r\n"
    )
    assert parse_fetched(output) == (data, digest)


@pytest.mark.parametrize(
    "output",
    [
        b"",
        b"-----BEGIN CERTIFICATE-----\r\nYQ==\r\n",
        b"-----BEGIN CERTIFICATE-----\r\nY=Q\r\n-----END CERTIFICATE-----\r\n",
    ],
)
def test_a_file_that_did_not_come(output: bytes) -> None:
    with pytest.raises(ValueError, match="the station"):
        parse_fetched(output + (b"a" * 64 + b"\r\n" if b"END" in output else b""))


def test_what_is_there() -> None:
    assert parse_folder("folder\r\nresponse\r\n", running=False) == _DONE
    assert parse_folder("", running=True) == FolderState(running=True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('<a b="c & <d>">(e)|^f', '>>"x" echo ^<a b="c & <d>"^>^(e^)^|^^f'),
        ("plain", '>>"x" echo plain'),
    ],
)
def test_echo(text: str, line: str) -> None:
    assert echo(text, '"x"') == line


@pytest.mark.parametrize("text", ["100%", 'a"b', "a\nb"])
def test_echo_refuses_what_no_caret_helps_with(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be written by a command line"):
        echo(text, '"x"')
