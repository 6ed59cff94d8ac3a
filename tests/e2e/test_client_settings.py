"""playbooks/client_settings.yml on simulated stations: check, apply, check, apply; what users may and may not do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.conftest import UAI, School, StartSchool
from tests.e2e.playbook import PlaybookRun

_STATIONS: list[dict[str, Any]] = [
    {"name": "neuf", "clients": [{"release": "2026.2.7"}]},
    {"name": "deux", "language": "en", "clients": [{"release": "2025.2.9"}, {"release": "2026.1.3"}]},
    {"name": "x86", "arch": "x86", "clients": [{"release": "2026.2.7", "arch": "x86"}]},
    {"name": "ancien", "clients": [{"release": "2025.2.9"}]},
    {"name": "vide"},
    {"name": "entree", "clients": [{"release": "2026.2.7", "exe": False}]},
]
_WITH_CLIENT = {"neuf", "deux", "x86"}
_SETTINGS = f"C:\\Program Files\\Parametres PRONOTE\\{UAI}.pcprn"
_LABEL = "Lycée d'essai"


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(_STATIONS)


def _play(school: School, *arguments: str, **variables: Any) -> PlaybookRun:
    values = {"pronote_client_settings_label": _LABEL, **variables}
    return school.play("client_settings", "-e", json.dumps(values), *arguments).assert_code(0)


def _changed(run: PlaybookRun) -> set[str]:
    return {host for host, result in run.of("client_settings").items() if result["changed"]}


def test_matrix(school: School) -> None:
    before = school.lab.snapshots()
    check = _play(school, "--check", "--diff", "-f", "50")
    assert _changed(check) == _WITH_CLIENT
    assert school.lab.snapshots() == before
    assert f"+{_SETTINGS}: Serveur={_LABEL}:{UAI}.index-education.net:49300" in check.output
    assert "PRONOTE 2026.lnk" in check.output
    results = check.of("client_settings")
    for name in {str(station["name"]) for station in _STATIONS} - _WITH_CLIENT:
        assert results[name]["action"] == "skip"
        assert "has no client of 2026" in results[name]["reason"]

    assert _changed(_play(school, "--diff")) == _WITH_CLIENT
    settled = school.lab.snapshots()
    for arguments in (("--check",), ()):
        assert _changed(_play(school, *arguments)) == set()
    assert school.lab.snapshots() == settled
    for name in _WITH_CLIENT:
        state = school.lab.snapshot(name).decode("utf-8")
        assert "Parametres PRONOTE" in state
        # Nothing of the way there is left.
        assert ".b64" not in state
        assert ".part" not in state

    # Another server: the settings change, and the shortcut to them does not.
    moved = _play(school, "--limit", "neuf", "--diff", pronote_client_settings_address="pronote.example.org")
    assert _changed(moved) == {"neuf"}
    assert f"-{_SETTINGS}: something else" in moved.output
    assert _changed(_play(school, "--limit", "neuf")) == {"neuf"}

    gone = {"pronote_client_settings_state": "absent"}
    assert _changed(_play(school, "--check", **gone)) == _WITH_CLIENT
    assert _changed(_play(school, **gone)) == _WITH_CLIENT
    assert _changed(_play(school, **gone)) == set()
    assert school.lab.snapshots() == before


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"pronote_client_settings_label": "Lycée: le nôtre"}, "cannot be a server's label"),
        ({"pronote_client_settings_label": "a\nServeur=pirate:x.example.org:1"}, "cannot be a server's label"),
        ({"pronote_client_settings_address": 'x" & calc & "'}, "is not the name or address of a server"),
        ({"pronote_client_settings_port": 70000}, "is not a TCP port"),
    ],
)
def test_hostile_settings_reach_no_station(school: School, variables: dict[str, Any], message: str) -> None:
    before = len(school.lab.journal(kind="command"))
    run = school.play("client_settings", "-e", json.dumps(variables)).assert_code(2)
    assert message in run.output
    assert len(school.lab.journal(kind="command")) == before


@pytest.mark.wine
@pytest.mark.usefixtures("wine")
def test_on_a_real_file_system(start_school: StartSchool) -> None:
    school = start_school([{"name": "poste", "clients": [{"release": "2026.2.7"}]}], backend="wine")
    before = school.lab.snapshots()
    assert _changed(_play(school, "--check")) == {"poste"}
    assert school.lab.snapshots() == before
    assert _changed(_play(school)) == {"poste"}
    assert b"PRONOTE 2026.lnk" in school.lab.snapshot("poste")
    assert _changed(_play(school)) == set()
    assert _changed(_play(school, pronote_client_settings_state="absent")) == {"poste"}
    assert school.lab.snapshots() == before
