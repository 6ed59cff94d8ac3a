# SPDX-License-Identifier: GPL-3.0-or-later
"""The board as a table for a terminal. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from ...module_utils.checks.findings import DONE
from ..pages.terminal import plain, rendered
from ..words.words import Words
from .board import admin_line, done_of_all, empty, school_year, state_label
from .operations import STATES

__all__ = ["render_board"]


def render_board(schools: Sequence[Mapping[str, Any]], *, words: Words, width: int = 120, color: bool) -> str:
    """Render every school's board; ``width`` in columns."""
    parts: list[RenderableType] = [] if schools else [empty(words)]
    for school in schools:
        done = sum(each["state"] == DONE for each in school["operations"])
        name = " ".join(part for part in (school["school"], school["name"]) if part)
        title = f"{name} : {school_year(school['year'], words)}, {done_of_all(done, words)}"
        parts += [plain(title, "bold"), _table(school, words)]
    return rendered(parts, width=width, color=color)


def _table(school: Mapping[str, Any], words: Words) -> Table:
    table = Table(
        words("No."),
        Column(words("Operation"), ratio=3),
        Column(words("State"), no_wrap=True),
        Column(words("Evidence"), ratio=4, overflow="fold"),
        Column(words("What next"), ratio=4, overflow="fold"),
        header_style="bold",
        pad_edge=False,
        show_lines=True,
    )
    for each in school["operations"]:
        proof = [
            # The day of a date is what a board needs.
            " ".join(part for part in (proof["date"][:10], proof["what"], f"[{proof['source']}]") if part)
            for proof in each["evidence"]
        ]
        who = f"{each['responsible']} : {each['next']}" if each["next"] else ""
        lines = [line for line in (who, admin_line(each, words)) if line]
        # Text, not markup: names come from files, servers and people.
        table.add_row(
            str(each["operation"]),
            Text(each["title"]),
            Text(state_label(each, words), style=STATES[each["state"]].style),
            Text("\n").join(map(plain, proof)) if proof else "-",
            Text("\n").join(map(plain, lines)),
        )
    return table
