# SPDX-License-Identifier: GPL-3.0-or-later
"""The board of a school: its eight yearly operations, what stands in whose way, and what to do next. Pure.

Each operation comes with what its own check concluded (``checks/findings.py``, ``Report.as_dict``). The board adds what
only the whole shows: which operation blocks which, and what later evidence says against an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.base.times import moment
from ...module_utils.checks.catalogue import FINDINGS
from ...module_utils.checks.findings import (
    DONE,
    IN_DOUBT,
    NOT_OBSERVABLE,
    TO_DO,
)
from ...module_utils.product.release import Release
from ..words.words import Words
from .operations import BLOCKED, OPERATIONS, STATES

__all__ = [
    "DEPENDS",
    "SCHEMA",
    "Facts",
    "admin_line",
    "board",
    "document",
    "done_of_all",
    "empty",
    "school_year",
    "state_label",
]

SCHEMA = 1

# Operation → those that must be done before it (docs/fidelity.md, O16).
DEPENDS: dict[int, tuple[int, ...]] = {3: (2,), 4: (3,), 6: (3, 5), 7: (6,), 8: (1,)}
# Each comes after those it depends on.
_IN_ORDER = (1, 2, 5, 3, 4, 6, 7, 8)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What operations know that others are compared with. Dates are ISO 8601, empty when there is none."""

    year: int
    release: Release | None = None
    archive: str = ""
    export: str = ""
    attested: Mapping[int, str] = field(default_factory=dict)


def board(reports: Mapping[int, Mapping[str, Any]], facts: Facts, *, words: Words) -> list[dict[str, Any]]:
    """The eight operations in order, each ready to be shown."""
    made: dict[int, dict[str, Any]] = {}
    for number in _IN_ORDER:
        report = reports[number]
        said = list(_against(number, facts))
        before = DEPENDS.get(number, ())
        undone = [other for other in before if made[other]["state"] in {TO_DO, BLOCKED}]
        state = str(report["state"])
        if state in {DONE, IN_DOUBT}:
            said += [("prerequisite_undone", {"other": other}) for other in undone]
        if state == DONE and said:
            state = IN_DOUBT
        if state in {TO_DO, NOT_OBSERVABLE} and undone:
            state = BLOCKED
        blocked_by = undone if state == BLOCKED else []
        findings = [*(_worded(each, "text", words) for each in report["findings"]), *_found(said, words)]
        known = OPERATIONS[number]
        made[number] = {
            "operation": number,
            "title": words.of(known.title),
            "state": state,
            "blocked_by": blocked_by,
            "responsible": words.of(known.responsible),
            "where": words.of(known.application),
            "next": _next(number, state, blocked_by, findings, words),
            "admin": _admin(number, state, findings, words),
            "evidence": [_worded(each, "what", words) for each in report["evidence"]],
            "findings": findings,
        }
    return [made[number] for number in sorted(made)]


def _worded(said: Mapping[str, Any], text: str, words: Words) -> dict[str, Any]:
    return {**said, text: words.of(said[text])}


def _found(found: Iterable[tuple[str, Mapping[str, Any]]], words: Words) -> Iterator[dict[str, str]]:
    for code, values in found:
        known = FINDINGS[code]
        yield {"code": code, "severity": known.severity, "text": words.of(known.text.given(**values))}


def _against(number: int, facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    """What later evidence says against an attestation in force. An attestation bears a day, so days are compared."""
    date = facts.attested.get(number, "")
    if not date:
        return
    if number in {3, 4} and facts.release is not None and facts.release.year < facts.year:
        yield "attested_other_year", {"date": date, "release": facts.release.client, "year": facts.year}
    if number == 3 and _day(facts.archive) > date:
        yield "attested_before_archive", {"date": date, "later": _day(facts.archive)}
    if number == 4 and facts.attested.get(3, "") > date:
        yield "attested_before_operation", {"date": date, "other": 3, "later": facts.attested[3]}
    if number == 7 and _day(facts.export) > date:
        yield "attested_before_export", {"date": date, "later": _day(facts.export)}


def _day(when: str) -> str:
    """The day of a moment where the controller is; empty for none."""
    return moment(when).date().isoformat() if when else ""


def _next(number: int, state: str, blocked_by: list[int], findings: list[dict[str, str]], words: Words) -> str:
    if state == DONE:
        return ""
    if state == BLOCKED:
        return " ".join(
            words(
                "Wait for operation {by}: {who} ({where}).",
                by=by,
                who=OPERATIONS[by].responsible,
                where=OPERATIONS[by].application,
            )
            for by in blocked_by
        )
    # What was found says what to do about it; that nobody attested says nothing about the operation itself.
    said = [each for each in findings if FINDINGS[each["code"]].state == state and each["code"] != "not_attested"]
    if said:
        return said[0]["text"]
    own = {TO_DO: OPERATIONS[number].todo, NOT_OBSERVABLE: OPERATIONS[number].look}
    return words.of(own[state]) if state in own else words("Check.")


def _admin(number: int, state: str, findings: list[dict[str, str]], words: Words) -> str:
    """What the network administrator has to do for it, of whatever was found; empty when it is nothing, or not yet."""
    if state in {DONE, BLOCKED}:
        return ""
    known = OPERATIONS[number]
    own = {TO_DO: known.admin_todo, NOT_OBSERVABLE: known.admin_look}.get(state, "")
    found = [FINDINGS[each["code"]].admin for each in findings]
    # A finding that says what to do speaks for the operation, as in what the responsible is told.
    of_state = any(text and FINDINGS[each["code"]].state == state for text, each in zip(found, findings, strict=True))
    return " ".join(dict.fromkeys(words.of(text) for text in (*found, "" if of_state else own) if text))


def state_label(operation: Mapping[str, Any], words: Words) -> str:
    """The state in words."""
    if operation["state"] == BLOCKED:
        return words("blocked by {by}", by=", ".join(map(str, operation["blocked_by"])))
    return words.of(STATES[operation["state"]].label)


def admin_line(operation: Mapping[str, Any], words: Words) -> str:
    """What the network administrator has to do for an operation, said to them; empty when it is nothing."""
    who = OPERATIONS[8].responsible
    return words("{first}: {then}", first=who, then=operation["admin"]) if operation["admin"] else ""


def empty(words: Words) -> str:
    """What is said when there is no school to show."""
    return words("No school: no station of this play has a pronote_uai.")


def school_year(year: object, words: Words) -> str:
    """The year of a board, which is the one in which it begins."""
    return words("school year of {year}", year=year)


def done_of_all(done: int, words: Words) -> str:
    """How far a school is."""
    return words.plural("{n} of 8 operations done", "{n} of 8 operations done", done)


def document(schools: list[dict[str, Any]], *, at: str) -> dict[str, Any]:
    """The whole board as plain data, for programs."""
    return {"schema": SCHEMA, "at": at, "schools": schools}
