# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains to be done after a run: who, since when, why, and what to do. Rows and their table. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Column, Table

from ...module_utils.base.message import Message, with_sources
from ...module_utils.base.times import local_minute
from ...module_utils.product.products import PRONOTE_CLIENT, Product
from ..pages.terminal import plain, rendered
from ..words.words import Words
from .standing import MAX_FAILURES, Standing

__all__ = ["STATES", "remaining", "render_remaining"]

STATES = {
    "untried": Message("never tried"),
    "unreachable": Message("unreachable"),
    "refused": Message("access refused"),
    "skipped": Message("left for later"),
    "held": Message("held back"),
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
    table = Table(
        Column(words("School"), overflow="fold"),
        Column(words("Room"), overflow="fold"),
        Column(words("Station"), overflow="fold"),
        Column(words("State"), overflow="fold"),
        Column(words("Since"), no_wrap=True),
        Column(words("Seen"), no_wrap=True),
        Column(words("Why"), overflow="fold"),
        Column(words("To do"), overflow="fold"),
        header_style="bold",
        pad_edge=False,
    )
    for row in rows:
        todo = words.field(row, "remedy")
        if row["failures"] >= MAX_FAILURES:
            todo = f"{_by_hand(row['failures'], words)} {todo}"
        table.add_row(
            plain(row["school"]),
            plain(row["room"]),
            plain(row["station"]),
            words.of(STATES[row["state"]]),
            _day(row["since"], words) if row["since"] else "-",
            _day(row["last_seen"], words),
            plain(words.field(row, "reason")),
            plain(todo),
        )
    title = plain(head + _title(len(rows), total, words), "bold")
    return rendered([title, table], width=width, color=color) + "\n"


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
