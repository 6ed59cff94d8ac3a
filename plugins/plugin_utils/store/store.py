# SPDX-License-Identifier: GPL-3.0-or-later
"""The store: what the controller remembers from one run to the next, in one SQLite file per inventory.

Every worker of every run opens it for itself and writes short transactions, so that a killed controller loses nothing
and several runs at once do not meet: write-ahead log, ``begin immediate``, and a wait for the other writer. The file
must lie on a local disk: SQLite's write-ahead log does not work over network file systems (sqlite.org/wal.html).

What is stored names stations, schools and persons who attested something: the file is for its owner only (0600). No
password and no personal data of pupils ever goes into it.

A store that somebody holds and does not let go (a stopped process) costs a run one wait, not one for each worker: who
has waited in vain leaves a mark in the run's own temporary folder. I/O: the store, files and Ansible.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ansible import constants

from ...module_utils.base.message import Message
from .schema import STEPS, VERSION

__all__ = ["Store", "StoreError"]

_BUSY_SECONDS = 10.0
"""How long a writer waits for the others: a transaction takes milliseconds, so this is hundreds of them."""
_HELD_SECONDS = 0.25
"""The same once somebody of this run has waited in vain: those who are at work at the same moment, and no more."""


class StoreError(Exception):
    """The store cannot be used: the file, the fact, and the remedy."""

    def __init__(self, path: Path, fact: str, *, remedy: str) -> None:
        fact = fact if isinstance(fact, Message) else fact.rstrip(".")
        super().__init__(Message("the store {path}: {fact}. {remedy}", path=str(path), fact=fact, remedy=remedy))
        self.fact = fact
        self.remedy = remedy


class Store:
    """An open store; a context manager. Every failure is a StoreError."""

    def __init__(self, path: Path) -> None:
        """Open the store, creating it or bringing it to this version's schema first. Raises StoreError."""
        self.path = path.expanduser()
        self._held = _held_mark(self.path)
        with self._failures():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Made by us rather than by SQLite, whose files have the mode that the umask leaves.
            self.path.touch(mode=0o600)
            patience = _HELD_SECONDS if self._held.exists() else _BUSY_SECONDS
            self._db = sqlite3.connect(self.path, timeout=patience, isolation_level=None)
        try:
            with self._failures():
                self._db.row_factory = sqlite3.Row
                # A commit is safe against a killed process; only a power cut of the controller may lose the last ones.
                self._db.executescript(
                    "pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on"
                )
                self._migrate()
        except StoreError:
            self._db.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of everything, however many statements. Raises StoreError."""
        with self._transaction("begin") as db:
            yield db

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or, after any exception, nothing. Raises StoreError."""
        # Immediate: a transaction that begins by reading could not become a writer later without failing.
        with self._transaction("begin immediate") as db:
            yield db
        # Of a read it would mean nothing: readers and a writer do not meet in a write-ahead log.
        with contextlib.suppress(OSError):
            self._held.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._failures():
            self._db.execute(begin)
            try:
                yield self._db
                self._db.execute("commit")
            except BaseException:
                # A full disk ends the transaction by itself (sqlite.org/lang_transaction.html); that is the error.
                if self._db.in_transaction:
                    self._db.execute("rollback")
                raise

    def _migrate(self) -> None:
        if self._version() == VERSION:
            return
        with self.write() as db:
            # Read again: another run may have done it while this one waited.
            version = self._version()
            if version > VERSION:
                raise StoreError(
                    self.path,
                    Message(
                        "its schema has version {version}, this release of rentree.pronote knows {known}",
                        version=version,
                        known=VERSION,
                    ),
                    remedy=Message("Use the newer release that wrote it, or another pronote_state."),
                )
            for step in STEPS[version:]:
                for statement in _statements(step):
                    db.execute(statement)
            db.execute(f"pragma user_version = {VERSION}")

    def _version(self) -> int:
        return int(self._db.execute("pragma user_version").fetchone()[0])

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as exc:
            remedy = Message("Check that its folder is on a local disk, has space, and that this user can write there.")
            if exc.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                remedy = Message("Another run holds it: wait for its end, then run again.")
                with contextlib.suppress(OSError):
                    self._held.touch(mode=0o600)
            raise StoreError(self.path, str(exc), remedy=remedy) from exc
        except sqlite3.Error as exc:
            if getattr(exc, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
                raise StoreError(
                    self.path,
                    Message("not usable ({error})", error=str(exc)),
                    remedy=Message(
                        "Move it away; the next run begins a new one. What people attested is in it: keep it."
                    ),
                ) from exc
            # Whole, and it refused what it was given.
            raise StoreError(
                self.path,
                Message("not written ({error})", error=str(exc)),
                remedy=Message("Nothing of it was kept. Report it."),
            ) from exc
        except UnicodeEncodeError as exc:
            raise StoreError(
                self.path,
                Message("a text with half of a character (a lone surrogate) cannot be kept"),
                remedy=Message("Find it among the names of the inventory."),
            ) from exc
        except OSError as exc:
            raise StoreError(
                self.path,
                exc.strerror or str(exc),
                remedy=Message("Set pronote_state to a file that this user can write."),
            ) from exc


def _held_mark(path: Path) -> Path:
    """The file that says that this run has waited for this store in vain, in the folder that its workers share."""
    folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # set at run time, from base.yml
    name = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:16]
    return Path(folder) / f"pronote-store-{name}-held"


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: ``executescript`` would commit the transaction that it runs in."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise ValueError(f"a step of the schema ends in the middle of a statement: {statement.strip()[:60]!r}")
