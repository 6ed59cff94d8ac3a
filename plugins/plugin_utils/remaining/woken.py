# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stations this controller has woken, and has not given back since. I/O: the store and files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...module_utils.base.clock import now
from ...module_utils.base.message import Message, message_of
from ..store.store import Store, StoreError

__all__ = ["mark_woken", "woken_stations"]


def mark_woken(path: str, names: Iterable[str], *, woken: bool) -> list[str]:
    """Remember, or forget, that these stations were woken: one transaction. Returns warnings."""
    rows = [(now() if woken else None, name) for name in names]
    if not path or not rows:
        return []
    try:
        with Store(Path(path)) as store, store.write() as db:
            db.executemany("insert into station (name) values (?) on conflict do nothing", [(n,) for _, n in rows])
            db.executemany("update station set woken = ? where name = ?", rows)
    except StoreError as exc:
        return [Message("{error} Stations that were woken will not be switched off again.", error=message_of(exc))]
    return []


def woken_stations(path: str) -> frozenset[str]:
    """Those that this controller woke and has not given back since; none of a store that cannot be read."""
    if not path or not Path(path).expanduser().exists():
        return frozenset()
    try:
        with Store(Path(path)) as store, store.read() as db:
            return frozenset(row["name"] for row in db.execute("select name from station where woken is not null"))
    except StoreError:
        return frozenset()
