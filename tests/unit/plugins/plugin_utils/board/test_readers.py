"""Each line of the board speaks to its reader: what names a playbook or a variable is the network administrator's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.message import Message
from ansible_collections.rentree.pronote.plugins.module_utils.checks.catalogue import FINDINGS
from ansible_collections.rentree.pronote.plugins.module_utils.checks.findings import (
    DONE,
    IN_DOUBT,
    NOT_OBSERVABLE,
    TO_DO,
    Report,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.board import Facts, board
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.operations import OPERATIONS
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.table import render_board
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.view import view
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.boards import PACES, a_board

FR = catalogue("fr")
_OURS = re.compile(r"pronote_\w+|playbooks/|--limit")
_ADMIN = 8
"""The operation whose responsible is the network administrator."""


def _board(number: int, *codes: str) -> dict[str, Any]:
    """That operation, when its check found these; nothing stands in its way."""
    reports = {}
    for each in OPERATIONS:
        report = Report(operation=each)
        for code in codes if each == number else ():
            report.find(code, **_VALUES)
        reports[each] = report.as_dict() if each == number else {**report.as_dict(), "state": DONE}
    return board(reports, Facts(year=2026), words=FR)[number - 1]


def _filled(text: Message) -> Message:
    """The text with something in each of its places."""
    return text.given(**dict.fromkeys(re.findall(r"\{(\w+)\}", f"{text.source.text} {text.source.plural}"), 1))


_VALUES: dict[str, object] = {"release": "2025.2.9", "year": 2026, "problem": "x", "path": "/x"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_only_the_administrators_lines_name_what_is_ansibles(language: str) -> None:
    words = catalogue(language)
    named = {code for code, finding in FINDINGS.items() if _OURS.search(words.of(_filled(finding.text)))}
    # Operation 8 is the network administrator's own.
    assert {code for code in named if not code.startswith(("audit_", "stations_"))} == set()
    for number, operation in OPERATIONS.items():
        said = [words.of(text) for text in (operation.title, operation.todo, operation.look)]
        assert [text for text in said if _OURS.search(text)] == [] or number == _ADMIN
    # And what is said to the administrator says where.
    for text in (*(f.admin for f in FINDINGS.values()), *(o.admin_todo for o in OPERATIONS.values())):
        assert not text or _OURS.search(words.of(text)), text


@pytest.mark.parametrize(
    ("number", "codes", "state", "admin"),
    [
        (1, ["release_other_year"], TO_DO, "Ensuite, publier l'installateur (playbooks/publish.yml)."),
        # What was found says it, and nothing else has to.
        (1, ["release_unpublished"], TO_DO, "Télécharger l'installateur et lancer playbooks/publish.yml."),
        (1, ["release_later_year"], IN_DOUBT, "Vérifier l'année demandée (pronote_rentree_year)."),
        (1, ["release_no_proof"], DONE, ""),
        (
            2,
            ["archive_not_configured"],
            NOT_OBSERVABLE,
            "Donner l'emplacement de l'archive EDT (pronote_rentree_edt.path).",
        ),
        (3, ["not_attested"], TO_DO, "Une fois que c'est fait, l'attester (playbooks/attest.yml)."),
        (5, ["cas_off"], TO_DO, ""),
        (
            6,
            ["export_not_configured"],
            NOT_OBSERVABLE,
            "Donner l'emplacement du fichier exporté (pronote_rentree_export.path).",
        ),
    ],
)
def test_what_the_administrator_adds(number: int, codes: list[str], state: str, admin: str) -> None:
    made = _board(number, *codes)
    assert (made["state"], made["admin"]) == (state, admin)
    assert not _OURS.search(made["next"])


def test_nobody_has_to_do_anything_for_what_waits() -> None:
    for school in a_board()["schools"]:
        for each in school["operations"]:
            if each["state"] in {DONE, "blocked"}:
                assert each["admin"] == ""


def test_the_administrators_line_says_whose_it_is_on_the_page_and_in_the_terminal() -> None:
    data = a_board(next(iter(PACES)))
    (school,) = view(data, words=FR).schools
    lines = {step.number: step.admin for step in school.steps if step.admin}
    assert lines == {}
    data = a_board("0310002B")
    (school,) = view(data, words=FR).schools
    lines = {step.number: step.admin for step in school.steps if step.admin}
    wanted = "administrateur réseau\u00a0: Une fois que c'est fait, l'attester (playbooks/attest.yml)."
    assert lines == {4: wanted}
    text = " ".join(render_board(data["schools"], words=FR, width=400, color=False).split())
    assert " ".join(wanted.split()) in text
