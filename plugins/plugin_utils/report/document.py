# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as JSON, for programs. Its schema is docs/audit.schema.json; a change of meaning is a new version. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..audit.history import Changes
from ..audit.outcome import AuditOutcome
from ..audit.record import ShownRecord, by_school, count
from ..words.words import Words

__all__ = ["SCHEMA", "document", "render_json"]

SCHEMA = 2

_TEXTS = ("found", "reason", "remedy")


def _schools(stations: Sequence[ShownRecord], releases: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """What is said of each school. ``release`` is what this run compared with, if it looked at the school.

    ``releases`` is what the history knows of each server: the release, and when it was first seen.
    """
    found = []
    for school, rows in by_school(stations).items():
        # A station that this run looked at speaks before one that was looked at last week.
        says = max(rows, key=lambda row: (row["audited"], row["expected"] is not None, row["at"]))
        known, first_seen = releases.get(school, ("", ""))
        found.append(
            {
                "school": school,
                "name": next((row["school_name"] for row in rows if row["school_name"]), ""),
                "release": says["expected"],
                "release_since": first_seen if first_seen and known == says["expected"] else None,
                "pinned": says["pinned"],
                "stale": says["stale"],
                "server_error": says["server_error"],
                "counts": count(rows),
            }
        )
    return found


def document(
    stations: Sequence[ShownRecord],
    *,
    at: str,
    outcome: AuditOutcome,
    changes: Changes | None = None,
    releases: Mapping[str, tuple[str, str]] | None = None,
    product: str = "pronote_client",
    history_problem: str = "",
    french: Words,
) -> dict[str, Any]:
    """The whole report as plain data, its texts in English and, as ``…_fr``, in French.

    ``history_problem``: why the store could not be used.
    """
    run = [row for row in stations if row["audited"]]
    return {
        "schema": SCHEMA,
        "product": product,
        "at": at,
        "limited": len(run) < len(stations),
        **outcome.as_dict(),
        "gaps_fr": [french.of(gap) for gap in outcome.gaps],
        "counts": count(stations),
        "run": {"stations": len(run), "counts": count(run)},
        "schools": _schools(stations, releases or {}),
        "history_problem": str(history_problem),
        "history_problem_fr": french.of(history_problem),
        "changes": None if changes is None else changes.as_dict(),
        "stations": [_in_both(row, french) for row in stations],
    }


def _in_both(row: ShownRecord, french: Words) -> dict[str, Any]:
    told = {name: each for name, each in row.items() if not name.endswith("_source")}
    return {**told, **{f"{name}_fr": told[name] and french.field(row, name) for name in _TEXTS}}


def render_json(report: Mapping[str, Any]) -> str:
    """As text: one line for each key, so that a diff of two reports is short."""
    return json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
