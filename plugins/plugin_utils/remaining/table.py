# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains to be done after a run: who, since when, why, and what to do. Rows and their table. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from ...module_utils.base.message import Message, with_sources
from ...module_utils.base.text import printable_line
from ...module_utils.base.times import local_minute
from ...module_utils.product.products import PRONOTE_CLIENT, Product
from ..pages.terminal import laid_out, plain
from ..words.words import Words
from .standing import MAX_FAILURES, Standing

__all__ = ["STATES", "remaining", "render_remaining"]

STATES = {
    "untried": Message("never tried"),
    "unreachable": Message("unreachable"),
    "refused": Message("access refused"),
    "skipped": Message("left for later"),
    "held": Message("held back"),
    "armed": Message("to be installed at the next start"),
    "running": Message("installation under way"),
    "frozen": Message("installed, to confirm after a restart"),
    "failed": Message("failed"),
    "late": Message("late"),
    "ahead": Message("ahead"),
    "several": Message("several clients"),
    "unknown": Message("unknown release"),
}
"""In words, by ``found`` and ``outcome`` of standing.py."""


def remaining(stations: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    """The stations of ``names`` that are not right, sorted by school, room and name.

    ``stations`` is what the store holds (``memory.standings``), with ``school`` and ``room`` of the inventory.
    """
    rows = []
    for name in names:
        known = stations.get(name, {})
        standing: Standing = known.get("standing") or Standing()
        if standing.right:
            continue
        rows.append(
            with_sources(
                {
                    "station": name,
                    "school": known.get("school", ""),
                    "room": known.get("room", ""),
                    "state": _state(standing),
                    "since": standing.since,
                    "last_seen": known.get("last_seen"),
                    "last_tried": known.get("last_tried"),
                    "reason": standing.reason,
                    "remedy": standing.remedy,
                    "failures": standing.failures,
                    "given_up": standing.given_up,
                    **({"reason_fr": standing.reason_fr} if standing.reason_fr else {}),
                }
            )
        )
    return sorted(rows, key=lambda r: (str(r["school"]), str(r["room"]), str(r["station"])))


def _state(standing: Standing) -> str:
    if standing.found in {"ahead", "several"}:
        return standing.found
    if standing.outcome not in {"", "done"}:
        return standing.outcome
    return standing.found or "untried"


def _day(moment: str | None, words: Words) -> str:
    """In the controller's own time zone: the store's is UTC."""
    return local_minute(moment) if moment else words("never")


def render_remaining(
    rows: Sequence[Mapping[str, Any]],
    *,
    total: int,
    words: Words,
    width: int,
    color: bool,
    product: Product = PRONOTE_CLIENT,
) -> str:
    """The table, or one line when nothing remains. Any other product than the client is named."""
    head = "" if product is PRONOTE_CLIENT else f"{product.title} - "
    if not rows:
        return head + _nothing(total, words) + "\n"
    title = plain(head + _title(len(rows), total, words), "bold")
    shown = [_Row.of(row, words) for row in rows]
    heads = (words("Station"), words("State"), words("Since"))
    wide = [max(len(each) for each in column) for column in zip(heads, *(row.cells for row in shown), strict=True)]
    todo = words("To do") if _beside(wide, width) else ""
    lines = [title, plain(_cells(heads, wide) + todo, "bold")]
    place = ""
    for row in shown:
        if row.place != place:
            place = row.place
            lines.append(plain(place, "bold"))
        lines += row.lines(wide, width)
    return laid_out(lines, color=color) + "\n"


@dataclass(frozen=True)
class _Row:
    """A station: its name is looked for, and its date read at a glance, so that neither is ever broken."""

    place: str
    cells: tuple[str, ...]
    todo: str
    why: str

    @classmethod
    def of(cls, row: Mapping[str, Any], words: Words) -> _Row:
        todo, why = words.field(row, "remedy"), words.field(row, "reason")
        if row["failures"] >= MAX_FAILURES:
            todo = f"{_by_hand(row['failures'], words)} {todo}"
        if row["state"] in _UNSEEN:
            why = " ".join(
                each for each in (why, words("(last seen: {day})", day=_day(row["last_seen"], words))) if each
            )
        since = _day(row["since"], words) if row["since"] else "-"
        place = " ".join(str(each) for each in (row["school"], row["room"]) if each) or words("(no room)")
        state = words.of(STATES[row["state"]])
        return cls(printable_line(place), (printable_line(row["station"]), state, since), todo, why)

    def lines(self, wide: Sequence[int], width: int) -> list[Text]:
        """What to do beside the name where there is room, else below it; then why, in a line of its own."""
        first, indent = _cells(self.cells, wide), " " * _INDENT
        why = _wrapped(self.why, width, first=indent, more=indent) if self.why else []
        if not _beside(wide, width):
            todo = _wrapped(f"→ {self.todo}", width, first=indent, more=f"{indent}  ") if self.todo else []
            return [plain(first.rstrip()), *(plain(line, "dim") for line in why), *map(plain, todo)]
        todo = _wrapped(self.todo, width, first=first, more=" " * len(first))
        return [*map(plain, todo), *(plain(line, "dim") for line in why)]


_UNSEEN = {"unreachable", "refused", "untried"}
_INDENT = 6
_FEWEST = 30
"""Columns that are worth beginning a text in."""


def _cells(cells: Sequence[str], wide: Sequence[int]) -> str:
    return "  " + "".join(f"{cell:<{columns}}  " for cell, columns in zip(cells, wide, strict=True))


def _beside(wide: Sequence[int], width: int) -> bool:
    """Whether there is room for what to do beside the other columns."""
    return width - len(_cells([""] * len(wide), wide)) >= _FEWEST


def _wrapped(text: str, width: int, *, first: str, more: str) -> list[str]:
    lines = textwrap.wrap(
        printable_line(text),
        width,
        initial_indent=first,
        subsequent_indent=more,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines or [first.rstrip()]


def _title(left: int, total: int, words: Words) -> str:
    return words.plural(
        "Remaining: {n} of {total} stations", "Remaining: {n} of {total} stations", left, total=words.number(total)
    )


def _nothing(total: int, words: Words) -> str:
    return words.plural(
        "Remaining: nothing, {n} station is right", "Remaining: nothing, all {n} stations are right", total
    )


def _by_hand(failures: int, words: Words) -> str:
    return words.plural(
        "{n} failure, not tried again by itself.", "{n} failures in a row, not tried again by itself.", failures
    )
