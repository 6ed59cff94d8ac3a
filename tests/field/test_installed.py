"""What is installed is judged once: audit, plan, proof and memory say the same of whatever a station shows. To add a
case: a line of the table; the stations that are generated hold the four against each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.verdict import verdict
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.plan import plan
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.standing import found_in
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import Entry, Overview
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import (
    ExeFacts,
    StationState,
    build_state,
    exe_candidates,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.plans import goal

_WANTED = Release.parse("2026.2.7")
_WIDE, _NARROW = r"C:\Program Files\Index Education", r"C:\Program Files (x86)\Index Education"
_EXE = "Client PRONOTE.exe"
_ENVIRONMENT = {
    "PROGRAMFILES": r"C:\Program Files",
    "PROGRAMFILES(X86)": r"C:\Program Files (x86)",
    "SYSTEMDRIVE": "C:",
    "PROCESSOR_ARCHITECTURE": "AMD64",
}


def _usual(year: int = 2026, *, top: str = _WIDE) -> str:
    return rf"{top}\Pronote {year}\Réseau\Client\{_EXE}"


def _entry(name: str = "Client PRONOTE 2026", *, key: str = "{A}", view: int = 64, **values: str) -> Entry:
    known = {"DisplayName": name, "Publisher": "Index Education", "UninstallString": r'"C:\x\setup.exe" -removeonly'}
    return Entry(view=view, key=key, values={**known, **values})


def _state(entries: Iterable[Entry], exes: Iterable[tuple[str, str | None]]) -> StationState:
    """What is read of a station whose `dir` lists these, in this order."""
    there, known = dict(exes), list(entries)
    overview = Overview(
        environment=_ENVIRONMENT,
        windows={"CurrentBuildNumber": "19045"},
        entries=known,
        exes=[path for path in there if "\\index education\\" in path.lower()],
        processes=[],
        pending_reboot=[],
        jobs=[],
    )
    facts = {path: there[path] for path in exe_candidates(overview, known, PRONOTE_CLIENT) if path in there}
    sizes = {path: ExeFacts(version=version, size=9) for path, version in facts.items()}
    return build_state(overview, known, sizes, PRONOTE_CLIENT, free_bytes=50 << 30)


def _judged(state: StationState) -> dict[str, Any]:
    """What each of the four says."""
    return {
        "audit": verdict(state, _WANTED).status,
        "plan": plan(state, goal()).action,
        "proof": state.instead_of(_WANTED),
        "memory": found_in(state.as_dict()["clients"], _WANTED),
    }


def _agree(state: StationState) -> dict[str, Any]:
    """They never contradict one another."""
    said = _judged(state)
    right = said["proof"] is None
    assert (said["plan"] == "none") == right, said
    assert (said["memory"] == "right") == right, said
    assert said["audit"] in ({"compliant", "several"} if right else {*_WRONG, "several"}), said
    if said["plan"] == "refuse":
        assert said["memory"] == "ahead", said
        assert said["audit"] in {"ahead", "several"}, said
    return said


_WRONG = ("late", "ahead", "older_year_only", "absent", "unknown_release")
_RIGHT, _OLD = "2026.2.7.0", "2026.1.3.0"


@pytest.mark.parametrize(
    ("source", "entry", "exes"),
    [
        (
            "InstallShield: an old copy listed first",
            {},
            [(rf"{_WIDE}\Pronote 2026\Copie de Client\{_EXE}", _OLD), (_usual(), _RIGHT)],
        ),
        (
            "PRONOTE: a folder of a copy beside the client's",
            {},
            [(rf"{_WIDE}\Pronote 2026\Réseau\Client - Copie\{_EXE}", _OLD), (_usual(), _RIGHT)],
        ),
        (
            "PRONOTE: an old one kept above",
            {},
            [(rf"{_WIDE}\Pronote 2026\{_EXE}", _OLD), (_usual(), _RIGHT)],
        ),
        (
            "PRONOTE: a copy without any such word",
            {"DisplayVersion": "2026.2.7"},
            [(rf"{_WIDE}\Pronote 2026\A\B\{_EXE}", _OLD), (rf"{_WIDE}\Pronote 2026\Poste\Client\{_EXE}", _RIGHT)],
        ),
        (
            "PRONOTE: a newer one to try",
            {},
            [(rf"{_WIDE}\Pronote 2026\Essai\{_EXE}", "2026.3.1.0"), (_usual(), _RIGHT)],
        ),
        (
            "ansible: the entry says where",
            {"InstallLocation": r"C:\Program Files\Index Education\Pronote 2026\Poste\\"},
            [(_usual(), _OLD), (rf"{_WIDE}\Pronote 2026\Poste\{_EXE}", _RIGHT)],
        ),
        (
            "GLPI: an icon with variables",
            {"DisplayIcon": rf"%ProgramFiles%\Index Education\Pronote 2026\Poste\{_EXE},0"},
            [(_usual(), _OLD), (rf"{_WIDE}\Pronote 2026\Poste\{_EXE}", _RIGHT)],
        ),
        (
            "OCS: an icon with quotes and a number below zero",
            {"DisplayIcon": rf'"{_WIDE}\Pronote 2026\Poste\{_EXE}",-101'},
            [(_usual(), _OLD), (rf"{_WIDE}\Pronote 2026\Poste\{_EXE}", _RIGHT)],
        ),
        (
            "InstallShield: an icon by its short name",
            {"DisplayIcon": rf"C:\PROGRA~1\INDEXE~1\PRONOT~1\{_EXE}"},
            [(_usual(), _RIGHT)],
        ),
        ("PRONOTE: a folder without a year", {}, [(rf"{_WIDE}\PRONOTE\Client\{_EXE}", _RIGHT)]),
        ("PRONOTE: last year's folder", {}, [(rf"{_WIDE}\Pronote 2025\Réseau\Client\{_EXE}", _RIGHT)]),
        ("PRONOTE: a folder with a comma", {}, [(rf"{_WIDE}\Pronote 2026\Réseau, été\Client\{_EXE}", _RIGHT)]),
        (
            "PRONOTE: the year's folder in capitals",
            {},
            [(rf"{_WIDE}\sauvegarde\Pronote 2026\Réseau\Client\{_EXE}", _OLD), (_usual().upper(), _RIGHT)],
        ),
        (
            "PRONOTE: elsewhere than in Program Files",
            {"DisplayIcon": rf"D:\Logiciels\Pronote 2026\{_EXE}"},
            [(rf"D:\Logiciels\Pronote 2026\{_EXE}", _RIGHT)],
        ),
    ],
)
def test_an_entry_has_the_exe_that_fits_it_best(
    source: str, entry: dict[str, Any], exes: list[tuple[str, str | None]]
) -> None:
    for listed in (exes, exes[::-1]):
        state = _state([_entry(**entry)], listed)
        said = _agree(state)
        assert (said["audit"], said["plan"]) == ("compliant", "none"), (source, said)
        assert state.of_year(2026)[0].uninstall_string or state.of_year(2026)[-1].uninstall_string


@pytest.mark.parametrize(
    ("source", "exes", "status"),
    [
        (
            "a copy that is right beside a client that is old",
            [(_usual(), _OLD), (rf"{_WIDE}\x\{_EXE}", _RIGHT)],
            "late",
        ),
        ("nothing but a copy", [(rf"{_WIDE}\Pronote 2026\Copie\{_EXE}", _RIGHT)], "late"),
        ("a copy that is newer", [(rf"{_WIDE}\Pronote 2026\Copie\{_EXE}", "2026.3.1.0")], "late"),
        ("a copy of last year", [(rf"{_WIDE}\Pronote 2025\Copie\{_EXE}", "2025.2.9.0")], "older_year_only"),
        ("a program that says nothing", [(_usual(), None)], "unknown_release"),
        ("a client that is newer", [(_usual(), "2026.3.1.0")], "ahead"),
    ],
)
def test_what_is_not_installed_is_told_by_all(source: str, exes: list[tuple[str, str | None]], status: str) -> None:
    entries = [_entry()] if exes[0][0] == _usual() else []
    said = _agree(_state(entries, exes))
    assert said["audit"] == status, (source, said)


def test_two_entries_and_two_exes_are_two_clients() -> None:
    entries = [_entry("Client PRONOTE 2026 - 32bit", key="{B}", view=32), _entry("Client PRONOTE 2026 - 64bit")]
    exes = [(_usual(top=_NARROW), _OLD), (_usual(), _RIGHT)]
    for order in (exes, exes[::-1]):
        said = _agree(_state(entries, order))
        assert (said["audit"], said["plan"]) == ("several", "none")


_YEARS = st.sampled_from([2024, 2025, 2026, 2027])
_VERSIONS = st.sampled_from([None, "2025.2.9.0", _OLD, _RIGHT, "2026.3.1.0", "2027.0.1.0", "no version"])
_FOLDERS = st.sampled_from(
    [r"Réseau\Client", r"Réseau\Client - Copie", r"Copie de Client", r"Poste", r"A\B\C", r"Réseau\Client\old"]
)
_PLACES = st.builds(
    lambda top, year, folder: rf"{top}\{year}\{folder}\{_EXE}",
    st.sampled_from([_WIDE, _NARROW]),
    st.sampled_from(["Pronote 2024", "Pronote 2025", "Pronote 2026", "PRONOTE", "pronote 2026 (2)"]),
    _FOLDERS,
)
_EXES = st.dictionaries(_PLACES, _VERSIONS, max_size=4)
_NAMES = st.builds(
    lambda year, arch: f"Client PRONOTE {year}{arch}", _YEARS, st.sampled_from(["", " - 64bit", " - 32bit"])
)


_MAYBE, _FEW = st.booleans(), st.integers(0, 3)


@st.composite
def _stations(draw: Any) -> tuple[list[Entry], list[tuple[str, str | None]]]:
    exes: dict[str, str | None] = draw(_EXES)
    entries = []
    for number in range(draw(_FEW)):
        values: dict[str, Any] = {}
        if exes and draw(_MAYBE):
            values["DisplayIcon"] = draw(st.sampled_from([*exes, _usual(), _usual(2025)]))
        if draw(_MAYBE):
            values["DisplayVersion"] = draw(st.sampled_from(["2026.2.7", "2026.1.3", "x"]))
        if draw(_MAYBE):
            values["UninstallString"] = ""
        entries.append(_entry(draw(_NAMES), key=f"{{{number}}}", view=draw(st.sampled_from([32, 64])), **values))
    return entries, list(exes.items())


@settings(max_examples=300, deadline=None)
@given(_stations(), st.randoms(use_true_random=False))
def test_audit_plan_proof_and_memory_never_contradict_one_another(
    station: tuple[list[Entry], list[tuple[str, str | None]]], random: Any
) -> None:
    entries, exes = station
    said = _agree(_state(entries, exes))
    # And a station that lists the same in another order is the same station.
    random.shuffle(exes)
    assert _agree(_state(entries, exes)) == said


@settings(max_examples=200, deadline=None)
@given(_stations())
def test_what_a_setup_has_installed_is_seen_whatever_lies_around(
    station: tuple[list[Entry], list[tuple[str, str | None]]],
) -> None:
    """No station is installed on for ever: once the client is in its usual place with its entry, all say so."""
    entries, exes = station
    others = [each for each in entries if "2026" not in each.display_name or "32bit" in each.display_name]
    around = [(path, version) for path, version in exes if path != _usual()]
    kept = [each for each in others if each.values.get("DisplayIcon") != _usual()]
    mine = _entry("Client PRONOTE 2026 - 64bit", key="{mine}", DisplayVersion="2026.2.7")
    state = _state([*kept, mine], [*around, (_usual(), _RIGHT)])
    assert _agree(state)["plan"] == "none"
