# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as a table for people, by school and room: French by default, English by choice. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from ..audit.record import RecordSummary, by_place, count, said
from ..audit.status import STATUSES
from ..pages.terminal import plain, rendered
from .words import words as report_words

__all__ = ["LABELS", "render_table"]

LABELS: dict[str, dict[str, str]] = {
    "fr": {
        "server": "serveur",
        "stale": "dernière version connue, serveur illisible",
        "total": "Total",
        "no_room": "(sans salle)",
        "no_release": "version inconnue",
    },
    "en": {
        "server": "server",
        "stale": "last known release, server unreadable",
        "total": "Total",
        "no_room": "(no room)",
        "no_release": "release unknown",
    },
}


def render_table(records: Sequence[RecordSummary], *, language: str = "fr", width: int = 120, color: bool) -> str:
    """Render the records of the audit; ``width`` in columns. Unknown languages are shown in English."""
    words = {**report_words(language), **LABELS.get(language, LABELS["en"])}
    parts: list[RenderableType] = []
    for school, of_school in groupby(by_place(records), key=lambda r: (r["school"], r["school_name"])):
        rows = list(of_school)
        columns = ("room", "station", "status", "found", "detail")
        heads = [Column(words[name], overflow="fold", no_wrap=name == "status") for name in columns]
        table = Table(*heads, header_style="bold", pad_edge=False)
        room = None
        for row in rows:
            status = STATUSES[row["status"]]
            shown = "" if row["room"] == room else (row["room"] or words["no_room"])
            room = row["room"]
            table.add_row(
                plain(shown),
                plain(row["station"]),
                Text(status.label(language), style=status.style),
                plain(said(row, "found", language) or "-"),
                plain("" if row["status"] == "compliant" else said(row, "reason", language)),
            )
        parts += [_school_line(school, rows, words), table]
    counts = count(records)
    summary = ", ".join(f"{number} {STATUSES[name].label(language)}" for name, number in counts.items() if number)
    parts.append(f"{words['total']} : {len(records)} ({summary})" if records else f"{words['total']} : 0")
    return rendered(parts, width=width, color=color)


def _school_line(school: tuple[str, str], rows: list[RecordSummary], words: Mapping[str, str]) -> Text:
    release = rows[0]["expected"] or words["no_release"]
    stale = f" ({words['stale']})" if rows[0]["stale"] else ""
    name = " ".join(part for part in school if part)
    return plain(f"{name or '-'} : {words['server']} {release}{stale}", "bold")
