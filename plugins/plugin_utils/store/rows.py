# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that SQLAlchemy writes another way for each engine. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["add", "put"]


def _insert(db: Connection, table: Table) -> Any:
    return {"sqlite": sqlite, "postgresql": postgresql}[db.dialect.name].insert(table)


def add(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows whose key is not there yet, and leave the others as they are."""
    if rows:
        db.execute(_insert(db, table).on_conflict_do_nothing(), list(rows))


def put(db: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns, or write those columns of what is there under the same key."""
    if not rows:
        return
    statement = _insert(db, table)
    keys = [column.name for column in table.primary_key]
    written = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    # In one order whoever writes: two that write the same rows never wait for each other.
    db.execute(statement.on_conflict_do_update(index_elements=keys, set_=written), list(rows))
