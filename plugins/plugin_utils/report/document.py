# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as JSON, for programs. Its schema is docs/audit.schema.json; a change of meaning is a new version. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from ..audit.history import Changes
from ..audit.outcome import Outcome
from ..audit.verdict import count

__all__ = ["SCHEMA", "document", "render_json", "schools"]

SCHEMA = 1


def schools(
    stations: Sequence[Mapping[str, Any]], releases: Mapping[str, tuple[str, str]]
) -> list[tuple[dict[str, Any], list[Mapping[str, Any]]]]:
    """Each school with its stations, in order. ``release`` is what this run compared with, if it looked at the school.

    ``releases`` is what the history knows of each server: the release, and when it was first seen.
    """
    ordered = sorted(stations, key=lambda s: (str(s["school"]), str(s["room"]), str(s["station"])))
    found = []
    for school, of_school in groupby(ordered, key=lambda s: str(s["school"])):
        rows = list(of_school)
        # A station that this run looked at speaks before one that was looked at last week.
        says = max(rows, key=lambda row: (row["audited"], row["expected"] is not None, str(row["at"])))
        known, first_seen = releases.get(school, ("", ""))
        about = {
            "school": school,
            "name": next((str(row["school_name"]) for row in rows if row["school_name"]), ""),
            "release": says["expected"],
            "release_since": first_seen if first_seen and known == says["expected"] else None,
            "pinned": bool(says.get("pinned")),
            "stale": bool(says.get("stale")),
            "server_error": str(says.get("server_error") or ""),
            "counts": count(rows),
        }
        found.append((about, rows))
    return found


def document(
    stations: Sequence[Mapping[str, Any]],
    *,
    at: str,
    outcome: Outcome,
    changes: Changes | None = None,
    releases: Mapping[str, tuple[str, str]] | None = None,
    product: str = "pronote_client",
) -> dict[str, Any]:
    """The whole report as plain data."""
    run = [row for row in stations if row["audited"]]
    return {
        "schema": SCHEMA,
        "product": product,
        "at": at,
        "limited": len(run) < len(stations),
        **outcome.as_dict(),
        "counts": count(stations),
        "run": {"stations": len(run), "counts": count(run)},
        "schools": [about for about, _ in schools(stations, releases or {})],
        "changes": None if changes is None else changes.as_dict(),
        "stations": list(stations),
    }


def render_json(report: Mapping[str, Any]) -> str:
    """As text: one line for each key, so that a diff of two reports is short."""
    return json.dumps(report, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
