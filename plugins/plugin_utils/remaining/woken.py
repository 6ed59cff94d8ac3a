# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stations this controller has woken, and has not given back since. I/O: the store and files."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update

from ...module_utils.base.clock import now
from ...module_utils.base.message import Message, message_of
from ..store.errors import StoreError
from ..store.rows import add
from ..store.schema import station
from ..store.store import Store, store_exists

__all__ = ["mark_woken", "woken_stations"]


def mark_woken(path: str, names: Iterable[str], *, woken: bool) -> list[str]:
    """Remember, or forget, that these stations were woken: one transaction. Returns warnings."""
    wanted = sorted(set(names))
    if not path or not wanted:
        return []
    try:
        with Store(path) as store, store.write() as db:
            add(db, station, [{"name": name} for name in wanted])
            moment = now() if woken else None
            for name in wanted:
                db.execute(update(station).where(station.c.name == name).values(woken=moment))
    except StoreError as exc:
        return [Message("{error} Stations that were woken will not be switched off again.", error=message_of(exc))]
    return []


def woken_stations(path: str) -> frozenset[str]:
    """Those that this controller woke and has not given back since; none of a store that cannot be read."""
    if not store_exists(path):
        return frozenset()
    try:
        with Store(path) as store, store.read() as db:
            return frozenset(db.execute(select(station.c.name).where(station.c.woken.is_not(None))).scalars())
    except StoreError:
        return frozenset()
