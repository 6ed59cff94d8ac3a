# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as JSON, for programs. Its schema is docs/audit.schema.json; a change of meaning is a new version. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..audit.history import Changes
from ..audit.outcome import AuditOutcome
from ..audit.record import ShownRecord, by_school, count
from ..words.words import Words
from .labels import LAST

__all__ = ["SCHEMA", "document"]

SCHEMA = 4

_TEXTS = ("found", "reason", "remedy")


def _schools(stations: Sequence[ShownRecord], releases: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """What is said of each school. ``release`` is what this run compared with, if it looked at the school.

    ``releases`` is what the history knows of each server: the release, and when it was first seen.
    """
    found = []
    for school, rows in by_school(stations).items():
        # A station that this run looked at speaks before one that was looked at last week.
        says = max(rows, key=lambda row: (row["audited"], row["expected"] is not None, row["at"] or ""))
        known, first_seen = releases.get(school, ("", ""))
        found.append(
            {
                "school": school,
                "name": next((row["school_name"] for row in rows if row["school_name"]), ""),
                "release": says["expected"],
                "release_read": says.get("expected_at"),
                "release_since": first_seen if first_seen and known == says["expected"] else None,
                "pinned": says["pinned"],
                "stale": says["stale"],
                "server_error": says["server_error"],
                "counts": count(rows),
                "last": {
                    outcome: sum((row.get("last") or {}).get("outcome") == outcome for row in rows) for outcome in LAST
                },
            }
        )
    return found


def document(
    stations: Sequence[ShownRecord],
    *,
    at: str,
    outcome: AuditOutcome,
    run: AuditOutcome | None = None,
    changes: Changes | None = None,
    releases: Mapping[str, tuple[str, str]] | None = None,
    product: str = "pronote_client",
    history_problem: str = "",
    french: Words,
) -> dict[str, Any]:
    """The whole report as plain data, its texts in English and, as ``…_fr``, in French.

    ``outcome``: of all these stations; ``run``: of those that this run looked at, when these are not all.
    ``history_problem``: why the store could not be used.
    """
    audited = [row for row in stations if row["audited"]]
    of_run = outcome if run is None else run
    return {
        "schema": SCHEMA,
        "product": product,
        "at": at,
        "limited": len(audited) < len(stations),
        "verdict": outcome.verdict,
        "complete": outcome.complete,
        "gaps": [str(gap) for gap in outcome.gaps],
        "gaps_fr": [french.of(gap) for gap in outcome.gaps],
        "oldest": min((row["at"] for row in stations if row["at"]), default=at),
        "failing": of_run.failing,
        "exit_code": of_run.exit_code,
        "counts": count(stations),
        "run": {
            "stations": len(audited),
            "counts": count(audited),
            "verdict": of_run.verdict,
            "complete": of_run.complete,
            "gaps": [str(gap) for gap in of_run.gaps],
            "gaps_fr": [french.of(gap) for gap in of_run.gaps],
        },
        "schools": _schools(stations, releases or {}),
        "history_problem": str(history_problem),
        "history_problem_fr": french.of(history_problem),
        "changes": None if changes is None else changes.as_dict(),
        "stations": [_in_both(row, french) for row in stations],
    }


def _in_both(row: ShownRecord, french: Words) -> dict[str, Any]:
    last = row.get("last")
    return {**_told(row, _TEXTS, french), "last": last and _told(last, ("reason", "remedy"), french)}


def _told(data: Mapping[str, Any], texts: Sequence[str], french: Words) -> dict[str, Any]:
    told = {name: each for name, each in data.items() if not name.endswith("_source")}
    return {**told, **{f"{name}_fr": told[name] and french.field(data, name) for name in texts}}
