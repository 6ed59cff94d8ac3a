# SPDX-License-Identifier: GPL-3.0-or-later
"""The statuses of an audited station, and what follows from each: one table, which everything else reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ...module_utils.base.message import Message

__all__ = ["FAULTY", "JUDGED", "NEVER_READ", "SILENT", "STATUSES", "UNKNOWN", "UNREAD", "Status", "shares"]


@dataclass(frozen=True, kw_only=True)
class Status:
    """One status.

    ``group``: right, wrong (read, and not as its server wants it), silent (it could not be asked), unknown (it was,
    or its server was, to no avail) or unread (no audit has asked it). ``mark``: its sign, for a report printed in black
    or read by one who cannot tell red from green. ``style``: its colour on a terminal. ``found``: what it says of the
    station, in the words of remaining/standing.py; None when it was not seen. ``todo``: what there is to do, by the
    kinds of report/todo.py. ``junit``: the element of a test case that is no success.
    """

    group: Literal["right", "wrong", "silent", "unknown", "unread"]
    mark: str
    style: str
    label: Message
    found: str | None = None
    todo: str = ""
    junit: str = ""


def _wrong(*, mark: str, style: str, label: Message, found: str, todo: str) -> Status:
    return Status(group="wrong", mark=mark, style=style, label=label, found=found, todo=todo, junit="failure")


STATUSES: dict[str, Status] = {
    "compliant": Status(group="right", mark="✓", style="green", label=Message("up to date"), found="right"),
    "late": _wrong(mark="↓", style="red", label=Message("late"), found="late", todo="deploy"),
    "ahead": _wrong(mark="↑", style="yellow", label=Message("ahead"), found="ahead", todo="ahead"),
    "older_year_only": _wrong(mark="N−1", style="red", label=Message("older year only"), found="late", todo="deploy"),
    "several": _wrong(mark="×2", style="yellow", label=Message("several clients"), found="several", todo="several"),
    "absent": _wrong(mark="∅", style="red", label=Message("absent"), found="late", todo="deploy"),
    "unreachable": Status(
        group="silent",
        mark="…",
        style="magenta",
        label=Message("unreachable"),
        todo="unreachable",
        junit="skipped",
    ),
    "refused": Status(
        group="silent", mark="!", style="magenta", label=Message("access refused"), todo="refused", junit="error"
    ),
    "frozen": Status(
        group="unknown",
        mark="❄",
        style="cyan",
        label=Message("installed, to confirm after a restart"),
        found="right",
        todo="frozen",
        junit="skipped",
    ),
    "unknown_release": Status(
        group="unknown",
        mark="?",
        style="yellow",
        label=Message("unknown release"),
        found="unknown",
        todo="unknown_release",
        junit="error",
    ),
    "unread": Status(
        group="unread", mark="–", style="magenta", label=Message("never read"), todo="unread", junit="skipped"
    ),
}
"""Every status, in the order in which reports show them."""


def _of(*groups: str) -> tuple[str, ...]:
    return tuple(name for name, status in STATUSES.items() if status.group in groups)


FAULTY = _of("wrong")
"""Statuses of stations that were read and are not as their server wants them."""

SILENT = _of("silent")
"""Statuses of stations that could not be asked."""

UNKNOWN = _of("unknown")

UNREAD = _of("unread")
"""Statuses that no audit gives: of stations of the inventory that no audit has looked at, in the picture of all."""

NEVER_READ = Message.plural(
    "{n} station of the inventory was never read.", "{n} stations of the inventory were never read."
)

JUDGED = _of("right", "wrong")
"""Statuses that say something about the client of a station."""


def shares(counts: Mapping[str, int]) -> tuple[int, int, int]:
    """Of stations by status: how many are right, how many wrong, and how many of the others there are."""
    right, wrong = counts.get("compliant", 0), sum(counts.get(status, 0) for status in FAULTY)
    return right, wrong, sum(counts.values()) - right - wrong
