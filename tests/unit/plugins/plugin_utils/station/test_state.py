from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import Entry, Overview, Process
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import (
    ExeFacts,
    StationState,
    build_state,
    exe_candidates,
    relevant_entries,
)

_WIDE = {
    "PROGRAMFILES": r"C:\Program Files",
    "PROGRAMFILES(X86)": r"C:\Program Files (x86)",
    "SYSTEMDRIVE": "C:",
    "PROCESSOR_ARCHITECTURE": "AMD64",
}
_NARROW = {"PROGRAMFILES": r"C:\Program Files", "SYSTEMDRIVE": "C:", "PROCESSOR_ARCHITECTURE": "x86"}
_HOUSE = "Index Education"
_CODE = "{02871376-45F6-4642-9D84-C7681ABE361F}"
_OTHER_CODE = "{6675F0E8-C34B-4FB8-9E61-35EE4C20136F}"
_UPDATER = "Mise à jour automatique - Index Education -"


def _exe(year: int, *, root: str = r"C:\Program Files") -> str:
    return rf"{root}\Index Education\Pronote {year}\Réseau\Client\Client PRONOTE.exe"


def _entry(name: str, *, key: str = _CODE, view: int = 64, **values: str) -> Entry:
    return Entry(view=view, key=key, values={"DisplayName": name, "Publisher": _HOUSE, **values})


def _overview(*, entries: list[Entry] | None = None, **fields: Any) -> Overview:
    values: dict[str, Any] = {
        "environment": _WIDE,
        "windows": {},
        "entries": entries or [],
        "exes": [],
        "processes": [],
        "pending_reboot": [],
        "jobs": [],
        **fields,
    }
    return Overview(**values)


def _build(entries: list[Entry], exes: dict[str, str | None], **fields: Any) -> StationState:
    facts = {path: ExeFacts(version=version, size=9) for path, version in exes.items()}
    return build_state(_overview(entries=entries, **fields), entries, facts, PRONOTE_CLIENT, free_bytes=2**30)


def _shown(state: StationState) -> list[tuple[int | None, str | None, str | None, str]]:
    return [(i.year, str(i.release) if i.release else None, i.arch, i.condition) for i in state.installations]


@pytest.mark.parametrize(
    ("entries", "exes", "environment", "expected"),
    [
        pytest.param([], {}, _WIDE, [], id="nothing"),
        pytest.param(
            [_entry("Client PRONOTE 2023 - 64bit")],
            {_exe(2023): "2023.0.2.7"},
            _WIDE,
            [(2023, "2023.0.2.7", "x64", "ok")],
            id="one client",
        ),
        pytest.param(
            # Seen in the wild: no publisher, no architecture in the name.
            [_entry("INDEX EDUCATION - Client PRONOTE 2026", Publisher="")],
            {_exe(2026): "2026.2.7.0"},
            _WIDE,
            [(2026, "2026.2.7", "x64", "ok")],
            id="2026 without publisher and suffix",
        ),
        pytest.param(
            [_entry("INDEX EDUCATION - Client PRONOTE 2026", view=32)],
            {_exe(2026, root=r"C:\Program Files (x86)"): "2026, 2, 7, 0"},
            _WIDE,
            [(2026, "2026.2.7", "x86", "ok")],
            id="32-bit client on 64-bit Windows",
        ),
        pytest.param(
            # InstallScript's setup.exe is a 32-bit program: a 64-bit client may be registered in the 32-bit view.
            [_entry("Client PRONOTE 2024 - 64bit", view=32)],
            {_exe(2024): "2024.3.11.0"},
            _WIDE,
            [(2024, "2024.3.11", "x64", "ok")],
            id="64-bit client in the 32-bit view",
        ),
        pytest.param(
            [_entry("INDEX EDUCATION - Client PRONOTE 2026")],
            {_exe(2026): "2026.2.7.0"},
            _NARROW,
            [(2026, "2026.2.7", "x86", "ok")],
            id="32-bit Windows",
        ),
        pytest.param(
            [_entry("Client PRONOTE 2026"), _entry("Client PRONOTE 2025 - 64bit", key=_OTHER_CODE)],
            {_exe(2026): "2026.2.7.0", _exe(2025): "2025.2.9.0", _exe(2024): "2024.3.11.0"},
            _WIDE,
            [
                (2024, "2024.3.11", "x64", "exe_without_entry"),
                (2025, "2025.2.9", "x64", "ok"),
                (2026, "2026.2.7", "x64", "ok"),
            ],
            id="three years side by side",
        ),
        pytest.param(
            [
                _entry("Client PRONOTE 2023 - 32bit", key=_OTHER_CODE, view=32),
                _entry("Client PRONOTE 2023 - 64bit"),
            ],
            {_exe(2023): "2023.0.2.7", _exe(2023, root=r"C:\Program Files (x86)"): "2023.0.1.2"},
            _WIDE,
            [(2023, "2023.0.1.2", "x86", "ok"), (2023, "2023.0.2.7", "x64", "ok")],
            id="both architectures of one year",
        ),
        pytest.param(
            # InstallShield around an MSI: its own entry, and Windows Installer's, which it hides (SystemComponent).
            [_entry("Client PRONOTE 2026"), _entry("Client PRONOTE 2026", key=f"InstallShield_{_CODE.lower()}")],
            {_exe(2026): "2026.2.7.0"},
            _WIDE,
            [(2026, "2026.2.7", "x64", "ok")],
            id="one client with two entries",
        ),
        pytest.param(
            [_entry("Client PRONOTE 2026"), _entry("Client PRONOTE 2026", view=32)],
            {_exe(2026): "2026.2.7.0"},
            _WIDE,
            [(2026, None, None, "entry_without_exe"), (2026, "2026.2.7", "x64", "ok")],
            id="the same code in both views is another entry",
        ),
        pytest.param(
            [_entry("Client PRONOTE 2026")],
            {},
            _WIDE,
            [(2026, None, None, "entry_without_exe")],
            id="entry without exe",
        ),
        pytest.param(
            [_entry("Client PRONOTE 2026 - 64bit")],
            {_exe(2026, root=r"C:\Program Files (x86)"): "2026.2.7.0"},
            _WIDE,
            [(2026, None, "x64", "entry_without_exe"), (2026, "2026.2.7", "x86", "exe_without_entry")],
            id="entry of one architecture, exe of the other",
        ),
        pytest.param(
            [],
            {_exe(2026): "2026.2.7.0"},
            _WIDE,
            [(2026, "2026.2.7", "x64", "exe_without_entry")],
            id="exe without entry",
        ),
        pytest.param(
            [_entry("Client PRONOTE 2026")],
            {_exe(2026): None},
            _WIDE,
            [(2026, None, "x64", "version_unreadable")],
            id="exe without version resource",
        ),
        pytest.param(
            [],
            {_exe(2026): "1.0.0.0"},
            _WIDE,
            [(2026, None, "x64", "version_unreadable")],
            id="exe with a version that is no release",
        ),
        pytest.param(
            # DisplayVersion is not to be trusted: 1.0.0 was seen.
            [_entry("Client PRONOTE 2026", DisplayVersion="1.0.0")],
            {_exe(2026): "2026.2.7.0"},
            _WIDE,
            [(2026, "2026.2.7", "x64", "ok")],
            id="DisplayVersion is not believed",
        ),
        pytest.param(
            [_entry("Client PRONOTE 2026", DisplayIcon=r'"D:\Logiciels\PN\Client PRONOTE.exe",0')],
            {r"D:\Logiciels\PN\Client PRONOTE.exe": "2026.2.7.0"},
            _WIDE,
            [(2026, "2026.2.7", None, "ok")],
            id="exe elsewhere, named by DisplayIcon",
        ),
        pytest.param(
            [_entry("Client PRONOTE 2026", DisplayIcon=_exe(2026).upper())],
            {_exe(2026): "2026.2.7.0"},
            _WIDE,
            [(2026, "2026.2.7", "x64", "ok")],
            id="DisplayIcon in other letters",
        ),
        pytest.param(
            [_entry("Client PRONOTE 2026", DisplayIcon=r"D:\gone\Client PRONOTE.exe")],
            {},
            _WIDE,
            [(2026, None, None, "entry_without_exe")],
            id="DisplayIcon of an exe that is gone",
        ),
        pytest.param(
            [_entry("Client PRONOTE 2026", DisplayIcon=r"C:\Windows\Installer\icon.ico")],
            {_exe(2026): "2026.2.7.0"},
            _WIDE,
            [(2026, "2026.2.7", "x64", "ok")],
            id="DisplayIcon of something else",
        ),
        pytest.param(
            # reg.exe writes a REG_DWORD as 0x…, a REG_BINARY as hex digits, whatever the name promises.
            [_entry("Client PRONOTE 2026", DisplayIcon="0x1", UninstallString="DEADBEEF", DisplayVersion="0x7ea")],
            {_exe(2026): "2026.2.7.0"},
            _WIDE,
            [(2026, "2026.2.7", "x64", "ok")],
            id="registry values of the wrong type",
        ),
        pytest.param(
            [_entry("0x7ea"), _entry("Client PRONOTE 2026", Publisher="0x1")],
            {},
            _WIDE,
            [],
            id="names of the wrong type are nobody's",
        ),
    ],
)
def test_installations(
    entries: list[Entry],
    exes: dict[str, str | None],
    environment: dict[str, str],
    expected: list[tuple[int | None, str | None, str | None, str]],
) -> None:
    assert _shown(_build(entries, exes, environment=environment)) == expected


def test_one_year_is_in_the_order_of_releases_not_of_text() -> None:
    wide, narrow = _exe(2025), _exe(2025, root=r"C:\Program Files (x86)")
    state = _build([], {wide: "2025.10.1.0", narrow: "2025.2.9.0"})
    assert [str(i.release) for i in state.installations] == ["2025.2.9", "2025.10.1"]


def test_what_uninstalling_needs() -> None:
    line = rf'"C:\Program Files (x86)\InstallShield Installation Information\{_CODE}\setup.exe" -removeonly'
    (found,) = _build(
        [_entry("Client PRONOTE 2026", key=f"InstallShield_{_CODE}", view=32, UninstallString=line)],
        {_exe(2026): "2026.2.7.0"},
    ).installations
    assert (found.product_code, found.uninstall_string, found.view) == (_CODE, line, 32)
    assert found.as_dict() == {
        "year": 2026,
        "release": "2026.2.7",
        "arch": "x64",
        "condition": "ok",
        "name": "Client PRONOTE 2026",
        "path": _exe(2026),
        "product_code": _CODE,
        "uninstall_string": line,
        "registry_view": 32,
    }


def test_a_key_that_is_no_product_code_is_not_shown_as_one() -> None:
    (found,) = _build([_entry("Client PRONOTE 2026", key="Client PRONOTE 2026")], {}).installations
    assert found.product_code is None


def test_others_of_the_house_are_told_apart_and_never_ours() -> None:
    entries = [
        _entry("Client PRONOTE 2026"),
        _entry(_UPDATER, key="MAJ", view=32),
        _entry("EDT 2025 Monoposte", key="EDT"),
        # Somebody else's program of the same name, with an exe of the same name where ours would be named.
        _entry(
            "Client PRONOTE 2025 portable",
            key="Fake",
            Publisher="Somebody Else",
            DisplayIcon=r"D:\fake\Client PRONOTE.exe",
        ),
    ]
    overview = _overview(entries=entries)
    assert exe_candidates(overview, entries, PRONOTE_CLIENT) == []
    state = _build(entries, {_exe(2026): "2026.2.7.0"})
    assert [i.year for i in state.installations] == [2026]
    assert state.updater == _UPDATER
    assert state.foreign == ["Client PRONOTE 2025 portable", "EDT 2025 Monoposte"]


def test_entries_worth_reading_whole() -> None:
    entries = [_entry("7-Zip 24.08 (x64)"), _entry(_UPDATER), _entry("EDT 2025 - Index Éducation")]
    entries += [_entry("CLIENT PRONOTE 2026"), Entry(view=64, key="Nameless", values={})]
    found = relevant_entries(_overview(entries=entries), PRONOTE_CLIENT)
    assert [e.display_name for e in found] == [
        "Mise à jour automatique - Index Education -",
        "EDT 2025 - Index Éducation",
        "CLIENT PRONOTE 2026",
    ]


def test_each_exe_is_a_candidate_once() -> None:
    elsewhere = r"D:\PN\Client PRONOTE.exe"
    entries = [
        _entry("Client PRONOTE 2026", DisplayIcon=_exe(2026).lower() + ",0"),
        _entry("Client PRONOTE 2025", key=_OTHER_CODE, DisplayIcon=f'"{elsewhere}"'),
        _entry("Client PRONOTE 2025", key="again", DisplayIcon=elsewhere.upper()),
    ]
    assert exe_candidates(_overview(exes=[_exe(2026)]), entries, PRONOTE_CLIENT) == [_exe(2026), elsewhere]


@pytest.mark.parametrize(
    ("environment", "arch"),
    [
        ({"PROCESSOR_ARCHITECTURE": "AMD64"}, "x64"),
        ({"PROCESSOR_ARCHITECTURE": "x86"}, "x86"),
        # A 32-bit shell on 64-bit Windows.
        ({"PROCESSOR_ARCHITECTURE": "x86", "PROCESSOR_ARCHITEW6432": "AMD64"}, "x64"),
        ({"PROCESSOR_ARCHITECTURE": "ARM64"}, "arm64"),
        ({"PROCESSOR_ARCHITECTURE": "IA64"}, "ia64"),
        ({}, "unknown"),
    ],
)
def test_architecture_of_windows(environment: dict[str, str], arch: str) -> None:
    assert _build([], {}, environment=environment).arch == arch


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"ProductName": "Windows 10 Pro", "CurrentBuildNumber": "19045", "DisplayVersion": "22H2"},
            {"name": "Windows 10 Pro", "build": "19045", "release": "22H2"},
        ),
        (
            {"ProductName": "Windows 10 Education", "CurrentBuildNumber": "22631", "DisplayVersion": "23H2"},
            {"name": "Windows 11 Education", "build": "22631", "release": "23H2"},
        ),
        (
            {"ProductName": "Windows 10 Pro", "CurrentBuildNumber": "17763", "ReleaseId": "1809"},
            {"name": "Windows 10 Pro", "build": "17763", "release": "1809"},
        ),
        ({}, {"name": "", "build": "", "release": ""}),
    ],
)
def test_name_of_windows(values: dict[str, str], expected: dict[str, str]) -> None:
    assert _build([], {}, windows=values).windows == expected


def test_processes_session_and_what_could_not_be_read() -> None:
    processes = [
        Process(image="explorer.exe", pid=1, session=1),
        Process(image="CLIENT PRONOTE.EXE", pid=2, session=1),
        Process(image="IECefSubProcess.exe", pid=3, session=1),
        Process(image="Client PRONOTE.exe.bak", pid=4, session=1),
    ]
    state = _build([], {}, processes=processes, missing=["processes"], pending_reboot=["windows_update"], jobs=["j"])
    assert [p.pid for p in state.running] == [2, 3]
    assert state.session_open is True
    assert state.warnings == ["could not read: processes"]
    assert state.as_dict() == {
        "clients": [],
        "updater": None,
        "foreign": [],
        "running": [
            {"image": "CLIENT PRONOTE.EXE", "pid": 2, "session": 1},
            {"image": "IECefSubProcess.exe", "pid": 3, "session": 1},
        ],
        "session_open": True,
        "pending_reboot": ["windows_update"],
        "free_bytes": 2**30,
        "system_drive": "C:",
        "arch": "x64",
        "windows": {"name": "", "build": "", "release": ""},
        "edition": "",
        "frozen": "",
        "boot": "",
        "code_integrity": "",
        "jobs": ["j"],
        "startup": None,
    }


def test_of_two_entries_the_one_that_can_remove_stands_for_both() -> None:
    hidden = _entry("Client PRONOTE 2026", SystemComponent="0x1")
    shown = _entry("Client PRONOTE 2026", key=f"InstallShield_{_CODE}", UninstallString="setup.exe -removeonly")
    (client,) = _build([hidden, shown], {_exe(2026): "2026.2.7.0"}).installations
    assert (client.uninstall_string, client.product_code) == ("setup.exe -removeonly", _CODE)
