# SPDX-License-Identifier: GPL-3.0-or-later
"""What was told, and by which way, in the store. Raises StoreError."""

from __future__ import annotations

import json

from ...module_utils.base.clock import now
from ..store.store import Store
from .decide import Told

__all__ = ["read_told", "save_told"]


def read_told(store: Store, *, product: str, channel: str) -> Told | None:
    """What this way last told of a product; None when it never did."""
    with store.read() as db:
        row = db.execute("select told from alert where product = ? and channel = ?", (product, channel)).fetchone()
    return Told(**json.loads(row["told"])) if row is not None else None


def save_told(store: Store, told: Told, *, product: str, channel: str) -> None:
    with store.write() as db:
        db.execute(
            "insert or replace into alert (product, channel, at, told) values (?, ?, ?, ?)",
            (product, channel, now(), json.dumps(told.as_dict())),
        )
