# SPDX-License-Identifier: GPL-3.0-or-later
"""The store while it is moved: nobody else has it open, and all of it is in its one file. I/O: the store's file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ...module_utils.base.message import Message

__all__ = ["HeldError", "alone", "is_empty"]


class HeldError(Exception):
    """Another run has the store open, or the file is no store: why, as a Message, or in SQLite's words."""


@contextlib.contextmanager
def alone(store: Path) -> Iterator[None]:
    """Have the store for oneself. Raises HeldError at once when somebody else has it open.

    Leaving the write-ahead log brings everything into the file itself and needs a lock that no other connection shares
    (sqlite.org/wal.html, "the last connection"); the lock that is taken then keeps everybody out until the end.
    """
    with contextlib.closing(sqlite3.connect(store, timeout=0, isolation_level=None)) as db:
        try:
            (mode,) = db.execute("pragma journal_mode = delete").fetchone()
            if mode != "delete":
                raise HeldError(Message("another run holds it"))
            db.execute("begin exclusive")
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise HeldError(Message("another run holds it")) from exc
            raise HeldError(str(exc)) from exc
        except sqlite3.Error as exc:
            raise HeldError(Message("it is no store ({error})", error=str(exc))) from exc
        yield
        with contextlib.suppress(sqlite3.Error):
            db.execute("rollback")


def is_empty(store: Path) -> bool:
    """Whether a store remembers nothing: it has no row, or no content at all. Changes nothing. Raises OSError."""
    if store.stat().st_size == 0:
        return True
    # Where a log of writes is there, its rows count; without one, opening the file must not make one.
    log = store.with_name(f"{store.name}-wal")
    how = "mode=ro" if log.exists() else "immutable=1"
    with contextlib.closing(sqlite3.connect(f"{store.absolute().as_uri()}?{how}", uri=True, timeout=0)) as db:
        try:
            names = [name for (name,) in db.execute("select name from sqlite_schema where type = 'table'")]
            own = [name for name in names if not name.startswith("sqlite_")]
            return not any(db.execute(f'select 1 from "{name}" limit 1').fetchone() for name in own)  # noqa: S608
        except sqlite3.Error:
            return False
