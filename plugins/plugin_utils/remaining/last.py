# SPDX-License-Identifier: GPL-3.0-or-later
"""What was tried last on each station: how the last deployment ended, when, why, and what to do. I/O: the store.

Kept beside the standing, whose words audits change: what a deployment met stays until the next one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from ...module_utils.base.clock import now
from ..store.store import Store
from ..store.texts import kept_source
from .next_step import Step, next_step

__all__ = ["LastDeployment", "keep_last", "last_deployments"]


class LastDeployment(TypedDict):
    """``outcome`` in the words of standing.py; ``code``: what the setup ended with. Texts have their source beside
    them (``base/message.py``)."""

    at: str
    wanted: str
    outcome: str
    kind: str
    code: int | None
    reason: str
    reason_source: dict[str, Any] | None
    remedy: str
    remedy_source: dict[str, Any] | None
    next: Step


def keep_last(
    db: sqlite3.Connection,
    station: str,
    product: str,
    *,
    wanted: str,
    outcome: str,
    reason: str,
    remedy: str = "",
    kind: str = "",
    code: int | None = None,
) -> None:
    """Keep how a deployment ended. Raises sqlite3's errors.

    Of one that found nothing to do, the day on which the same was brought stands. Of one that was held back nothing was
    tried: what the station failed for itself stands.
    """
    row = db.execute(
        "select wanted, outcome from last_deployment where station = ? and product = ?", (station, product)
    ).fetchone()
    if row is not None and row["wanted"] == wanted and (outcome, row["outcome"]) in {("done", "done"), _HELD_SINCE}:
        return
    db.execute(
        "insert or replace into last_deployment (station, product, at, wanted, outcome, kind, code, reason,"
        " reason_source, remedy, remedy_source) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(station, product, now(), wanted, outcome, kind, code),
            *(str(reason), kept_source(reason), str(remedy), kept_source(remedy)),
        ),
    )


_HELD_SINCE = ("held", "failed")


def last_deployments(path: str | Path | None, product: str) -> Mapping[str, LastDeployment]:
    """By station; none of a store that is not there. Raises StoreError."""
    if not path or not Path(path).expanduser().exists():
        return {}
    with Store(Path(path)) as store, store.read() as db:
        rows = db.execute("select * from last_deployment where product = ?", (product,)).fetchall()
    return {row["station"]: _last(row) for row in rows}


def _last(row: sqlite3.Row) -> LastDeployment:
    reason_source, remedy_source = (json.loads(row[name] or "null") for name in ("reason_source", "remedy_source"))
    return {
        "at": row["at"],
        "wanted": row["wanted"],
        "outcome": row["outcome"],
        "kind": row["kind"],
        "code": row["code"],
        "reason": row["reason"],
        "reason_source": reason_source,
        "remedy": row["remedy"],
        "remedy_source": remedy_source,
        "next": next_step(row["outcome"], reason_source, remedy_source),
    }
