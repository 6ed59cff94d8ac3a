# SPDX-License-Identifier: GPL-3.0-or-later
"""What the store knows of frozen stations: what was brought to each, and has not outlived a start. I/O: the store."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ..station.frozen import Unconfirmed
from ..store.store import Store, StoreError

__all__ = ["forget", "keep", "unconfirmed"]


def unconfirmed(path: str | None, station: str, product: str) -> Unconfirmed | None:
    """What is not confirmed yet on a station; None also for a store that is not there, or cannot be read.

    Whoever writes to it says so (``memory.py``); reading makes no file, for dry runs leave nothing behind.
    """
    if not path or not Path(path).expanduser().exists():
        return None
    try:
        with Store(Path(path)) as store, store.read() as db:
            return _kept(db, station, product)
    except StoreError:
        return None


def _kept(db: sqlite3.Connection, station: str, product: str) -> Unconfirmed | None:
    row = db.execute(
        "select wanted, boot, freezer from unconfirmed where station = ? and product = ?", (station, product)
    ).fetchone()
    return Unconfirmed(**dict(row)) if row else None


def keep(db: sqlite3.Connection, station: str, product: str, what: Unconfirmed) -> None:
    """Remember what was brought to a frozen station, under the boot that it shows now.

    Under one that could not be read, what is kept of the same stands.
    """
    kept = _kept(db, station, product)
    if kept is not None and kept.wanted == what.wanted and not what.boot:
        return
    db.execute(
        "insert or replace into unconfirmed (station, product, wanted, boot, freezer) values (?, ?, ?, ?, ?)",
        (station, product, what.wanted, what.boot, what.freezer),
    )


def forget(db: sqlite3.Connection, station: str, product: str) -> None:
    """It has stayed, or is wanted no more."""
    db.execute("delete from unconfirmed where station = ? and product = ?", (station, product))
