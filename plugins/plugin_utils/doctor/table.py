# SPDX-License-Identifier: GPL-3.0-or-later
"""The examination as a table for a terminal: by school what holds, what does not, what could not be looked at. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Column, Table

from ..pages.terminal import plain, rendered
from ..words.words import Words
from .view import Row, SchoolView

__all__ = ["render_table"]


def render_table(schools: Sequence[SchoolView], *, words: Words, width: int = 120, color: bool) -> str:
    """Every school; ``width`` in columns."""
    parts: list[RenderableType] = []
    for school in schools:
        name = school.name if school.uai in {"", school.name} else f"{school.uai} {school.name}"
        parts.append(plain(name, "bold"))
        if school.holds:
            parts.append(plain(f"✓ {words('Holds: {checks}', checks=school.holds)}", "green"))
        parts += [plain(f"  {_told(row, words)}") for row in school.notes]
        for title, rows, style in (
            (f"✗ {words('Does not hold')}", school.fails, "red"),
            (f"? {words('Could not be looked at')}", school.unknown, "yellow"),
        ):
            if rows:
                parts += [plain(title, style), _table(rows, words)]
        parts += [plain(f"  {room}", "dim") for room in school.rooms]
    return rendered(parts, width=width, color=color)


def _told(row: Row, words: Words) -> str:
    if not row.where:
        return words("{check}: {fact}", check=row.check, fact=row.fact)
    return words("{check} ({stations}): {fact}", check=row.check, stations=row.where, fact=row.fact)


def _table(rows: Sequence[Row], words: Words) -> Table:
    table = Table(
        Column(words("Check"), ratio=2, overflow="fold"),
        Column(words("Stations"), ratio=2, overflow="fold"),
        Column(words("Fact"), ratio=5, overflow="fold"),
        Column(words("What to do"), ratio=5, overflow="fold"),
        header_style="bold",
        pad_edge=False,
        show_lines=True,
    )
    for row in rows:
        table.add_row(plain(row.check), plain(row.where or "-"), plain(row.fact), plain(row.remedy or "-"))
    return table
