# SPDX-License-Identifier: GPL-3.0-or-later
"""A store brought to another place, of either engine, and a database made ready for one. I/O: the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, Table, func, insert, select, text

from ...module_utils.base.message import Message
from .schema import attestation, metadata
from .store import Store, store_exists

__all__ = ["copy_store", "counted", "grant", "prepare_store"]

_AT_ONCE: Final = 1000


def counted(address: str) -> dict[str, int]:
    """How many rows of each table a store has; none of one that is not there. Raises StoreError."""
    if not store_exists(address):
        return {}
    with Store(address) as store, store.read() as db:
        return _rows(db)


def _rows(db: Connection) -> dict[str, int]:
    return {
        table.name: int(db.execute(select(func.count()).select_from(table)).scalar_one())
        for table in metadata.sorted_tables
    }


def prepare_store(address: str, *, user: str = "") -> None:
    """Make the tables, or bring them to this release's, and give ``user`` what runs need. Raises StoreError."""
    with Store(address) as store:
        if user:
            with store.write() as db:
                grant(db, user)


def grant(db: Connection, user: str) -> None:
    """What runs need, and no more: neither tables of its own, nor a change of what people attested."""
    if db.dialect.name != "postgresql":
        return
    quoted = db.dialect.identifier_preparer.quote(user)
    for table in metadata.sorted_tables:
        rights = "select, insert" if table is attestation else "select, insert, update, delete"
        db.execute(text(f"grant {rights} on {table.name} to {quoted}"))
        for column in table.primary_key:
            if table.autoincrement_column is column:
                db.execute(text(f"grant usage on sequence {table.name}_{column.name}_seq to {quoted}"))
    db.execute(text(f"grant select on store_version to {quoted}"))


def copy_store(source: str, target: str) -> Mapping[str, int]:
    """Copy every row into a store that has none; how many of each table. Raises StoreError, ValueError."""
    if source == target:
        raise ValueError(Message("both are the same store"))
    if not store_exists(source):
        raise ValueError(Message("there is no store {store}", store=source))
    with Store(source) as old, Store(target) as new, old.read() as read, new.write() as written:
        if any(_rows(written).values()):
            raise ValueError(
                Message(
                    "the store {store} is not empty: copy into one that no run has used, or use it as it is",
                    store=target,
                )
            )
        for table in metadata.sorted_tables:
            _copy(read, written, table)
        before, after = _rows(read), _rows(written)
        if before != after:
            raise ValueError(Message("the copy has other rows than the store: nothing of it was kept"))
        return after


def _copy(read: Connection, written: Connection, table: Table) -> None:
    found = read.execute(select(table).order_by(*table.primary_key)).mappings()
    for rows in found.partitions(_AT_ONCE):
        written.execute(insert(table), [dict(row) for row in rows])
    number = table.autoincrement_column
    if number is not None and written.dialect.name == "postgresql":
        # What the server numbers by itself goes on behind what was copied.
        newest = select(func.coalesce(func.max(number), 0) + 1).scalar_subquery()
        named = func.pg_get_serial_sequence(table.name, number.name)
        written.execute(select(func.setval(named, newest, False)))
