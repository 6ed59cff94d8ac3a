"""The board: what blocks what, what is doubted, and what to do next."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.checks.findings import (
    DONE,
    IN_DOUBT,
    NOT_OBSERVABLE,
    TO_DO,
)
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.board import Facts, board, state_label
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.operations import OPERATIONS, STATES
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.table import render_board
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

FR = catalogue("fr")
_YEAR = Release.parse("2026.2.7")
_STATES = {"D": DONE, "T": TO_DO, "?": IN_DOUBT, "-": NOT_OBSERVABLE}


def _report(letter: str, *findings: dict[str, str]) -> dict[str, Any]:
    return {"state": _STATES[letter], "findings": list(findings), "evidence": []}


def _board(states: str, facts: Facts | None = None, language: str = "fr") -> dict[int, dict[str, Any]]:
    reports = {number: _report(letter) for number, letter in enumerate(states.split(), 1)}
    made = board(reports, facts or Facts(year=2026, release=_YEAR), words=catalogue(language))
    return {each["operation"]: each for each in made}


def _shown(states: str) -> str:
    letters = {state: letter for letter, state in _STATES.items()}
    made = _board(states)
    return " ".join(
        letters.get(made[n]["state"]) or "B" + "+".join(map(str, made[n]["blocked_by"])) for n in range(1, 9)
    )


@pytest.mark.parametrize(
    ("checked", "shown"),
    [
        ("D D D D D D D D", "D D D D D D D D"),
        # Each of the dependencies, alone.
        ("T D D D D D D T", "T D D D D D D B1"),
        ("D T T D D D D D", "D T B2 ? D ? D D"),
        ("D D T T D T T D", "D D T B3 D B3 B6 D"),
        ("D D D D T T T D", "D D D D T B5 B6 D"),
        ("D D T T T T T D", "D D T B3 T B3+5 B6 D"),
        ("D D D D D T T D", "D D D D D T B6 D"),
        # What is blocked blocks in its turn.
        ("T T T T T T T T", "T T B2 B3 T B3+5 B6 B1"),
        # What could not be seen and what is doubted block nobody.
        ("- - T T - T T T", "- - T B3 - B3 B6 T"),
        ("? ? T D ? T T T", "? ? T ? ? B3 B6 T"),
        # Whatever was not seen of a blocked operation, what blocks it comes first.
        ("T T - D T - - -", "T T B2 ? T B3+5 B6 B1"),
        # Done, although what it depends on is not.
        ("T T D D D D D D", "T T ? D D D D ?"),
    ],
)
def test_states(checked: str, shown: str) -> None:
    assert _shown(checked) == shown


def test_done_out_of_turn_says_which_operation_is_missing() -> None:
    made = _board("D T D D D D D D")[3]
    assert made["findings"][-1]["code"] == "prerequisite_undone"
    assert made["next"].startswith("Semble faite, mais l'opération 2 dont elle dépend ne l'est pas.")


@pytest.mark.parametrize(
    ("facts", "operation", "code"),
    [
        ({"release": Release.parse("2025.2.9"), "attested": {3: "2026-08-26"}}, 3, "attested_other_year"),
        ({"release": Release.parse("2025.2.9"), "attested": {4: "2026-08-26"}}, 4, "attested_other_year"),
        ({"archive": "2026-08-27T10:00:00Z", "attested": {3: "2026-08-26"}}, 3, "attested_before_archive"),
        ({"attested": {3: "2026-08-28", 4: "2026-08-27"}}, 4, "attested_before_operation"),
        ({"export": "2026-09-02T10:00:00Z", "attested": {7: "2026-09-01"}}, 7, "attested_before_export"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_later_evidence_contradicts_an_attestation(
    facts: dict[str, Any], operation: int, code: str, language: str
) -> None:
    made = _board("D D D D D D D D", Facts(**{"year": 2026, "release": _YEAR, **facts}), language)
    assert [number for number, each in made.items() if each["state"] == IN_DOUBT] == [operation]
    assert [finding["code"] for finding in made[operation]["findings"]] == [code]
    assert made[operation]["next"] == made[operation]["findings"][0]["text"]
    assert "{" not in made[operation]["next"]


def test_evidence_of_the_same_day_or_before_contradicts_nothing() -> None:
    facts = Facts(
        year=2026,
        release=_YEAR,
        archive="2026-08-26T10:00:00Z",
        export="2026-08-31T10:00:00Z",
        attested={3: "2026-08-26", 4: "2026-08-26", 7: "2026-08-31"},
    )
    assert {each["state"] for each in _board("D D D D D D D D", facts).values()} == {DONE}


def test_what_to_do_next() -> None:
    made = _board("T - T T T T T T")
    assert made[1]["next"] == FR.of(OPERATIONS[1].todo)
    assert made[2]["next"] == FR.of(OPERATIONS[2].look)
    assert made[8]["next"] == "Attendre l'opération 1\u00a0: chef d'établissement (console d'hébergement)."
    assert _board("D D D D D D D D")[8]["next"] == ""
    # What was found is nearer to the point.
    found = {"code": "stations_behind", "severity": "error", "text": "3 postes"}
    noted = {"code": "not_attested", "severity": "error", "text": "Personne"}
    reports = {number: _report("T", noted if number in {3, 4, 7} else found) for number in range(1, 9)}
    reports[1], reports[2] = _report("D"), _report("D")
    made = {each["operation"]: each for each in board(reports, Facts(year=2026), words=FR)}
    assert made[8]["next"] == "3 postes"
    assert made[3]["next"] == FR.of(OPERATIONS[3].todo)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_state_has_words(language: str) -> None:
    for state in STATES:
        assert state_label({"state": state, "blocked_by": [3, 5]}, catalogue(language))
    assert state_label({"state": "blocked", "blocked_by": [3, 5]}, catalogue(language)).endswith("3, 5")
    assert set(OPERATIONS) == set(range(1, 9))


def test_the_table_has_no_markup_and_no_control_characters() -> None:
    made = list(_board("D D T T T T T T").values())
    made[0]["evidence"] = [{"what": "[red]x[/red]\x1b[31m", "date": "2026-08-28T09:12:00Z", "source": "a\nb"}]
    text = render_board(
        [{"school": "0310001A", "name": "\x1b]0;x", "year": 2026, "operations": made}], words=FR, width=120, color=False
    )
    assert "\x1b" not in text
    assert "[red]x[/red]" in text
    assert "2026-08-28 " in text
    assert "2 opérations sur 8 faites" in text


def test_no_school_is_said() -> None:
    assert "pronote_uai" in render_board([], words=FR, width=120, color=False)
