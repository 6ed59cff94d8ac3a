"""SQL of tests, the same on both engines of the store: what our own functions write, looked at past them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store
from sqlalchemy import Connection, text

__all__ = ["rows", "run"]


def run(db: Connection, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Carry out one statement in a transaction of the store; its rows, if it has any."""
    done = db.execute(text(statement), values)
    return [dict(row) for row in done.mappings()] if done.returns_rows else []


def rows(address: str | Path, query: str, **values: Any) -> list[dict[str, Any]]:
    """What is in a store."""
    with Store(address) as store, store.read() as db:
        return run(db, query, **values)
