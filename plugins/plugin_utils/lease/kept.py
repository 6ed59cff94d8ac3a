# SPDX-License-Identifier: GPL-3.0-or-later
"""Leases in the store. Transactions that write come one after another, so that of two runs one finds the other's.

I/O: the store.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import Connection, delete, select

from ...module_utils.base.times import iso
from ..store import schema
from ..store.rows import put
from ..store.store import Store
from .decide import Lease, Run, claim, due, lease_of

__all__ = ["holders", "release", "renew", "take"]

Alive = Callable[[Run], bool]


def take(
    store: Store, schools: Iterable[str], run: Run, *, now: dt.datetime, seconds: float, alive: Alive
) -> dict[str, Lease]:
    """Take each school that is free; returns who has the others, by school. Raises StoreError."""
    with store.write() as db:
        held = _held(db)
        left: dict[str, Lease] = {}
        for school in schools:
            there = held.get(school)
            match claim(there, run, now=now, alive=there is None or alive(there)):
                case "leave" if there is not None:
                    left[school] = there
                case "take":
                    _write(db, lease_of(school, run, now=now, seconds=seconds))
        renew(db, run.run, now=now)
        return left


def holders(store: Store, schools: Iterable[str], run: Run, *, now: dt.datetime, alive: Alive) -> dict[str, Lease]:
    """Who has these schools, of those that ``take`` would leave; nothing is taken. Raises StoreError."""
    with store.read() as db:
        held = _held(db)
    found = {school: held[school] for school in schools if school in held}
    return {s: each for s, each in found.items() if claim(each, run, now=now, alive=alive(each)) == "leave"}


def renew(db: Connection, run: str, *, now: dt.datetime) -> None:
    """Make all leases of a run longer, in somebody's transaction; most often none is due, and nothing is written."""
    for lease in [each for each in _held(db, run).values() if due(each, now=now)]:
        _write(db, replace(lease, expires=iso(now + dt.timedelta(seconds=lease.seconds))))


def release(store: Store, run: str) -> None:
    """Give all schools of a run back. Raises StoreError."""
    with store.read() as db:
        if not _held(db, run):
            return
    with store.write() as db:
        db.execute(delete(schema.lease).where(schema.lease.c.run == run))


def _held(db: Connection, run: str = "") -> dict[str, Lease]:
    every = select(schema.lease)
    rows = db.execute(every.where(schema.lease.c.run == run) if run else every).mappings()
    return {row["school"]: Lease(**row) for row in rows}


def _write(db: Connection, lease: Lease) -> None:
    put(db, schema.lease, [lease.as_dict()])
