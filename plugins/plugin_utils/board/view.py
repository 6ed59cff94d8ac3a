# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page of the yearly operations shows, computed: the template only lays it out and escapes it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.times import local
from ...module_utils.checks.findings import DONE, IN_DOUBT
from ..words.words import Words
from .board import admin_line, done_of_all, empty, school_year, state_label
from .operations import BLOCKED, OPERATIONS, STATES

__all__ = ["AUDITED", "BoardSchool", "BoardStep", "BoardView", "Turn", "view"]

AUDITED = 8
"""The operation that the audit report tells more of."""


@dataclass(frozen=True, kw_only=True)
class BoardStep:
    """One operation of a school."""

    number: int
    anchor: str
    short: str
    title: str
    state: str
    tone: str
    mark: str
    label: str
    responsible: str
    where: str
    next: str
    admin: str  # what the network administrator adds to it, said to them by name
    unlocks: str
    evidence: list[tuple[str, str, str]]  # what, day, source
    findings: list[tuple[str, str]]  # severity, text; without what ``next`` or the state says already


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What somebody can do now, nothing standing in the way."""

    who: str
    said: str
    steps: list[BoardStep]


@dataclass(frozen=True, kw_only=True)
class BoardSchool:
    """A school's part of the page."""

    anchor: str
    uai: str
    name: str
    year: str
    done: int
    finished: bool
    steps: list[BoardStep]
    turns: list[Turn]
    blocked: list[BoardStep]


@dataclass(frozen=True, kw_only=True)
class BoardView:
    """The whole page."""

    at: str
    verdict: str
    tone: str
    answer: str
    explained: str
    counts: list[tuple[str, str, str, int]]  # tone, mark, label, how many operations
    turns: list[Turn]
    schools: list[BoardSchool]


def view(board: Mapping[str, Any], *, words: Words, zone: dt.tzinfo | None = None) -> BoardView:
    """Compute the page. ``board`` is the data of ``document`` (board.py); ``zone`` None: the controller's time."""
    schools = [_school(n, each, words, zone) for n, each in enumerate(board["schools"], 1)]
    steps = [step for school in schools for step in school.steps]
    doubted = any(step.state == IN_DOUBT for step in steps)
    finished = bool(schools) and all(school.finished for school in schools)
    verdict = "to_check" if doubted else "finished" if finished else "under_way"
    turns = _all_turns(schools, words)
    return BoardView(
        at=words.date_time(local(board["at"], zone=zone)),
        verdict=verdict,
        tone={"to_check": "doubt", "finished": "good", "under_way": "go"}[verdict],
        answer=_answer(schools, words),
        explained=_explained(schools, words),
        counts=[
            (state.tone, state.mark, words.of(state.label), number)
            for name, state in STATES.items()
            if (number := sum(step.state == name for step in steps))
        ],
        turns=turns,
        schools=schools,
    )


def _answer(schools: Sequence[BoardSchool], words: Words) -> str:
    if not schools:
        return empty(words)
    if len(schools) == 1:
        return done_of_all(schools[0].done, words)
    return words.plural(
        "{n} of {total} schools has finished",
        "{n} of {total} schools have finished",
        sum(school.finished for school in schools),
        total=words.number(len(schools)),
    )


def _explained(schools: Sequence[BoardSchool], words: Words) -> str:
    if len(schools) == 1:
        return f"{schools[0].name}, {schools[0].year}"
    waited = sum(bool(school.turns) for school in schools)
    if waited:
        return words.plural("{n} school waits for somebody to act.", "{n} schools wait for somebody to act.", waited)
    return words("Everything is done: nothing is expected of anybody.") if schools else ""


def _school(number: int, school: Mapping[str, Any], words: Words, zone: dt.tzinfo | None) -> BoardSchool:
    anchor = f"e{number}"
    steps = [_step(each, anchor, school["operations"], words, zone) for each in school["operations"]]
    done = sum(step.state == DONE for step in steps)
    return BoardSchool(
        anchor=anchor,
        uai=school["school"],
        name=school["name"] or school["school"],
        year=school_year(school["year"], words),
        done=done,
        finished=done == len(steps),
        steps=steps,
        turns=[
            Turn(who=who, said=_numbers([step.number for step in mine], words), steps=mine)
            for who, mine in _by_person(steps).items()
        ],
        blocked=[step for step in steps if step.state == BLOCKED],
    )


def _step(
    each: Mapping[str, Any],
    school: str,
    operations: Sequence[Mapping[str, Any]],
    words: Words,
    zone: dt.tzinfo | None,
) -> BoardStep:
    number, state = each["operation"], each["state"]
    freed = [other["operation"] for other in operations if number in other["blocked_by"]]
    return BoardStep(
        number=number,
        anchor=f"{school}o{number}",
        short=words.of(OPERATIONS[number].short),
        title=each["title"],
        state=state,
        tone=STATES[state].tone,
        mark=STATES[state].mark,
        label=state_label(each, words),
        responsible=each["responsible"],
        where=each["where"],
        next=each["next"],
        admin=admin_line(each, words),
        unlocks=words("Unblocks: {operations}", operations=_numbers(freed, words)) if freed else "",
        evidence=[(proof["what"], _day(proof["date"], words, zone), proof["source"]) for proof in each["evidence"]],
        findings=[
            # What is wrong with an operation that is blocked is nobody's business yet.
            ("" if state == BLOCKED else said["severity"], said["text"])
            for said in each["findings"]
            if said["text"] != each["next"] and said["code"] != "not_attested"
        ],
    )


def _by_person(steps: Sequence[BoardStep]) -> dict[str, list[BoardStep]]:
    """What can be done now, by who does it, in the order of the operations."""
    found: dict[str, list[BoardStep]] = {}
    for step in steps:
        if step.state not in {DONE, BLOCKED}:
            found.setdefault(step.responsible, []).append(step)
    return found


def _all_turns(schools: Sequence[BoardSchool], words: Words) -> list[Turn]:
    if len(schools) == 1:
        return schools[0].turns
    found: dict[str, list[Turn]] = {}
    for school in schools:
        for turn in school.turns:
            found.setdefault(turn.who, []).append(turn)
    all_turns = []
    for who, turns in found.items():
        steps = [step for turn in turns for step in turn.steps]
        operations = words.plural("{n} operation", "{n} operations", len(steps))
        said = words.plural(
            "{operations} in {n} school", "{operations} in {n} schools", len(turns), operations=operations
        )
        all_turns.append(Turn(who=who, said=said, steps=steps))
    # Who has most to do comes first.
    return sorted(all_turns, key=lambda turn: -len(turn.steps))


def _numbers(numbers: Sequence[int], words: Words) -> str:
    """Operations in words: « opérations 2, 3 et 5 »."""
    if len(numbers) == 1:
        return words("operation {number}", number=numbers[0])
    return words("operations {numbers}", numbers=words.listed([str(number) for number in numbers]))


def _day(text: str, words: Words, zone: dt.tzinfo | None) -> str:
    """The day, which is what a board needs; what is no date is shown as it is."""
    try:
        return words.date(local(text, zone=zone)) if text else ""
    except ValueError:
        return text
