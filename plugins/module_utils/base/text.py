# SPDX-License-Identifier: GPL-3.0-or-later
"""Text of stations, servers, files and people, made safe to show: on terminals, in reports, in spreadsheets. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

from .message import Message, joined

__all__ = [
    "FRENCH_SPACES",
    "cell",
    "decoded",
    "headed_diff",
    "json_text",
    "lines_diff",
    "one_line",
    "printable",
    "printable_data",
    "printable_line",
    "printable_message",
    "reason_of",
    "some_of",
]

FRENCH_SPACES = "\u00a0\u202f"
"""Those of French typography, which are no control characters although Python does not count them as printable."""

_UNSEEN = "\N{REPLACEMENT CHARACTER}"
# Letters and marks that nobody sees: printable for Python, and ignorable by default for Unicode (DerivedCoreProperties,
# Default_Ignorable_Code_Point; those of other categories are not printable anyway).
_IGNORABLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# What makes a spreadsheet take a cell for a formula (owasp.org/www-community/attacks/CSV_Injection); the full-width
# forms too, which Excel takes for the plain ones. Tabs and line ends, also named there, are spaces by then.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def printable(value: object, *, keep: str = "", space: str = " ", other: str = _UNSEEN, longest: int = 0) -> str:
    """Text without control characters (escape sequences, line ends) and without those that only steer how others are
    shown (direction, width zero).

    White space that cannot be printed becomes ``space``, the rest ``other``; what is in ``keep`` stays. Cut to
    ``longest`` characters, with a final ``…``, unless that is 0.
    """
    # Ansible's strings know where they come from: one that is printable stays itself. Of others it takes none, so a
    # message becomes its text.
    text = value if isinstance(value, str) and not isinstance(value, Message) else str(value)
    shown = _IGNORABLE.sub(other, text)
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() or c in keep else space if c.isspace() else other for c in shown)
    shown = text if shown == text else shown
    return f"{shown[: longest - 1]}…" if 0 < longest < len(shown) else shown


def printable_line(value: object) -> str:
    """The same as a line of a text for people, which keeps the spaces of French typography."""
    return printable(value, keep=FRENCH_SPACES)


def printable_message(value: object, *, keep: str = FRENCH_SPACES, space: str = " ", longest: int = 0) -> str:
    """The same of what may be a Message, which stays one: of its values, each cut to ``longest``, but for numbers."""
    if not isinstance(value, Message):
        return printable(value, keep=keep, space=space, longest=longest)
    shown = partial(printable_message, keep=keep, space=space, longest=longest)
    return value.given(**{name: each if isinstance(each, int) else shown(each) for name, each in value.values.items()})


def printable_data(value: Any) -> Any:
    """The same of every text in lists and mappings, their keys included; line ends and tabs stay."""
    if isinstance(value, str):
        return printable(value, keep=f"\n\t{FRENCH_SPACES}")
    if isinstance(value, Mapping):
        return {printable_data(key): printable_data(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [printable_data(each) for each in value]
    return value


def one_line(value: object, *, longest: int = 200) -> str:
    """The same as a line with single spaces."""
    return printable(" ".join(str(value).split()), longest=longest)


def reason_of(exc: BaseException) -> str:
    """What an error says, as one line; its type when it says nothing."""
    return one_line(getattr(exc, "reason", None) or exc, longest=300) or type(exc).__name__


def cell(value: object) -> str:
    """A value as a spreadsheet's text that stays text: no formula, no control character, one line."""
    plain = printable("" if value is None else value, other=" ")
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA) else plain


def decoded(data: bytes, other: str = "cp1252") -> str:
    """Text in UTF-8, or else in a code page of Windows: text in one, with accents, is practically never valid UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(other, "replace")


def some_of(names: Collection[str], most: int) -> str:
    """Names in a sentence: the first ``most`` of them, and how many more there are."""
    rest, first = len(names) - most, ", ".join(list(names)[:most])
    return Message.plural("{names} and {n} more", "{names} and {n} more", rest, names=first) if rest > 0 else first


def json_text(data: Any) -> str:
    """Plain data for programs: one line for each key, in their order, so that a diff of two files is short."""
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def headed_diff(header: str, before: str, after: str) -> dict[str, str]:
    """A diff as Ansible shows it, with what it is about above both sides."""
    return {"before": before, "after": after, "before_header": header, "after_header": header}


def lines_diff(header: str, before: Iterable[str], after: Iterable[str]) -> dict[str, str]:
    """The same of lines."""
    sides = ([*map(printable_message, side), ""] for side in (before, after))
    return headed_diff(header, *(joined(side, "\n") for side in sides))
