# SPDX-License-Identifier: GPL-3.0-or-later
"""What the table and the page say of an examination, in the reader's words: what holds, what does not, what to do.
Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...module_utils.base.message import Message
from ...module_utils.base.text import printable_line, some_of
from ..words.words import Words
from .checks import CHECKS

__all__ = ["ANSWERS", "Row", "SchoolView", "doctor_title", "school_views"]

ANSWERS: Final[Mapping[str, Message]] = {
    "sound": Message("Everything that was looked at holds."),
    "not_sound": Message("Something does not hold."),
    "incomplete": Message("What was looked at holds, and not all could be looked at."),
}
_NAMED = 8


def doctor_title(words: Words) -> str:
    """The title of the page."""
    return words("Doctor: what a deployment needs")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line: a check, whom it is about, the fact and the remedy."""

    check: str
    where: str
    fact: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class SchoolView:
    """``holds``: in one line, with ``notes`` on some of it; ``fails`` and ``unknown``: a row for each; ``rooms``: whom
    was asked, a line for each room."""

    name: str
    uai: str
    holds: str
    fails: list[Row]
    unknown: list[Row]
    notes: list[Row]
    rooms: list[str]


def school_views(
    schools: Sequence[Mapping[str, Any]], rooms: Sequence[Mapping[str, Any]], words: Words
) -> list[SchoolView]:
    """``schools``: as ``gathered``; ``rooms``: as in the document, with their school."""
    of_school: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for room in rooms:
        of_school[room["school"]].append(room)
    return [_view(school, of_school[school["school"]], words) for school in schools]


def _view(school: Mapping[str, Any], rooms: Sequence[Mapping[str, Any]], words: Words) -> SchoolView:
    rows = school["checks"]
    wrong = {row["check"] for row in rows if row["outcome"] != "holds"}
    held = dict.fromkeys(row["check"] for row in rows if row["outcome"] == "holds" and row["check"] not in wrong)
    return SchoolView(
        name=printable_line(school["school_name"] or school["school"] or words("no school")),
        uai=printable_line(school["school"]),
        holds=words.listed([words.of(CHECKS[check]) for check in held]) if held else "",
        fails=[_row(row, words) for row in rows if row["outcome"] == "fails"],
        unknown=[_row(row, words) for row in rows if row["outcome"] == "unknown"],
        notes=[_row(row, words) for row in rows if row["outcome"] == "holds" and row["fact"]],
        rooms=[_room(room, words) for room in rooms],
    )


def _row(row: Mapping[str, Any], words: Words) -> Row:
    named = [each["station"] for each in row["stations"]] or row["rooms"]
    return Row(
        check=words.of(CHECKS[row["check"]]),
        where=printable_line(words.of(some_of(named, _NAMED))) if named else "",
        fact=printable_line(words.of(row["fact"])),
        remedy=printable_line(words.of(row["remedy"])),
    )


def _room(room: Mapping[str, Any], words: Words) -> str:
    name = room["room"] or words("(no room)")
    asked = words.of(some_of(room["asked"], _NAMED)) if room["asked"] else words("nobody")
    text = words.plural(
        "{room} ({n} station), asked: {asked}",
        "{room} ({n} stations), asked: {asked}",
        room["stations"],
        room=name,
        asked=asked,
    )
    if room["off"]:
        text = words("{text}; not reached: {names}", text=text, names=words.of(some_of(room["off"], _NAMED)))
    return printable_line(text)
