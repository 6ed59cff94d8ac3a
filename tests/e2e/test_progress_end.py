"""What the end of a run says: a line for each play, and what remains although nobody was left to list it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun
from tests.e2e.test_progress import elsewhere

_CLIENT = {"release": "2026.2.7"}
_EDT = {"product": "edt_monoposte"}
STATIONS: list[dict[str, Any]] = [
    {"name": "salle", "clients": [_CLIENT]},
    {"name": "chef", "edt": True, "clients": [_CLIENT]},
    {"name": "adjoint", "edt": True, "clients": [_CLIENT]},
    {"name": "off", "power": "off"},
]
_RELEASES = [{"release": "2026.2.7", "arch": "x64"}, {"release": "2026.2.7", "arch": "x64", **_EDT}]
_QUICK = ("-e", '{"pronote_client_reconnect_timeout": 2}')


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS, releases=_RELEASES, language="fr")


def _lines(run: PlaybookRun) -> list[str]:
    return [line for line in run.output.splitlines() if re.match(r"(PRONOTE|EDT monoposte)( \(simulation\))?: ", line)]


def _tables(run: PlaybookRun) -> list[str]:
    return [line for line in run.output.splitlines() if "Reste à faire" in line]


def test_each_play_has_its_line(school: School) -> None:
    run = elsewhere(school, "--check").assert_code(4)
    assert _lines(run) == [
        "PRONOTE (simulation): postes 4/4, déjà à jour 3, injoignables 1",
        "EDT monoposte (simulation): postes 2/2, faits 2",
    ]
    assert _tables(run) == []
    audit = elsewhere(school, "--limit", "chef", playbook="audit").assert_code(0)
    assert _lines(audit) == ["PRONOTE: postes 1/1, déjà à jour 1", "EDT monoposte: postes 1/1, déjà à jour 1"]
    # One play, one line.
    run = elsewhere(school, "--check", "--limit", "salle").assert_code(0)
    assert _lines(run) == ["PRONOTE (simulation): postes 1/1, déjà à jour 1"]


def test_what_remains_when_nobody_was_left_to_list_it(school: School) -> None:
    run = elsewhere(school, "--limit", "off", *_QUICK).assert_code(4)
    assert not [result for result in run.of("deploy_report").values() if result["outcome"] != "skipped"]
    assert _tables(run) == ["Reste à faire : 1 poste sur 1"]
    assert _lines(run) == ["PRONOTE: postes 1/1, injoignables 1"]
    _, _, after = run.output.partition("PLAY RECAP")
    for word in ("0310001A", "Salle 101", "off", "injoignable"):
        assert word in after.partition("Reste à faire")[2]
    # Without the view, Ansible's own end; with it, the same exit code.
    assert _tables(elsewhere(school, "--limit", "off", *_QUICK, RENTREE_PROGRESS="off").assert_code(4)) == []
    # A dry run and a staging list nothing.
    assert _tables(elsewhere(school, "--limit", "off", *_QUICK, "--check").assert_code(4)) == []
    assert _tables(elsewhere(school, "--limit", "off", *_QUICK, "--tags", "stage").assert_code(4)) == []


def test_without_a_store_there_is_nothing_to_list(school: School) -> None:
    run = elsewhere(school, "--limit", "off", *_QUICK, "-e", "pronote_state=").assert_code(4)
    assert _tables(run) == []
    assert "What remains" not in run.output


def test_a_store_that_cannot_be_read_changes_nothing_but_the_line(school: School) -> None:
    foreign = school.work.parent / "postes.txt"
    foreign.write_text("liste des postes\n" * 200, encoding="utf-8")
    run = elsewhere(school, "--limit", "off", *_QUICK, "-e", f"pronote_state={foreign}").assert_code(4)
    said = " ".join(run.output.split())
    assert f"the store {foreign}: not usable" in said
    command = f"ansible-playbook playbooks/remaining.yml -i {school.inventory}"
    assert f"Ce qui reste à faire n'est pas connu. Ensuite : {command}" in said
    assert foreign.read_text(encoding="utf-8") == "liste des postes\n" * 200


def test_the_list_of_a_run_that_went_on_comes_once(school: School) -> None:
    run = elsewhere(school, "--limit", "off,salle", *_QUICK).assert_code(4)
    assert set(run.of("deploy_report")) == {"salle"}
    assert _tables(run) == ["Reste à faire : 1 poste sur 2"]


def test_each_product_has_its_own_list(school: School) -> None:
    """The client's stations are right, and every EDT station fails: their play ends before its list."""
    school.lab.depot({"setup.exe": "missing"})
    run = elsewhere(school, "--limit", "salle,chef,adjoint", *_QUICK).assert_code(2)
    assert _tables(run) == [
        "Reste à faire\u00a0: rien, les 3 postes sont à jour",
        "EDT monoposte - Reste à faire : 2 postes sur 2",
    ]
    assert _lines(run) == [
        "PRONOTE: postes 3/3, déjà à jour 3",
        "EDT monoposte: postes 2/2, en échec 2",
    ]
    remaining = school.play("remaining", "--limit", "salle,chef").assert_code(0)
    assert _tables(remaining) == [
        "Reste à faire\u00a0: rien, les 2 postes sont à jour",
        "EDT monoposte - Reste à faire : 1 poste sur 1",
    ]
    school.lab.depot({})
    run = elsewhere(school, "--limit", "salle,chef,adjoint").assert_code(0)
    assert _tables(run) == [
        "Reste à faire\u00a0: rien, les 3 postes sont à jour",
        "EDT monoposte - Reste à faire\u00a0: rien, les 2 postes sont à jour",
    ]
