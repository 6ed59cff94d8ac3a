# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as a table for people, by school and room: French by default, English by choice. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..audit.verdict import STATUSES, count
from ..pages.terminal import plain, rendered

__all__ = ["LABELS", "render_table"]

LABELS: dict[str, dict[str, str]] = {
    "fr": {
        "compliant": "à jour",
        "late": "en retard",
        "ahead": "en avance",
        "older_year_only": "année précédente seule",
        "several": "plusieurs clients",
        "absent": "absent",
        "unreachable": "injoignable",
        "refused": "accès refusé",
        "unknown_release": "version inconnue",
        "station": "Poste",
        "status": "État",
        "found": "Trouvé",
        "reason": "Détail",
        "room": "Salle",
        "server": "serveur",
        "stale": "dernière version connue, serveur illisible",
        "total": "Total",
        "no_room": "(sans salle)",
        "no_release": "version inconnue",
    },
    "en": {
        **{status: status.replace("_", " ") for status in STATUSES},
        "station": "Station",
        "status": "Status",
        "found": "Found",
        "reason": "Detail",
        "room": "Room",
        "server": "server",
        "stale": "last known release, server unreadable",
        "total": "Total",
        "no_room": "(no room)",
        "no_release": "release unknown",
    },
}

_STYLES = {
    "compliant": "green",
    "late": "red",
    "absent": "red",
    "older_year_only": "red",
    "several": "yellow",
    "ahead": "yellow",
    "unreachable": "magenta",
    "refused": "magenta",
    "unknown_release": "yellow",
}


def _in(language: str, row: Mapping[str, Any], name: str) -> Any:
    """A text of the record in the report's language; records are in English where they have no other."""
    return row.get(f"{name}_{language}") or row.get(name)


def render_table(records: Sequence[Mapping[str, Any]], *, language: str = "fr", width: int = 120, color: bool) -> str:
    """Render the records of the audit; ``width`` in columns. Unknown languages are shown in English."""
    words = LABELS.get(language, LABELS["en"])
    parts: list[RenderableType] = []
    ordered = sorted(records, key=lambda r: (r["school"], r["room"], r["station"]))
    for school, of_school in groupby(ordered, key=lambda r: (r["school"], r["school_name"])):
        rows = list(of_school)
        table = Table(show_header=True, header_style="bold", pad_edge=False, expand=False)
        for column in ("room", "station", "status", "found", "reason"):
            table.add_column(words[column], overflow="fold", no_wrap=column == "status")
        room = None
        for row in rows:
            shown = "" if row["room"] == room else (row["room"] or words["no_room"])
            room = row["room"]
            table.add_row(
                plain(shown),
                plain(row["station"]),
                Text(words[row["status"]], style=_STYLES[row["status"]]),
                plain(_in(language, row, "found") or "-"),
                plain("" if row["status"] == "compliant" else _in(language, row, "reason")),
            )
        parts += [_school_line(school, rows, words), table]
    counts = count(records)
    summary = ", ".join(f"{number} {words[status]}" for status, number in counts.items() if number)
    parts.append(f"{words['total']} : {len(records)} ({summary})" if records else f"{words['total']} : 0")
    return rendered(parts, width=width, color=color)


def _school_line(school: tuple[str, str], rows: list[Mapping[str, Any]], words: Mapping[str, str]) -> Text:
    first = rows[0]
    release = first.get("expected") or words["no_release"]
    stale = f" ({words['stale']})" if first.get("stale") else ""
    name = " ".join(part for part in school if part)
    return plain(f"{name or '-'} : {words['server']} {release}{stale}", "bold")
