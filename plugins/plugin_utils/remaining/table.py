# SPDX-License-Identifier: GPL-3.0-or-later
"""What remains to be done after a run: who, since when, why, and what to do. Rows and their table. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Column, Table

from ...module_utils.base.times import local_minute
from ...module_utils.product.products import PRONOTE_CLIENT, Product
from ..pages.terminal import plain, rendered
from .standing import MAX_FAILURES, Standing

__all__ = ["LABELS", "remaining", "render_remaining"]

LABELS: dict[str, dict[str, str]] = {
    "fr": {
        "title": "Reste à faire : {count} poste(s) sur {all}",
        "nothing": "Reste à faire : rien, les {all} postes sont à jour",
        "school": "Établissement",
        "room": "Salle",
        "station": "Poste",
        "state": "État",
        "since": "Depuis",
        "seen": "Vu le",
        "why": "Pourquoi",
        "todo": "À faire",
        "never": "jamais",
        "untried": "jamais essayé",
        "unreachable": "injoignable",
        "refused": "accès refusé",
        "skipped": "laissé pour plus tard",
        "running": "installation en cours",
        "frozen": "installé, à confirmer après un redémarrage",
        "failed": "échec",
        "late": "en retard",
        "ahead": "en avance",
        "several": "plusieurs clients",
        "unknown": "version inconnue",
        "by_hand": "{failures} échecs de suite, ne sera plus réessayé de lui-même.",
    },
    "en": {
        "title": "Remaining: {count} of {all} station(s)",
        "nothing": "Remaining: nothing, all {all} stations are right",
        "school": "School",
        "room": "Room",
        "station": "Station",
        "state": "State",
        "since": "Since",
        "seen": "Seen",
        "why": "Why",
        "todo": "To do",
        "never": "never",
        "untried": "never tried",
        "unreachable": "unreachable",
        "refused": "access refused",
        "skipped": "left for later",
        "running": "installation under way",
        "frozen": "installed, to confirm after a restart",
        "failed": "failed",
        "late": "late",
        "ahead": "ahead",
        "several": "several clients",
        "unknown": "release unknown",
        "by_hand": "{failures} failures in a row, not tried again by itself.",
    },
}


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
            {
                "station": name,
                "school": known.get("school", ""),
                "room": known.get("room", ""),
                "state": _state(standing),
                "since": standing.since,
                "last_seen": known.get("last_seen"),
                "last_tried": known.get("last_tried"),
                "reason": standing.reason,
                "reason_fr": standing.reason_fr or standing.reason,
                "remedy": standing.remedy,
                "failures": standing.failures,
                "given_up": standing.given_up,
            }
        )
    return sorted(rows, key=lambda r: (str(r["school"]), str(r["room"]), str(r["station"])))


def _state(standing: Standing) -> str:
    if standing.found in {"ahead", "several"}:
        return standing.found
    if standing.outcome not in {"", "done"}:
        return standing.outcome
    return standing.found or "untried"


def _day(moment: str | None, words: Mapping[str, str]) -> str:
    """In the controller's own time zone: the store's is UTC."""
    return local_minute(moment) if moment else words["never"]


def render_remaining(
    rows: Sequence[Mapping[str, Any]],
    *,
    total: int,
    language: str,
    width: int,
    color: bool,
    product: Product = PRONOTE_CLIENT,
) -> str:
    """The table, or one line when nothing remains. Any other product than the client is named."""
    words = LABELS.get(language, LABELS["en"])
    head = "" if product is PRONOTE_CLIENT else f"{product.title} - "
    if not rows:
        return head + words["nothing"].format(all=total) + "\n"
    columns = ("school", "room", "station", "state", "since", "seen", "why", "todo")
    heads = [Column(words[name], overflow="fold", no_wrap=name in {"since", "seen"}) for name in columns]
    table = Table(*heads, header_style="bold", pad_edge=False)
    for row in rows:
        todo = row["remedy"]
        if row["failures"] >= MAX_FAILURES:
            todo = f"{words['by_hand'].format(failures=row['failures'])} {todo}"
        table.add_row(
            plain(row["school"]),
            plain(row["room"]),
            plain(row["station"]),
            words[row["state"]],
            _day(row["since"], words) if row["since"] else "-",
            _day(row["last_seen"], words),
            plain(row["reason_fr" if language == "fr" else "reason"]),
            plain(todo),
        )
    title = plain(head + words["title"].format(count=len(rows), all=total), "bold")
    return rendered([title, table], width=width, color=color) + "\n"
