"""The end of a run of two products: a block for each play, and of a play that ended early too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun
from tests.e2e.test_progress import elsewhere
from tests.lab.inventory import TIMEOUTS

_CLIENT = {"release": "2026.2.7"}
_EDT = {"product": "edt_monoposte"}
STATIONS: list[dict[str, Any]] = [
    {"name": "salle", "clients": [_CLIENT]},
    {"name": "chef", "edt": True, "clients": [_CLIENT]},
    {"name": "adjoint", "edt": True, "clients": [_CLIENT]},
    {"name": "off", "power": "off"},
]
_RELEASES = [{"release": "2026.2.7", "arch": "x64"}, {"release": "2026.2.7", "arch": "x64", **_EDT}]
_QUICK = ("-e", json.dumps({"pronote_timeouts": {**TIMEOUTS, "reconnect": 2}}))


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS, releases=_RELEASES, language="fr")


def _lines(run: PlaybookRun) -> list[str]:
    """The head of each part of the block, and its counts."""
    found = re.findall(r"^((?:PRONOTE|EDT monoposte), .*)\n {2}(\S.*)$", run.output, re.MULTILINE)
    return [f"{head} | {counts}".replace("\N{NO-BREAK SPACE}", " ") for head, counts in found]


def _tables(run: PlaybookRun) -> list[str]:
    return [line for line in run.output.replace("\N{NO-BREAK SPACE}", " ").splitlines() if "Reste à faire" in line]


def test_each_play_has_its_part(school: School) -> None:
    run = elsewhere(school, "--check").assert_code(4)
    assert _lines(run) == [
        "PRONOTE, simulation (rien n'a été fait) : 4 postes | 3 sans rien à faire, 1 injoignable",
        "EDT monoposte, simulation (rien n'a été fait) : 2 postes | 2 à installer",
    ]
    audit = elsewhere(school, "--limit", "chef", playbook="audit").assert_code(0)
    assert _lines(audit) == [
        "PRONOTE, audit : 1 poste | 1 à jour",
        "EDT monoposte, audit : 1 poste | 1 absent",
    ]
    # One play, one part.
    run = elsewhere(school, "--check", "--limit", "salle").assert_code(0)
    assert _lines(run) == ["PRONOTE, simulation (rien n'a été fait) : 1 poste | 1 sans rien à faire"]


def test_an_outcome_for_each_product(school: School, tmp_path: Path) -> None:
    file = tmp_path / "deploy.json"
    elsewhere(school, "--check", "--limit", "chef", "-e", f"pronote_outcome={file}").assert_code(0)
    told = [json.loads((tmp_path / name).read_text()) for name in ("deploy.json", "deploy-edt_monoposte.json")]
    assert [each["product"] for each in told] == ["pronote_client", "edt_monoposte"]
    assert [each["stations"][0]["outcome"] for each in told] == ["right", "to_install"]


def test_what_remains_when_nobody_was_left_to_list_it(school: School) -> None:
    run = elsewhere(school, "--limit", "off", *_QUICK).assert_code(4)
    assert not [result for result in run.of("deploy_report").values() if result["outcome"] != "skipped"]
    assert _lines(run) == ["PRONOTE, déploiement : 1 poste | 1 injoignable"]
    _, _, after = run.output.partition("PLAY RECAP")
    command = f"ansible-playbook playbooks/remaining.yml -i {school.inventory}"
    assert f"Ce qui reste à faire : {command}" in [
        line.replace("\N{NO-BREAK SPACE}", " ") for line in after.splitlines()
    ]
    # Without the view too.
    quiet = elsewhere(school, "--limit", "off", *_QUICK, RENTREE_PROGRESS="off").assert_code(4)
    assert _lines(quiet) == _lines(run)
    # A dry run and a staging leave nothing to be listed.
    for mode in (("--check",), ("--tags", "stage")):
        other = elsewhere(school, "--limit", "off", *_QUICK, *mode).assert_code(4)
        assert "remaining.yml" not in other.output


def test_without_a_store_the_end_is_the_same(school: School) -> None:
    run = elsewhere(school, "--limit", "off", *_QUICK, "-e", "pronote_state=").assert_code(4)
    assert _lines(run) == ["PRONOTE, déploiement : 1 poste | 1 injoignable"]
    went_on = elsewhere(school, "--limit", "off,salle", *_QUICK, "-e", "pronote_state=").assert_code(4)
    assert _lines(went_on) == ["PRONOTE, déploiement : 2 postes | 1 sans rien à faire, 1 injoignable"]


def test_a_store_that_cannot_be_read_changes_nothing_in_the_end(school: School) -> None:
    foreign = school.work.parent / "postes.txt"
    foreign.write_text("liste des postes\n" * 200, encoding="utf-8")
    run = elsewhere(school, "--limit", "off", *_QUICK, "-e", f"pronote_state={foreign}").assert_code(4)
    assert f"le fichier d'état {foreign} : inutilisable" in " ".join(run.output.split())
    assert _lines(run) == ["PRONOTE, déploiement : 1 poste | 1 injoignable"]
    assert foreign.read_text(encoding="utf-8") == "liste des postes\n" * 200


def test_each_reason_is_said_once(school: School) -> None:
    """The table of what remains is for another day: the block has it all."""
    run = elsewhere(school, "--limit", "off,salle", *_QUICK).assert_code(4)
    assert set(run.of("deploy_report")) == {"salle"}
    assert _tables(run) == []
    assert _lines(run) == ["PRONOTE, déploiement : 2 postes | 1 sans rien à faire, 1 injoignable"]


def test_each_product_has_its_own_end(school: School) -> None:
    """The client's stations are right, and every EDT station fails: their play ends before its own task."""
    school.lab.depot({"setup.exe": "missing"})
    run = elsewhere(school, "--limit", "salle,chef,adjoint", *_QUICK).assert_code(2)
    first, second = _lines(run)
    assert first == "PRONOTE, déploiement : 3 postes | 3 sans rien à faire"
    assert second == "EDT monoposte, déploiement : 2 postes | 2 en échec"
    remaining = school.play("remaining", "--limit", "salle,chef").assert_code(0)
    assert _tables(remaining) == [
        "Reste à faire : rien, les 2 postes sont à jour",
        "EDT monoposte - Reste à faire : 1 poste sur 1",
    ]
    school.lab.depot({})
    run = elsewhere(school, "--limit", "salle,chef,adjoint").assert_code(0)
    assert _lines(run) == [
        "PRONOTE, déploiement : 3 postes | 3 sans rien à faire",
        "EDT monoposte, déploiement : 2 postes | 2 faits",
    ]
    # Without a callback of ours the table is what there is.
    stock = {"ANSIBLE_CALLBACKS_ENABLED": "results_json", "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"}
    run = elsewhere(school, "--limit", "salle,chef,adjoint", **stock).assert_code(0)
    assert (_lines(run), _tables(run)) == (
        [],
        [
            "Reste à faire : rien, les 3 postes sont à jour",
            "EDT monoposte - Reste à faire : rien, les 2 postes sont à jour",
        ],
    )
