"""SQL of tests, the same on both engines of the store: what our own functions write, looked at past them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from sqlalchemy import Connection, Engine, event, text

__all__ = ["rows", "run", "statements"]


def run(db: Connection, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Carry out one statement in a transaction of the store; its rows, if it has any."""
    done = db.execute(text(statement), values)
    return [dict(row) for row in done.mappings()] if done.returns_rows else []


def rows(address: str | Path, query: str, **values: Any) -> list[dict[str, Any]]:
    """What is in a store."""
    with Store(address) as store, store.read() as db:
        return run(db, query, **values)


@contextlib.contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """What is asked of any store of this process meanwhile: each statement with its values."""
    asked: list[tuple[str, Any]] = []

    def note(_db: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)
