"""What the board's page shows: whose turn it is, what it unblocks, and what is left out as said already."""

from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.operations import OPERATIONS, STATES
from ansible_collections.rentree.pronote.plugins.plugin_utils.board.view import view
from ansible_collections.rentree.pronote.plugins.plugin_utils.pages.titles import board_title
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.boards import PACES, a_board

FR = catalogue("fr")
LYCEE, COLLEGE, DONE, LATE = PACES


def test_whose_turn_it_is_and_what_waits() -> None:
    (school,) = view(a_board(COLLEGE), words=FR).schools
    assert [(turn.who, turn.said) for turn in school.turns] == [
        ("chef d'établissement", "opérations 2, 3, 4 et 5"),
        ("administrateur réseau", "opération 8"),
    ]
    assert [step.number for step in school.blocked] == [6, 7]
    # Not 3: it is in doubt, which holds nobody up.
    assert {step.number: step.unlocks for step in school.steps if step.unlocks} == {
        5: "Débloque\u00a0: opération 6",
        6: "Débloque\u00a0: opération 7",
    }


@pytest.mark.parametrize(
    ("schools", "verdict", "answer", "explained"),
    [
        ((LYCEE,), "under_way", "5 opérations sur 8 faites", "Lycée Pierre-Paul Riquet, rentrée 2026"),
        ((DONE,), "finished", "8 opérations sur 8 faites", "Lycée Germaine Tillion, rentrée 2026"),
        ((LATE,), "to_check", "0 opération sur 8 faite", "Collège Marie Curie, rentrée 2026"),
        ((LYCEE, DONE), "under_way", "1 établissement sur 2 a terminé", "1 établissement attend que quelqu'un agisse."),
        ((DONE, DONE), "finished", "2 établissements sur 2 ont terminé", "Tout est fait\u00a0: rien"),
        ((LYCEE, COLLEGE), "to_check", "0 établissement sur 2 a terminé", "2 établissements attendent"),
    ],
)
def test_the_answer(schools: tuple[str, ...], verdict: str, answer: str, explained: str) -> None:
    shown = view(a_board(*schools), words=FR)
    assert (shown.verdict, shown.answer) == (verdict, answer)
    assert shown.explained.startswith(explained)


def test_no_school_is_no_year_that_is_finished() -> None:
    shown = view({"at": "2026-08-27T18:00:00Z", "schools": []}, words=catalogue("en"))
    assert (shown.verdict, shown.explained) == ("under_way", "")
    assert shown.answer == "No school: no station of this play has a pronote_uai."


def test_many_schools_are_counted_by_person_the_busiest_first() -> None:
    said = [(turn.who, turn.said) for turn in view(a_board(), words=catalogue("fr")).turns]
    assert said == [
        ("chef d'établissement", "8 opérations dans 2 établissements"),
        ("administrateur réseau", "2 opérations dans 2 établissements"),
        ("administrateur ENT / chef d'établissement", "1 opération dans 1 établissement"),
    ]


def test_nothing_is_said_twice_and_what_is_blocked_is_not_alarming() -> None:
    steps = {step.number: step for step in view(a_board(LATE), words=FR).schools[0].steps}
    assert steps[2].findings == []  # the next thing to do says it
    assert steps[3].findings == []  # nobody attested, as the state says
    assert steps[8].label == "bloqué par 1"
    assert [severity for severity, _ in steps[8].findings] == [""]
    assert [severity for severity, _ in view(a_board(LYCEE), words=FR).schools[0].steps[0].findings] == ["info"]


def test_dates_are_those_of_people_and_what_is_none_is_shown() -> None:
    board = a_board(LYCEE)
    board["schools"][0]["operations"][0]["evidence"] = [
        {"what": "x", "date": date, "source": "y"} for date in ("2026-08-28T23:30:00Z", "2026-08-26", "soon", "")
    ]
    shown = view(board, words=FR, zone=dt.timezone(dt.timedelta(hours=2)))
    days = [day for _, day, _ in shown.schools[0].steps[0].evidence]
    assert days == ["29\u00a0août\u00a02026", days[1], "soon", ""]
    assert days[1].endswith("août\u00a02026")
    assert shown.at == "28\u00a0août\u00a02026, 20:00"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_state_has_a_tone_a_sign_and_words(language: str) -> None:
    for fact in ("tone", "mark", "style"):
        assert len({getattr(state, fact) for state in STATES.values()} - {""}) == len(STATES)
    words = catalogue(language)
    assert len({words.of(state.label) for state in STATES.values()}) == len(STATES)
    # Short enough for a telephone.
    assert all(len(words.of(operation.short)) <= 12 for operation in OPERATIONS.values())


def test_unknown_languages_are_english() -> None:
    assert board_title(catalogue("br")) == "Yearly operations"
