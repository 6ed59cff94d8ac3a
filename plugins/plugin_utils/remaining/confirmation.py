# SPDX-License-Identifier: GPL-3.0-or-later
"""What the store knows of frozen stations: what was brought to each, and has not outlived a start. I/O: the store."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Connection, delete, select

from ..station.frozen import Unconfirmed
from ..store import schema
from ..store.errors import StoreError
from ..store.rows import put
from ..store.store import Store, store_exists

__all__ = ["forget", "keep", "unconfirmed"]

_COLUMNS = schema.unconfirmed.c


def unconfirmed(path: str | None, station: str, product: str) -> Unconfirmed | None:
    """What is not confirmed yet on a station; None also for a store that is not there, or cannot be read.

    Whoever writes to it says so (``memory.py``); reading makes no file, for dry runs leave nothing behind.
    """
    if not path or not store_exists(path):
        return None
    try:
        with Store(path) as store, store.read() as db:
            return _kept(db, station, product)
    except StoreError:
        return None


def _kept(db: Connection, station: str, product: str) -> Unconfirmed | None:
    what = select(_COLUMNS.wanted, _COLUMNS.boot, _COLUMNS.freezer)
    row = db.execute(what.where(*_of(station, product))).mappings().one_or_none()
    return Unconfirmed(**row) if row else None


def keep(db: Connection, station: str, product: str, what: Unconfirmed) -> None:
    """Remember what was brought to a frozen station, under the boot that it shows now.

    Under one that could not be read, what is kept of the same stands.
    """
    kept = _kept(db, station, product)
    if kept is not None and kept.wanted == what.wanted and not what.boot:
        return
    row = {"station": station, "product": product, "wanted": what.wanted, "boot": what.boot, "freezer": what.freezer}
    put(db, schema.unconfirmed, [row])


def forget(db: Connection, stations: Collection[str], product: str) -> None:
    """What was brought to these has stayed, or is wanted no more."""
    if stations:
        db.execute(delete(schema.unconfirmed).where(_COLUMNS.station.in_(stations), _COLUMNS.product == product))


def _of(station: str, product: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _COLUMNS.station == station, _COLUMNS.product == product
