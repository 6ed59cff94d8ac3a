from __future__ import annotations

import importlib
import io
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.plan import (
    ConnectionSettings,
    SettingsFile,
    StationFiles,
    delete_command,
    look_command,
    parse_found,
    places,
    plan_settings,
    wanted_files,
    write_command,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.settings.shortcut import shortcut

from tests.lab.simulated.station import SimulatedStation
from tests.unit.lab.simulated.bench import inside, make_station, run

_EXE = "C:\\Program Files\\Index Education\\Pronote 2026\\Réseau\\Client\\Client PRONOTE.exe"
_PROGRAM_FILES = "C:\\Program Files"
_DESKTOP = "C:\\Users\\Public\\Desktop"
_SETTINGS = ConnectionSettings(uai="0310001a", label="Lycée d'essai", address="0310001A.index-education.net")


def _files(
    exe: str = _EXE, *, with_shortcut: bool = True, settings: ConnectionSettings = _SETTINGS
) -> list[SettingsFile]:
    return wanted_files(settings, year=2026, exe=exe, program_files=_PROGRAM_FILES, with_shortcut=with_shortcut)


def _read_shortcut(data: bytes) -> Any:
    """The shortcut as liblnk reads it."""
    link = importlib.import_module("pylnk").file()
    link.open_file_object(io.BytesIO(data))
    return link


@pytest.mark.parametrize("exe", [_EXE, "C:\\a\\b.exe", "C:\\Програми\\x.exe", "C:\\" + "x" * 240 + ".exe"])
def test_a_shortcut_is_read_back_by_somebody_else(exe: str) -> None:
    link = _read_shortcut(shortcut(exe, arguments='"C:\\é à.pcprn"', description="PRONOTE 2026 - Lycée"))
    assert link.local_path == exe
    assert link.environment_variables_location == exe
    assert link.icon_location == exe
    assert link.working_directory == exe.rpartition("\\")[0]
    assert link.command_line_arguments == '"C:\\é à.pcprn"'
    assert link.description == "PRONOTE 2026 - Lycée"
    assert link.show_window_value == 1


@pytest.mark.parametrize("target", ["", "notepad.exe", "\\\\serveur\\x.exe", "C:\\a\0b.exe", "C:\\" + "x" * 300])
def test_a_target_that_is_no_program_of_the_station(target: str) -> None:
    with pytest.raises(ValueError, match="is not a path that a shortcut can lead to"):
        shortcut(target, arguments="", description="")


def test_the_settings_are_one_line() -> None:
    assert _SETTINGS.text() == "Serveur=Lycée d'essai:0310001A.index-education.net:49300\r\n"
    other = ConnectionSettings(uai="0310001A", label=" x ", address="10.1.2.3", port=1)
    assert other.text() == "Serveur=x:10.1.2.3:1\r\n"


@pytest.mark.parametrize(
    "fields",
    [
        {"label": ""},
        {"label": "a:b"},
        {"label": "a\r\nb"},
        {"label": "x" * 101},
        {"address": ""},
        {"address": "a b"},
        {"address": "-x"},
        {"port": 0},
    ],
)
def test_settings_that_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        ConnectionSettings(**{"uai": "0310001A", "label": "x", "address": "x", **fields}).text()


def test_a_uai_that_is_none_becomes_no_path() -> None:
    with pytest.raises(ValueError, match="is not a UAI"):
        _files(settings=ConnectionSettings(uai="..\\031", label="x", address="x"))
    with pytest.raises(ValueError, match="is not a UAI"):
        places("..\\031", year=2026, program_files=_PROGRAM_FILES)


def test_a_hostile_path_of_a_client_reaches_no_command_line() -> None:
    with pytest.raises(ValueError, match="cannot be passed to cmd"):
        _files('C:\\Program Files\\Index Education\\x" & calc & ".exe')


_OLD = ["PRONOTE 2025.lnk", "Client PRONOTE 2024 - 64bit.lnk"]
_KEPT = [
    "PRONOTE 2026.lnk",
    "PRONOTE.lnk",
    "EDT 2024.lnk",
    "PRONOTE 2025.txt",
    'PRONOTE 2025"&calc.lnk',
    "PRONOTE 20250.lnk",
]


@pytest.mark.parametrize("remove", [True, False])
def test_older_shortcuts_go_on_request(remove: bool) -> None:
    files = _files()
    found = StationFiles(digests={file.key: file.digest for file in files}, desktop=[*_OLD, *_KEPT])
    plan = plan_settings(files, found, year=2026, remove_older=remove)
    assert plan.write == []
    assert plan.delete == ([f'"%PUBLIC%\\Desktop\\{name}"' for name in _OLD] if remove else [])
    assert plan.changes is remove
    assert len(plan.before) - len(plan.after) == len(plan.delete)


def test_what_is_wrong_is_written_and_what_is_right_is_not() -> None:
    files = _files()
    settings, link = files
    plan = plan_settings(
        files, StationFiles(digests={"settings": settings.digest, "shortcut": "0" * 64}, desktop=[]), year=2026
    )
    assert plan.write == [link]
    assert plan.before[1].endswith("something else")
    assert plan_settings(files, StationFiles(digests={}, desktop=[]), year=2026, absent=True).changes is False


def test_an_answer_that_stops_early() -> None:
    with pytest.raises(ValueError, match="stops early"):
        parse_found(b"<<settings>>\r\n" + b"a" * 64)


async def _look(station: SimulatedStation, files: list[SettingsFile]) -> StationFiles:
    return parse_found((await run(station, look_command(files))).raw)


def test_the_commands_on_a_station() -> None:
    async def scenario() -> None:
        station = make_station(language="fr")
        for name in _OLD:
            station.files.write(f"{_DESKTOP}\\{name}", b"x", token=station.system)
        files = _files()
        assert await _look(station, files) == StationFiles(digests={}, desktop=sorted(_OLD))
        for file in files:
            line = write_command(file, _PROGRAM_FILES)
            assert len(line) < 8191
            result = await run(station, line)
            assert (result.code, result.err) == (0, "")
        found = await _look(station, files)
        assert found.digests == {file.key: file.digest for file in files}
        pcprn = f"{_PROGRAM_FILES}\\Parametres PRONOTE\\0310001A.pcprn"
        link = f"{_DESKTOP}\\PRONOTE 2026.lnk"
        assert station.files.read(pcprn, token=station.system).read() == _SETTINGS.text().encode()
        for path in (pcprn, link):
            # Every user reads it, and no pupil changes it or prepares one in its place.
            assert station.files.read(path, token=station.standard_user()).size
            assert not station.could_standard_user(path, "write")
            assert not station.could_standard_user(path, "delete")
            assert not station.could_standard_user(path.rpartition("\\")[0], "create")
        # What is to go is found by its place, whatever is in it.
        there = places("0310001A", year=2026, program_files=_PROGRAM_FILES)
        plan = plan_settings(there, found, year=2026, absent=True, remove_older=True)
        assert [path.strip('"') for path in plan.delete] == plan.before
        assert (await run(station, delete_command(plan.delete, _PROGRAM_FILES))).code == 0
        assert await _look(station, files) == StationFiles(digests={}, desktop=[])
        assert not station.files.is_directory(f"{_PROGRAM_FILES}\\Parametres PRONOTE")

    inside(scenario)
