# SPDX-License-Identifier: GPL-3.0-or-later
"""The store: what the controller remembers from one run to the next, in a SQLite file or in a PostgreSQL database.

Every worker of every run opens it for itself and writes short transactions, so that a killed controller loses nothing
and several runs at once do not meet. What it keeps names stations, schools and persons who attested something: a file
is for its owner only (0600). No password and no personal data of pupils ever goes into it.

A store that somebody holds and does not let go (a stopped process), or a server that does not answer, costs a run one
wait, not one for each worker: who has waited in vain leaves a mark in the run's own temporary folder. I/O: the store.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, StatementError

from ...module_utils.base.message import Message, message_of
from .address import is_server
from .engines import PostgresqlServer, SqliteFile, StoreEngine
from .errors import AddressError, StoreError
from .steps import VERSION

__all__ = ["Store", "store_exists"]


def store_exists(address: str | Path | None) -> bool:
    """Whether there is a store to read: reading makes none. True where nobody can tell, and opening it says why."""
    if not address:
        return False
    try:
        return _engine_of(address).exists()
    except AddressError:
        return True


def _engine_of(address: str | Path) -> StoreEngine:
    if isinstance(address, str) and is_server(address):
        return PostgresqlServer(address)
    return SqliteFile(Path(address))


class Store:
    """An open store; a context manager. Every failure is a StoreError.

    In its transactions a statement is SQLAlchemy's, and means the same on both engines (``schema.py``, ``rows.py``).
    """

    def __init__(self, address: str | Path) -> None:
        """Open it, creating it or bringing it to this version's schema first. Raises StoreError."""
        self.shown = str(address)
        self._db: Connection | None = None
        try:
            self._engine = _engine_of(address)
        except AddressError as exc:
            # Its address is not shown: a password may be in it.
            raise StoreError(
                "pronote_state", message_of(exc), remedy=Message("Correct it (docs/variables.md).")
            ) from None
        try:
            self._migrate()
        except StoreError:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        if self._db is not None:
            with contextlib.suppress(DBAPIError):
                self._db.close()
            self._db = None

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view of everything, however many statements. Raises StoreError."""
        with self._transaction(writes=False) as db:
            yield db

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or, after any exception, nothing. Raises StoreError."""
        with self._transaction(writes=True) as db:
            yield db
        # Of a read it would mean nothing: readers do not wait for writers.
        self._engine.is_free()

    @contextlib.contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        try:
            with self._failures():
                db = self._connected()
                self._engine.begin(db, writes=writes)
                try:
                    yield db
                    db.exec_driver_sql("commit")
                except BaseException:
                    self._engine.abandon(db)
                    raise
        except BaseException:
            # Whatever state it is in: the next transaction has a new one.
            if not self._engine.keeps_open:
                self.close()
            raise
        if not self._engine.keeps_open:
            self.close()

    def _connected(self) -> Connection:
        if self._db is None:
            self._db = self._engine.connect()
        return self._db

    def _migrate(self) -> None:
        with self._failures():
            if self._engine.version(self._connected()) == VERSION:
                return
        with self.write() as db:
            # Read again: another run may have done it while this one waited.
            version = self._engine.version(db)
            if version > VERSION:
                raise StoreError(
                    self.shown,
                    Message(
                        "its schema has version {version}, this release of rentree.pronote knows {known}",
                        version=version,
                        known=VERSION,
                    ),
                    remedy=Message("Use the newer release that wrote it, or another pronote_state."),
                )
            if version < VERSION:
                self._engine.migrate(db, version)

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as exc:
            failure = self._engine.failure(exc)
            if failure.waited:
                self._engine.waited_in_vain()
            raise StoreError(self.shown, failure.fact, remedy=failure.remedy, passes=failure.waited) from exc
        except (UnicodeEncodeError, StatementError) as exc:
            if isinstance(exc, StatementError) and not isinstance(exc.orig, UnicodeEncodeError):
                raise
            raise StoreError(
                self.shown,
                Message("a text with half of a character (a lone surrogate) cannot be kept"),
                remedy=Message("Find it among the names of the inventory."),
            ) from exc
        except (ImportError, NoSuchModuleError) as exc:
            raise StoreError(
                self.shown,
                Message("the driver of PostgreSQL is not installed ({error})", error=str(exc)),
                remedy=Message("Install psycopg[binary] beside Ansible, as requirements.txt does."),
            ) from exc
        except OSError as exc:
            raise StoreError(
                self.shown,
                exc.strerror or str(exc),
                remedy=Message("Set pronote_state to a file that this user can write."),
            ) from exc
