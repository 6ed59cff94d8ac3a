# SPDX-License-Identifier: GPL-3.0-or-later
"""An examination made into what people and programs get: the document, the table, files, the end of the run, an error.

I/O: files and the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.clock import now
from ...module_utils.base.message import Message
from ...module_utils.base.numbers import natural
from ...module_utils.base.text import printable_data, printable_line
from ..ending.block import Count, EndBlock
from ..words.catalogue import catalogue
from ..words.words import Words
from .checks import VERDICTS
from .document import document, gathered
from .examine import Examined
from .following import following
from .table import render_table
from .view import ANSWERS, school_views
from .write import write_doctor

__all__ = ["Made", "make", "of_room", "valid_verdicts"]


@dataclass(frozen=True, kw_only=True)
class Made:
    """``table``: for a terminal; ``after``: where it is written and what comes next, in lines; ``result``: of the task;
    ``error``: why it fails, empty when it does not."""

    table: str
    after: list[str]
    result: dict[str, Any]
    error: str


def of_room(given: str) -> int:
    """How many stations of a room are looked at, 0 for all. Raises ValueError."""
    if given == "all":
        return 0
    number = natural(given) or 0
    if 0 < number < 10**6:
        return number
    raise ValueError(Message("stations is {given}: a number from 1, or {all}", given=repr(given[:40]), all="all"))


def valid_verdicts(given: Sequence[str]) -> list[str]:
    """Verdicts that are to be an error. Raises ValueError for what is none."""
    if unknown := sorted(set(given) - set(VERDICTS)):
        raise ValueError(
            Message(
                "fail_on names {unknown}: the verdicts are {known}",
                unknown=", ".join(map(repr, unknown)),
                known=", ".join(VERDICTS),
            )
        )
    return list(given)


def make(
    examined: Examined,
    *,
    path: str | None,
    html: str | None,
    fail_on: Sequence[str],
    words: Words,
    check: bool,
    command: Callable[[str], str],
    width: int,
    color: bool,
) -> Made:
    """In check mode nothing is written. ``command``: for one of our playbooks, by its name. Raises OSError for a file
    that cannot be."""
    rooms: list[dict[str, Any]] = [
        {
            "school": look.place.school,
            "room": look.place.room,
            "stations": look.stations,
            "asked": look.asked,
            "off": look.off,
        }
        for look in examined.rooms
    ]
    made = document(examined.findings, rooms, at=now(), dark=examined.dark, french=catalogue("fr"))
    # Names too: a file is read on terminals.
    report: dict[str, Any] = printable_data(made)
    views = school_views(gathered(examined.findings), rooms, words)
    written = {} if check else write_doctor(report, views, path=path, html=html, words=words)
    answer = ANSWERS[report["verdict"]]
    counts: dict[str, int] = report["counts"]
    told, typed = following(examined.findings, command)
    after = [
        *([words("Page: {path}", path=written["html"])] if "html" in written else []),
        *([words("For programs (JSON): {path}", path=written["path"])] if "path" in written else []),
        printable_line(words.of(told)),
    ]
    asked = sum(len(look.asked) for look in examined.rooms)
    block = EndBlock(
        title=words.plural("Doctor: {n} station was asked", "Doctor: {n} stations were asked", asked),
        counts=[
            Count(
                text=words.plural("{n} finding does not hold", "{n} findings do not hold", counts["fails"]), style="red"
            ),
            Count(text=words.plural("{n} could not be looked at", "{n} could not be looked at", counts["unknown"])),
            Count(text=words.plural("{n} holds", "{n} hold", counts["holds"]), style="green"),
        ],
        schools=[],
        groups=[],
        after=[words.of(answer), *after],
    )
    verdict = report["verdict"]
    return Made(
        table=render_table(views, words=words, width=width, color=color),
        after=after,
        result={
            "verdict": verdict,
            "exit_code": report["exit_code"],
            "counts": counts,
            "schools": report["schools"],
            "next": typed,
            **written,
            "ending": {**block.as_dict(), "language": words.language},
        },
        error=answer if verdict in fail_on else "",
    )
