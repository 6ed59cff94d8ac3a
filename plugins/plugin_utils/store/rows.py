# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that SQLAlchemy writes another way for each engine. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["add", "named", "put"]

_AT_ONCE: Final = 500
"""Names in a statement: an engine takes so many values only."""


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


def named(
    db: Connection, statement: Select[Any], column: ColumnElement[str], names: Iterable[str] | None
) -> Iterator[RowMapping]:
    """The rows that have one of these names in a column, however many; those of one name together. None: every row."""
    if names is None:
        yield from db.execute(statement).mappings()
        return
    every = sorted(set(names))
    for first in range(0, len(every), _AT_ONCE):
        yield from db.execute(statement.where(column.in_(every[first : first + _AT_ONCE]))).mappings()
