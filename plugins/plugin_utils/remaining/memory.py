# SPDX-License-Identifier: GPL-3.0-or-later
"""What the store remembers of stations: what they showed, how each try went, every start of an installer.

Written by the worker that deals with the station, one short transaction at a time: before an installer is started, and
at the end; by an audit of many, in one for all of them. A store that fails never stops a deployment: the job on the
station is found again by its name, not through the store. It is a warning that says what was not remembered.
I/O: the station, the store, the network and files.
"""

from __future__ import annotations

import functools
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from ...module_utils.base.clock import now, utc_now
from ...module_utils.base.message import Message, message_of, sourced, with_sources
from ...module_utils.product.release import Release
from ..lease.kept import renew
from ..lease.run import run_id
from ..station.errors import (
    AnswerError,
    CommandTimeoutError,
    ControllerError,
    QuotaError,
    StationError,
    UnseenError,
)
from ..station.events import Watcher
from ..station.frozen import Unconfirmed, wanted_text
from ..station.job_name import JobName
from ..station.state import StationState
from ..store.store import Store, StoreError
from ..store.texts import kept_source, kept_text
from .confirmation import forget, keep
from .last import keep_last
from .standing import (
    CONFIRM_REMEDY,
    TO_CONFIRM,
    Standing,
    after,
    found_in,
    outcome_of,
    reaimed,
)

__all__ = ["Audited", "Memory", "remember_together", "standings"]

_T = TypeVar("_T")
_P = ParamSpec("_P")

_FIELDS = tuple(field.name for field in fields(Standing))
_SOURCES = ("reason_source", "remedy_source")

_RENEWED = 60.0
"""Seconds after which a worker that has written nothing meanwhile makes its run's leases longer."""

_NOT_REMEMBERED = Message(
    "{error} The run goes on, but what happens from here on is not remembered: the groups pronote_late and "
    "pronote_pending may name stations that are done."
)


def _transaction(
    method: Callable[Concatenate[Memory, sqlite3.Connection, _P], None],
) -> Callable[Concatenate[Memory, _P], None]:
    """Make a method one transaction of the station's store, whose failure is a warning."""

    @functools.wraps(method)
    def carried_out(self: Memory, /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        self._try(lambda db: method(self, db, *args, **kwargs))

    return carried_out


class Memory(Watcher):
    """One station in the store. Nothing here raises: what went wrong with the store is in ``warnings``."""

    def __init__(self, path: str | None, *, station: str, product: str, school: str = "", room: str = "") -> None:
        """``path`` None or empty: nothing is remembered. The file is opened when there is something to write."""
        self._path = Path(path) if path else None
        self._station, self._product, self._school, self._room = station, product, school, room
        self._store: Store | None = None
        self._clients: list[dict[str, Any]] | None = None
        self._boot = ""
        self._attempt: int | None = None
        self._job: JobName | None = None  # of that attempt
        self._renewed = time.monotonic()
        self.warnings: list[str] = []

    def close(self) -> None:
        """Close the file."""
        if self._store is not None:
            self._store.__exit__()
            self._store = None

    # What the station tells while it is worked on (plugin_utils/station/events.py, Watcher).

    def seen(self, state: StationState) -> None:
        """The station was read; written with the next transaction."""
        self._clients, self._boot = state.as_dict()["clients"], state.boot

    def at_work(self) -> None:
        """A request was answered. A setup of an hour is nothing but those: its school stays this run's by them."""
        if self._path is not None and time.monotonic() - self._renewed > _RENEWED:
            self._try(lambda _db: None)

    @_transaction
    def starting(self, db: sqlite3.Connection, job: JobName) -> None:
        """The installer is about to be started."""
        self._touch(db)
        self._next(db, job)
        self._abandon(db)
        self._attempt = self._open(db, job, started=now())

    def following(self, job: JobName) -> None:
        """A job of an earlier run was found: its end will be that of the attempt that began it."""
        if self._attempt is not None and self._job == job:
            return

        def write(db: sqlite3.Connection) -> None:
            self._touch(db)
            self._next(db, job)
            row = db.execute(
                "select max(id) as id from attempt where station = ? and job = ? and ended is null",
                (self._station, str(job)),
            ).fetchone()
            self._attempt = row["id"] if row["id"] is not None else self._open(db, job, started=None)
            self._job = job

        self._try(write)

    # What the actions tell.

    @_transaction
    def deployed(self, db: sqlite3.Connection, result: Mapping[str, Any], *, wanted: Release, absent: bool) -> None:
        """A deployment came to its end, whatever it decided."""
        self.deployed_in(db, result, wanted=wanted, absent=absent)

    def deployed_in(self, db: sqlite3.Connection, result: Mapping[str, Any], *, wanted: Release, absent: bool) -> None:
        """The same, in somebody's transaction. Raises sqlite3's errors."""
        action = result["action"]
        skipped, waits = action == "skip", action in {"arm", "armed"}
        wanted_as, freezer = wanted_text(wanted, absent=absent), result.get("frozen", "")
        job = result.get("job") or {}
        self._touch(db, seen=True)
        if skipped and job.get("name") not in job.get("steps", ()):
            # Cut off, or turned away by people, and left for a later run.
            self._close(db, result="interrupted", fact=result["reason"])
        if waits:
            # Followed before it was armed anew: it did not end well.
            self._close(db, result="failed", code=job.get("code"), fact=job.get("at_start", ""))
        self._close(db, result="done", code=job.get("code"))
        self._abandon(db)
        found = self._found(wanted, absent)
        reason, outcome = (
            sourced(result["reason"], result.get("reason_source")),
            "skipped" if skipped else "armed" if waits else "done",
        )
        if found == "right" and freezer:
            keep(db, self._station, self._product, Unconfirmed(wanted=wanted_as, boot=self._boot, freezer=freezer))
            outcome, reason = "frozen", TO_CONFIRM.given(freezer=freezer)
        elif found == "right":
            forget(db, self._station, self._product)
        self._save(
            db,
            wanted=wanted_as,
            found=found,
            outcome=outcome,
            reason=reason,
            remedy=CONFIRM_REMEDY if outcome == "frozen" else "",
            code=job.get("code"),
        )

    @_transaction
    def failed(self, db: sqlite3.Connection, exc: StationError, *, wanted: Release, absent: bool) -> None:
        """A deployment did not come to its end."""
        self.failed_in(db, exc, wanted=wanted, absent=absent)

    def failed_in(self, db: sqlite3.Connection, exc: StationError, *, wanted: Release, absent: bool) -> None:
        """The same, in somebody's transaction. Raises sqlite3's errors."""
        job = exc.job or {}
        lost = exc.kind in {"unreachable", "refused"}
        missed = lost or isinstance(exc, AnswerError | ControllerError)
        self._touch(db, seen=self._clients is not None or not missed, problem=exc.fact if missed else "")
        if not lost and not isinstance(exc, UnseenError | CommandTimeoutError | QuotaError | ControllerError):
            self._close(db, result="failed", code=job.get("code"), fact=exc.fact, remedy=exc.remedy)
        # Otherwise the job may be going on: the attempt stays open for the run that follows it.
        self._save(
            db,
            wanted=wanted_text(wanted, absent=absent),
            found=self._found(wanted, absent),
            outcome=outcome_of(exc.kind),
            reason=exc.fact,
            remedy=exc.remedy,
            kind=exc.kind,
            code=job.get("code"),
        )

    @_transaction
    def held(self, db: sqlite3.Connection, *, wanted: str, seen: bool, reason: str, remedy: str) -> None:
        """Its school stopped before its turn, so that nothing was tried. ``seen``: this run has read it."""
        self._touch(db, seen=seen)
        self._save(db, wanted=wanted, found=None, outcome="held", reason=reason, remedy=remedy)

    @_transaction
    def audited(self, db: sqlite3.Connection, record: Mapping[str, Any], *, found: str | None, silent: bool) -> None:
        """An audit looked at the station, and found it so (standing.py), unless it was ``silent``."""
        self.audited_in(db, record, found=found, silent=silent)

    def audited_in(self, db: sqlite3.Connection, record: Mapping[str, Any], *, found: str | None, silent: bool) -> None:
        """The same, in somebody's transaction. Raises sqlite3's errors."""
        facts = record["facts"]
        self._clients = facts["clients"] if facts else None
        self._touch(db, seen=not silent, problem=record["reason"] if silent else "")
        frozen = record["status"] == "frozen"
        if found == "right" and facts and not frozen:
            forget(db, self._station, self._product)
        self._save(
            db,
            wanted=record["expected"],
            # A server that cannot be read, or a station that broke off, takes nothing back of what was known.
            found=found if facts and record["expected"] else None,
            outcome="frozen" if frozen else None,
            reason=sourced(record["reason"], record.get("reason_source")),
            remedy=sourced(record["remedy"], record.get("remedy_source")),
            tried=False,
        )

    # Wake-on-LAN.

    def woken(self) -> str | None:
        """When this controller woke the station, if it has not been given back since."""

        def read(db: sqlite3.Connection) -> str | None:
            row = db.execute("select woken from station where name = ?", (self._station,)).fetchone()
            return row["woken"] if row else None

        return self._try(read, writes=False)

    @_transaction
    def set_woken(self, db: sqlite3.Connection, moment: str | None) -> None:
        """The station was woken (then it is ours to switch off again), or is not ours any more."""
        self._touch(db, tried=False)
        db.execute("update station set woken = ? where name = ?", (moment, self._station))

    # Rows.

    def _found(self, wanted: Release, absent: bool) -> str | None:
        return None if self._clients is None else found_in(self._clients, wanted, absent=absent)

    def _touch(self, db: sqlite3.Connection, *, tried: bool = True, seen: bool = False, problem: str = "") -> None:
        """The station's row, and what was found on it."""
        moment = now()
        db.execute("insert into station (name) values (?) on conflict do nothing", (self._station,))
        if tried:
            db.execute(
                "update station set school = ?, room = ?, last_tried = ?, last_seen = iif(?, ?, last_seen), problem = ?"
                " where name = ?",
                (self._school, self._room, moment, seen, moment, problem, self._station),
            )
        if self._clients is not None:
            db.execute("delete from installed where station = ? and product = ?", (self._station, self._product))
            db.executemany(
                "insert into installed values (?, ?, ?, ?, ?, ?)",
                [
                    (self._station, self._product, n, c["release"] or "", c["arch"] or "", c["condition"])
                    for n, c in enumerate(self._clients)
                ],
            )

    def _save(
        self, db: sqlite3.Connection, *, wanted: str | None, tried: bool = True, code: int | None = None, **told: Any
    ) -> None:
        key = (self._station, self._product)
        row = db.execute("select * from standing where station = ? and product = ?", key).fetchone()
        before = _standing(row) if row else Standing()
        if tried:
            keep_last(db, *key, wanted=wanted or "", code=code, **{k: each for k, each in told.items() if k != "found"})
        if row and wanted not in {None, row["wanted"]}:
            before = reaimed(before)
        stands = after(before, now=now(), **told)
        stored = with_sources(vars(stands))
        stored |= {name: kept_source(getattr(stands, name.removesuffix("_source"))) for name in _SOURCES}
        db.execute(
            f"insert or replace into standing (station, product, wanted, {', '.join(stored)})"  # noqa: S608  (constants)
            f" values (?, ?, ?{', ?' * len(stored)})",
            (*key, (row["wanted"] if row else "") if wanted is None else wanted, *stored.values()),
        )

    def _open(self, db: sqlite3.Connection, job: JobName, *, started: str | None) -> int:
        self._job = job
        controller = f"{socket.gethostname()}:{os.getpid()}"
        cursor = db.execute(
            "insert into attempt (station, product, verb, job, release, begun, started, controller)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (self._station, self._product, job.verb, str(job), str(job.release), now(), started, controller),
        )
        return int(cursor.lastrowid or 0)

    def _next(self, db: sqlite3.Connection, job: JobName) -> None:
        """End the attempt before this job's: the same job is begun again only when the station cut it off, and another
        one only when the step before was proven.
        """
        if self._job == job:
            self._close(db, result="interrupted", fact=Message("the station cut the job off"))
        self._close(db, result="done")

    def _close(
        self, db: sqlite3.Connection, *, result: str, code: int | None = None, fact: str = "", remedy: str = ""
    ) -> None:
        if self._attempt is not None:
            db.execute(
                "update attempt set ended = ?, result = ?, code = ?, fact = ?, remedy = ? where id = ?",
                (now(), result, code, fact, remedy, self._attempt),
            )
            self._attempt = None

    def _abandon(self, db: sqlite3.Connection) -> None:
        """End what killed runs left open: their jobs are over, or this run would have followed them.

        Another run that is at work at this moment writes its own end over this one.
        """
        db.execute(
            "update attempt set ended = ?, result = 'interrupted', fact = 'no run saw its end'"
            " where station = ? and product = ? and ended is null",
            (now(), self._station, self._product),
        )

    def _try(self, work: Callable[[sqlite3.Connection], _T], *, writes: bool = True) -> _T | None:
        if self._path is None:
            return None
        try:
            if self._store is None:
                self._store = Store(self._path)
            with self._store.write() if writes else self._store.read() as db:
                if writes:
                    renew(db, run_id(), now=utc_now())
                    self._renewed = time.monotonic()
                return work(db)
        except StoreError as exc:
            # Once a station: waiting for a locked file again at every step would slow the whole run.
            self._path = None
            self.close()
            self.warnings.append(_NOT_REMEMBERED.given(error=message_of(exc)))
            return None


def remember_together(path: str, each: Iterable[Callable[[sqlite3.Connection], None]]) -> list[str]:
    """Write what a survey found on all its stations: one transaction. Returns warnings."""
    if not path:
        return []
    try:
        with Store(Path(path)) as store, store.write() as db:
            for write in each:
                write(db)
    except StoreError as exc:
        return [_NOT_REMEMBERED.given(error=message_of(exc))]
    return []


@dataclass(frozen=True, kw_only=True)
class Audited:
    """A station that an audit looked at; ``found`` and ``silent`` as in Memory.audited."""

    record: Mapping[str, Any]
    product: str
    found: str | None
    silent: bool

    def write(self, db: sqlite3.Connection) -> None:
        """Into the store. Raises sqlite3's errors."""
        own = {"school": self.record["school"], "room": self.record["room"], "product": self.product}
        memory = Memory(None, station=self.record["station"], **own)
        memory.audited_in(db, self.record, found=self.found, silent=self.silent)


def _standing(row: sqlite3.Row) -> Standing:
    stored = {name: row[name] for name in _FIELDS}
    for name in _SOURCES:
        text = name.removesuffix("_source")
        stored[text] = kept_text(stored[text], row[name])
    return Standing(**stored)


def standings(path: Path, *, product: str) -> dict[str, dict[str, Any]]:
    """Every station of a store by name: its row, with ``standing`` None when no run has met it. Raises StoreError."""
    if not path.expanduser().exists():
        # Reading makes no file: a dry run, or a mistyped path, leaves nothing behind.
        return {}
    with Store(path) as store, store.read() as db:
        stations = {row["name"]: dict(row) for row in db.execute("select * from station")}
        rows = db.execute("select * from standing where product = ?", (product,)).fetchall()
    for row in rows:
        stations[row["station"]] |= {"wanted": row["wanted"], "standing": _standing(row)}
    return {name: {"wanted": "", "standing": None, **row} for name, row in sorted(stations.items())}
