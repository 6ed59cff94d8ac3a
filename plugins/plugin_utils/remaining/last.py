# SPDX-License-Identifier: GPL-3.0-or-later
"""What was tried last on each station: how the last deployment ended, when, why, and what to do. I/O: the store.

Kept beside the standing, whose words audits change: what a deployment met stays until the next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypedDict

from sqlalchemy import RowMapping, select

from ...module_utils.base.clock import now
from ..store.rows import named
from ..store.schema import last_deployment
from ..store.store import Store, store_exists
from ..store.texts import kept_source
from .next_step import Step, next_step

__all__ = ["LastDeployment", "last_deployments", "last_row"]


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


def last_row(
    row: Mapping[str, Any] | None,
    *,
    wanted: str,
    outcome: str,
    reason: str,
    remedy: str = "",
    kind: str = "",
    code: int | None = None,
) -> dict[str, Any] | None:
    """The columns of how a deployment ended where ``row`` was (None: nothing yet); None where that stands.

    Of one that found nothing to do, the day on which the same was brought stands. Of one that was held back nothing was
    tried: what the station failed for itself stands.
    """
    if row is not None and row["wanted"] == wanted and (outcome, row["outcome"]) in {("done", "done"), _HELD_SINCE}:
        return None
    told = {"at": now(), "wanted": wanted, "outcome": outcome, "kind": kind, "code": code}
    texts = {"reason": str(reason), "remedy": str(remedy)}
    return told | texts | {"reason_source": kept_source(reason), "remedy_source": kept_source(remedy)}


_HELD_SINCE = ("held", "failed")


def last_deployments(
    path: str | Path | None, product: str, *, stations: Iterable[str] | None = None
) -> Mapping[str, LastDeployment]:
    """By station, of these or of all; none of a store that is not there. Raises StoreError."""
    if not path or not store_exists(path):
        return {}
    with Store(path) as store, store.read() as db:
        of = last_deployment.c
        rows = list(named(db, select(last_deployment).where(of.product == product), of.station, stations))
    return {row["station"]: _last(row) for row in rows}


def _last(row: RowMapping) -> LastDeployment:
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
