# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between the two engines of the store: opening, beginning, who waits for whom, and what errors mean.

Transactions are begun and ended in words here (SQLAlchemy's own are off): SQLite's writers must begin as writers, and
PostgreSQL's take one lock for each store, so that on both there is one writer at a time, and nobody meets anybody.
I/O: the store, files and Ansible.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ansible import constants
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import OperationalError as OperationalFailure

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line
from .password import HOW_TO_GIVE, given_password
from .schema import PROTECTED, metadata
from .steps import STEPS, VERSION
from .url import server_url

__all__ = ["Failure", "PostgresqlServer", "SqliteFile", "StoreEngine"]

_BUSY_SECONDS: Final = 10.0
"""How long a writer waits for the others: a transaction takes milliseconds, so this is hundreds of them."""
_HELD_SECONDS: Final = 0.25
"""The same once somebody of this run has waited in vain: those who are at work at the same moment, and no more."""
_CONNECT, _HELD_CONNECT = 5, 2
"""Seconds that a server has to answer; the second, once somebody of this run has waited in vain (libpq's least)."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What an engine's error means. ``waited``: others of this run need not wait for the same."""

    fact: str
    remedy: str
    waited: bool = False


class StoreEngine(ABC):
    """One store's engine."""

    shown: str
    """Its path or address, without a password."""

    keeps_open: bool
    """Whether a connection costs others nothing, so that it may stay open between two transactions."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether there is something to read: reading makes nothing. True where nobody can tell."""

    @abstractmethod
    def connect(self) -> Connection:
        """A connection. Raises DBAPIError, OSError."""

    @abstractmethod
    def begin(self, db: Connection, *, writes: bool) -> None:
        """Begin a transaction. Raises DBAPIError."""

    @abstractmethod
    def abandon(self, db: Connection) -> None:
        """Take back what a transaction did, if it still goes on."""

    @abstractmethod
    def version(self, db: Connection) -> int:
        """Of its schema; 0 when there is none yet. Raises DBAPIError."""

    @abstractmethod
    def migrate(self, db: Connection, version: int) -> None:
        """From that version to this one's, in a transaction of the caller's. Raises DBAPIError."""

    @abstractmethod
    def failure(self, exc: DBAPIError) -> Failure:
        """What an error means."""

    @property
    def patience(self) -> float:
        """Seconds to wait for others."""
        return _HELD_SECONDS if self._held.exists() else _BUSY_SECONDS

    def waited_in_vain(self) -> None:
        """Tell the others of this run: one of them has waited for all."""
        with contextlib.suppress(OSError):
            self._held.touch(mode=0o600)

    def is_free(self) -> None:
        """Somebody was let in: whoever comes next waits as ever."""
        with contextlib.suppress(OSError):
            self._held.unlink(missing_ok=True)

    @property
    def _held(self) -> Path:
        """The file that says that this run has waited for this store in vain, in the folder that its workers share."""
        folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # set at run time, from base.yml
        name = hashlib.sha256(os.fsencode(self.shown)).hexdigest()[:16]
        return Path(folder) / f"pronote-store-{name}-held"


class SqliteFile(StoreEngine):
    """A file of one machine: the write-ahead log does not work over network file systems (sqlite.org/wal.html)."""

    keeps_open = True

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser()
        self.shown = str(self.path.absolute())

    def exists(self) -> bool:
        return self.path.exists()

    def connect(self) -> Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made by us rather than by SQLite, whose files have the mode that the umask leaves.
        self.path.touch(mode=0o600)
        opening = _opening.set(self)
        try:
            return _files().connect()
        finally:
            _opening.reset(opening)

    def open(self) -> sqlite3.Connection:
        """The connection below SQLAlchemy's. Raises sqlite3's errors."""
        db = sqlite3.connect(self.path, timeout=self.patience, isolation_level=None)
        try:
            # A commit is safe against a killed process; only a power cut of the controller may lose the last ones.
            db.executescript("pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on")
        except BaseException:
            db.close()
            raise
        return db

    def begin(self, db: Connection, *, writes: bool) -> None:
        # Immediate: a transaction that begins by reading could not become a writer later without failing.
        db.exec_driver_sql("begin immediate" if writes else "begin")

    def abandon(self, db: Connection) -> None:
        # A full disk ends the transaction by itself (sqlite.org/lang_transaction.html); that is the error.
        if db.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]  # it is open
            db.exec_driver_sql("rollback")

    def version(self, db: Connection) -> int:
        return int(db.exec_driver_sql("pragma user_version").scalar_one())

    def migrate(self, db: Connection, version: int) -> None:
        for step in STEPS[version:]:
            if isinstance(step, str):
                for statement in _statements(step):
                    db.exec_driver_sql(statement)
            else:
                step(db)
        db.exec_driver_sql(f"pragma user_version = {VERSION}")

    def failure(self, exc: DBAPIError) -> Failure:
        code = getattr(exc.orig, "sqlite_errorcode", 0) & 0xFF
        said = str(exc.orig)
        if isinstance(exc.orig, sqlite3.OperationalError):
            if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                return Failure(fact=said, remedy=_HELD, waited=True)
            remedy = Message("Check that its folder is on a local disk, has space, and that this user can write there.")
            return Failure(fact=said, remedy=remedy)
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return Failure(
                fact=Message("not usable ({error})", error=said),
                remedy=Message("Move it away; the next run begins a new one. What people attested is in it: keep it."),
            )
        return _refused(said)


_HELD: Final = Message("Another run holds it: wait for its end, then run again.")


def _refused(said: str) -> Failure:
    """It is whole, and refused what it was given."""
    return Failure(
        fact=Message("not written ({error})", error=said), remedy=Message("Nothing of it was kept. Report it.")
    )


class PostgresqlServer(StoreEngine):
    """A database of a server, for runs on many machines.

    A connection lasts for one transaction: a worker that follows an installation for ten minutes has none meanwhile,
    and a server that comes back is found again by the next. What waits is bounded on both sides: a connection by
    ``connect_timeout``, a lock by ``lock_timeout``, a transaction whose process was stopped by the server itself.
    """

    keeps_open = False

    def __init__(self, address: str) -> None:
        """Raises AddressError."""
        self.url = server_url(address)
        self.shown = address

    def exists(self) -> bool:
        try:
            with contextlib.closing(self.connect()) as db:
                return self.version(db) > 0
        except (DBAPIError, ImportError):
            # Whoever opens it says why.
            return True

    def connect(self) -> Connection:
        timeout = _HELD_CONNECT if self._held.exists() else _CONNECT
        engine = _server(self.url, given_password(), timeout)
        deadline, pause = time.monotonic() + self.patience, 0.05
        while True:
            try:
                return engine.connect()
            except OperationalFailure as exc:
                # Every place is taken: others give theirs back after milliseconds.
                if _state(exc) != _FULL or time.monotonic() + pause > deadline:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, 1.0)

    def begin(self, db: Connection, *, writes: bool) -> None:
        if not writes:
            db.exec_driver_sql("begin isolation level repeatable read, read only")
            return
        db.exec_driver_sql("begin")
        db.execute(_SET, {"name": "lock_timeout", "value": f"{int(self.patience * 1000)}ms"})
        db.execute(_LOCK)

    def abandon(self, db: Connection) -> None:
        with contextlib.suppress(SQLAlchemyError):
            db.exec_driver_sql("rollback")

    def version(self, db: Connection) -> int:
        if not db.execute(_IS_THERE).scalar_one():
            return 0
        return int(db.exec_driver_sql("select version from store_version").scalar_one())

    def migrate(self, db: Connection, version: int) -> None:
        if version == 0:
            metadata.create_all(db, checkfirst=False)
            for statement in PROTECTED:
                db.exec_driver_sql(statement)
            db.exec_driver_sql("create table store_version (version integer not null)")
            db.execute(text("insert into store_version values (:version)"), {"version": VERSION})
            return
        for step in STEPS[version:]:
            if not isinstance(step, str):
                step(db)
        db.execute(text("update store_version set version = :version"), {"version": VERSION})

    def failure(self, exc: DBAPIError) -> Failure:
        # A server is an adversary: its words are one line of ours. The first says what, the others hint.
        said, state = one_line(str(exc.orig).strip().partition("\n")[0]), _state(exc)
        for known, remedy, waited in _MEANINGS:
            if state.startswith(known):
                return Failure(fact=said, remedy=remedy, waited=waited)
        if isinstance(exc, DataError) and not state:
            return Failure(fact=said, remedy=Message("Find it among the names of the inventory."))
        if not state or exc.connection_invalidated:
            # Nothing answered, or it went away.
            return Failure(fact=said, remedy=_REACH, waited=True)
        return _refused(said)


_FULL: Final = "53300"
_REACH: Final = Message("Check that the database runs and that this machine reaches it (docs/plusieurs-noeuds.md).")
_MEANINGS: Final = (
    (_FULL, Message("Raise max_connections of the server, or run with fewer forks on fewer nodes at a time."), True),
    ("53", Message("The database's machine has no space or memory left."), False),
    ("55P03", _HELD, True),
    ("40", _HELD, False),
    ("42501", Message("Give its user the rights that docs/plusieurs-noeuds.md lists."), False),
    ("25006", Message("It is a copy that takes no writes: give the address of the main server."), False),
    ("28", HOW_TO_GIVE, False),
    ("3D000", Message("Make the database, or correct its name in pronote_state."), False),
    ("57P", _REACH, True),
    ("08", _REACH, True),
)
"""Classes of SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html): remedy, and whether others wait too."""

_LIMITS: Final[dict[str, Any]] = {
    "tcp_user_timeout": 15_000,
    "keepalives_idle": 30,
    "application_name": "rentree-pronote",
    # A connection of one transaction has no use for statements that the server keeps.
    "prepare_threshold": None,
}
_SET: Final = text("select set_config(:name, :value, true)")
# One writer of this schema; the number is made of its name by the server.
_LOCK: Final = text(
    "select set_config('idle_in_transaction_session_timeout', '60s', true),"
    " pg_advisory_xact_lock(hashtextextended('rentree-pronote ' || coalesce(current_schema(), ''), 0))"
)
# Read of the catalogue's table: to_regclass may remember, after a wait for the lock, that there was none before it.
_IS_THERE: Final = text(
    "select count(*) from pg_catalog.pg_class where relname = 'store_version' and pg_catalog.pg_table_is_visible(oid)"
)


def _state(exc: DBAPIError) -> str:
    """The SQLSTATE of an error; of a refusal to connect, for which libpq tells none, what its words mean."""
    state = getattr(exc.orig, "sqlstate", None)
    if state:
        return str(state)
    said = str(exc.orig)
    return next((meant for words, meant in _REFUSALS if words.search(said)), "")


# In English and French, PostgreSQL's languages of our users' servers (its po/fr.po).
_REFUSALS: Final = (
    (re.compile(r"too many (?:clients|connections)|connection slots|trop de (?:clients|connexions)"), _FULL),
    (re.compile(r"no password|password authentication|mot de passe|authentifi|pg_hba\.conf|(?i:role \")"), "28"),
    (re.compile(r"database \"[^\"]{1,80}\" does not exist|base de donn.es . [^ ]{1,80} . n'existe pas"), "3D000"),
    (re.compile(r"starting up|shutting down|recovery mode|se lance|en cours d'arr.t|restauration"), "57P"),
)


_opening: Final[ContextVar[SqliteFile]] = ContextVar("_opening")


@functools.cache
def _files() -> Engine:
    """One for all files: it keeps what statements were made into, a millisecond for each of them and each worker."""
    return _engine("sqlite://", creator=lambda: _opening.get().open())


@functools.lru_cache(maxsize=4)
def _server(url: URL, password: str, timeout: int) -> Engine:
    """One for each server, for the same reason."""
    limits = _LIMITS | {"connect_timeout": timeout} | ({"password": password} if password else {})
    # hstore: a query of each new connection that nothing here needs.
    return _engine(url, connect_args=limits, use_native_hstore=False)


def _engine(url: Any, **how: Any) -> Engine:
    # An error names no value: what stations and people said is among them.
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True, **how)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: ``executescript`` would commit the transaction that it runs in."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise AssertionError(statement)
