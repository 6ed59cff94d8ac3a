"""EDT monoposte as it may show on a station: sound, half-removed, foreign, several years."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import EDT_MONOPOSTE, PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import Entry, Overview, overview_command
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import ExeFacts, StationState, build_state

_ENVIRONMENT = {
    "PROGRAMFILES": r"C:\Program Files",
    "PROGRAMFILES(X86)": r"C:\Program Files (x86)",
    "SYSTEMDRIVE": "C:",
    "PROCESSOR_ARCHITECTURE": "AMD64",
}


def _exe(year: int, programs: str = r"C:\Program Files") -> str:
    return rf"{programs}\Index Education\EDT {year}\Monoposte\EDT Monoposte.exe"


def _entry(name: str, publisher: str = "Index Education") -> Entry:
    return Entry(
        view=64, key="{02871376-45F6-4642-9D84-C7681ABE361F}", values={"DisplayName": name, "Publisher": publisher}
    )


def _state(entries: list[Entry], exes: dict[str, str]) -> StationState:
    overview = Overview(
        environment=_ENVIRONMENT,
        windows={},
        entries=entries,
        exes=list(exes),
        processes=[],
        pending_reboot=[],
        jobs=[],
    )
    facts = {path: ExeFacts(version=version, size=9) for path, version in exes.items()}
    return build_state(overview, entries, facts, EDT_MONOPOSTE, free_bytes=2**30)


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("EDT Monoposte 2026", 2026),
        ("INDEX EDUCATION - EDT Monoposte 2026", 2026),
        ("EDT monoposte 2024 - 64bit", 2024),
        ("EDT 2025 Monoposte", 2025),
        ("EDT 2026 - Monoposte - 64bit", 2026),
        ("EDT Monoposto 2026", 2026),
        ("EDT 2026", None),
        ("Client EDT 2026", None),
        ("Serveur EDT 2026 - 64bit", None),
        ("Client PRONOTE 2026", None),
        ("CREDIT Monoposte 2026", None),
        ("EDT Monoposte", None),
    ],
)
def test_names(name: str, year: int | None) -> None:
    match = EDT_MONOPOSTE.display_name.search(name)
    assert (int(match[1]) if match else None) == year
    # Never taken for the client.
    assert bool(PRONOTE_CLIENT.display_name.search(name)) is (name == "Client PRONOTE 2026")


@pytest.mark.parametrize(
    ("entries", "exes", "expected"),
    [
        pytest.param([], {}, [], id="nothing"),
        pytest.param(
            [_entry("INDEX EDUCATION - EDT Monoposte 2026")],
            {_exe(2026): "2026.2.7.0"},
            [(2026, "2026.2.7", "x64", "ok")],
            id="sound",
        ),
        pytest.param(
            [_entry("EDT Monoposte 2026")], {}, [(2026, None, None, "entry_without_exe")], id="an entry without its exe"
        ),
        pytest.param(
            [],
            {_exe(2026, r"C:\Program Files (x86)"): "2026.2.7.0"},
            [(2026, "2026.2.7", "x86", "exe_without_entry")],
            id="an exe without its entry",
        ),
        pytest.param(
            [_entry("EDT 2025 Monoposte"), _entry("EDT 2026 Monoposte")],
            {_exe(2025): "2025.2.9.0", _exe(2026): "2026.1.3.0"},
            [(2025, "2025.2.9", "x64", "ok"), (2026, "2026.1.3", "x64", "ok")],
            id="two years",
        ),
    ],
)
def test_installations(
    entries: list[Entry], exes: dict[str, str], expected: list[tuple[int, str | None, str | None, str]]
) -> None:
    state = _state(entries, exes)
    assert [
        (i.year, str(i.release) if i.release else None, i.arch, i.condition) for i in state.installations
    ] == expected


def test_what_is_foreign() -> None:
    state = _state([_entry("EDT Monoposte 2026", "Somebody Else"), _entry("Client PRONOTE 2026")], {})
    assert state.installations == []
    assert state.foreign == ["Client PRONOTE 2026", "EDT Monoposte 2026"]


def test_the_first_reading_looks_for_its_exe() -> None:
    assert r"%ProgramFiles%\Index Education\EDT Monoposte.exe" in overview_command(EDT_MONOPOSTE)
