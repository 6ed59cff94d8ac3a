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
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

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
from ..store import schema
from ..store.errors import StoreError
from ..store.rows import add, put
from ..store.store import Store, store_exists
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

_station, _attempt, _standing_of = schema.station.c, schema.attempt.c, schema.standing.c
_FIELDS = tuple(field.name for field in fields(Standing))
_SOURCES = ("reason_source", "remedy_source")

_RENEWED = 60.0
"""Seconds after which a worker that has written nothing meanwhile makes its run's leases longer."""

_UNSEEN_END = Message("no run saw its end")
_NOT_REMEMBERED = Message(
    "{error} The run goes on, but what happens from here on is not remembered: the groups pronote_late and "
    "pronote_pending may name stations that are done."
)


def _transaction(
    method: Callable[Concatenate[Memory, Connection, _P], None],
) -> Callable[Concatenate[Memory, _P], None]:
    """Make a method one transaction of the station's store, whose failure is a warning."""

    @functools.wraps(method)
    def carried_out(self: Memory, /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        self._keep(lambda db: method(self, db, *args, **kwargs))

    return carried_out


class Memory(Watcher):
    """One station in the store. Nothing here raises: what could not be written is in ``warnings``."""

    def __init__(self, path: str | None, *, station: str, product: str, school: str = "", room: str = "") -> None:
        """``path`` None or empty: nothing is remembered. The file is opened when there is something to write."""
        self._path = path or None
        self._station, self._product, self._school, self._room = station, product, school, room
        self._store: Store | None = None
        self._clients: list[dict[str, Any]] | None = None
        self._boot = ""
        self._attempt: int | None = None
        self._job: JobName | None = None  # of that attempt
        self._renewed = time.monotonic()
        self._unwritten: list[Callable[[Connection], None]] = []
        self._warning = ""
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
        if self._path and time.monotonic() - self._renewed > _RENEWED:
            self._renewed = time.monotonic()
            self._try(lambda _db: None)

    @_transaction
    def starting(self, db: Connection, job: JobName) -> None:
        """The installer is about to be started."""
        self._touch(db)
        self._next(db, job)
        self._abandon(db)
        self._attempt = self._open(db, job, started=now())

    def following(self, job: JobName) -> None:
        """A job of an earlier run was found: its end will be that of the attempt that began it."""
        if self._attempt is not None and self._job == job:
            return

        def write(db: Connection) -> None:
            self._touch(db)
            self._next(db, job)
            begun = db.execute(
                select(func.max(_attempt.id)).where(
                    _attempt.station == self._station, _attempt.job == str(job), _attempt.ended.is_(None)
                )
            ).scalar_one()
            self._attempt = begun if begun is not None else self._open(db, job, started=None)
            self._job = job

        self._keep(write)

    # What the actions tell.

    @_transaction
    def deployed(self, db: Connection, result: Mapping[str, Any], *, wanted: Release, absent: bool) -> None:
        """A deployment came to its end, whatever it decided."""
        self.deployed_in(db, result, wanted=wanted, absent=absent)

    def deployed_in(self, db: Connection, result: Mapping[str, Any], *, wanted: Release, absent: bool) -> None:
        """The same, in somebody's transaction. Raises SQLAlchemy's errors."""
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
    def failed(self, db: Connection, exc: StationError, *, wanted: Release, absent: bool) -> None:
        """A deployment did not come to its end."""
        self.failed_in(db, exc, wanted=wanted, absent=absent)

    def failed_in(self, db: Connection, exc: StationError, *, wanted: Release, absent: bool) -> None:
        """The same, in somebody's transaction. Raises SQLAlchemy's errors."""
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
    def held(self, db: Connection, *, wanted: str, seen: bool, reason: str, remedy: str) -> None:
        """Its school stopped before its turn, so that nothing was tried. ``seen``: this run has read it."""
        self._touch(db, seen=seen)
        self._save(db, wanted=wanted, found=None, outcome="held", reason=reason, remedy=remedy)

    @_transaction
    def audited(self, db: Connection, record: Mapping[str, Any], *, found: str | None, silent: bool) -> None:
        """An audit looked at the station, and found it so (standing.py), unless it was ``silent``."""
        self.audited_in(db, record, found=found, silent=silent)

    def audited_in(self, db: Connection, record: Mapping[str, Any], *, found: str | None, silent: bool) -> None:
        """The same, in somebody's transaction. Raises SQLAlchemy's errors."""
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

        found: list[str | None] = []

        def read(db: Connection) -> None:
            found.append(db.execute(select(_station.woken).where(_station.name == self._station)).scalar_one_or_none())

        if error := self._try(read, writes=False):
            self._failed(error)
        return found[-1] if found else None

    @_transaction
    def set_woken(self, db: Connection, moment: str | None) -> None:
        """The station was woken (then it is ours to switch off again), or is not ours any more."""
        self._touch(db, tried=False)
        db.execute(update(schema.station).where(_station.name == self._station).values(woken=moment))

    # Rows.

    def _found(self, wanted: Release, absent: bool) -> str | None:
        return None if self._clients is None else found_in(self._clients, wanted, absent=absent)

    def _touch(self, db: Connection, *, tried: bool = True, seen: bool = False, problem: str = "") -> None:
        """The station's row, and what was found on it."""
        moment = now()
        own = {"name": self._station}
        if tried:
            place = {"school": self._school, "room": self._room}
            tried_at = {"last_tried": moment, "problem": problem} | ({"last_seen": moment} if seen else {})
            put(db, schema.station, [own | place | tried_at])
        else:
            add(db, schema.station, [own])
        if self._clients is not None:
            was = schema.installed.c
            key = {"station": self._station, "product": self._product}
            db.execute(delete(schema.installed).where(was.station == self._station, was.product == self._product))
            if self._clients:
                db.execute(
                    insert(schema.installed),
                    [
                        {
                            **key,
                            "number": n,
                            "release": c["release"] or "",
                            "arch": c["arch"] or "",
                            "condition": c["condition"],
                        }
                        for n, c in enumerate(self._clients)
                    ],
                )

    def _save(
        self, db: Connection, *, wanted: str | None, tried: bool = True, code: int | None = None, **told: Any
    ) -> None:
        key = (self._station, self._product)
        of_product = (_standing_of.station == self._station, _standing_of.product == self._product)
        row = db.execute(select(schema.standing).where(*of_product)).mappings().one_or_none()
        before = _standing(row) if row else Standing()
        if tried:
            keep_last(db, *key, wanted=wanted or "", code=code, **{k: each for k, each in told.items() if k != "found"})
        if row and wanted not in {None, row["wanted"]}:
            before = reaimed(before)
        stands = after(before, now=now(), **told)
        stored = with_sources(vars(stands))
        stored |= {name: kept_source(getattr(stands, name.removesuffix("_source"))) for name in _SOURCES}
        aim = (row["wanted"] if row else "") if wanted is None else wanted
        own = {"station": self._station, "product": self._product, "wanted": aim, "reason_fr": ""}
        put(db, schema.standing, [own | stored])

    def _open(self, db: Connection, job: JobName, *, started: str | None) -> int:
        self._job = job
        controller = f"{socket.gethostname()}:{os.getpid()}"
        added = insert(schema.attempt).values(
            station=self._station,
            product=self._product,
            verb=job.verb,
            job=str(job),
            release=str(job.release),
            begun=now(),
            started=started,
            controller=controller,
        )
        return int(db.execute(added.returning(_attempt.id)).scalar_one())

    def _next(self, db: Connection, job: JobName) -> None:
        """End the attempt before this job's: the same job is begun again only when the station cut it off, and another
        one only when the step before was proven.
        """
        if self._job == job:
            self._close(db, result="interrupted", fact=Message("the station cut the job off"))
        self._close(db, result="done")

    def _close(self, db: Connection, *, result: str, code: int | None = None, fact: str = "", remedy: str = "") -> None:
        if self._attempt is not None:
            told = {"ended": now(), "result": result, "code": code, "fact": str(fact), "remedy": str(remedy)}
            db.execute(update(schema.attempt).where(_attempt.id == self._attempt).values(told))
            self._attempt = None

    def _abandon(self, db: Connection) -> None:
        """End what killed runs left open: their jobs are over, or this run would have followed them.

        Another run that is at work at this moment writes its own end over this one.
        """
        left_open = (_attempt.station == self._station, _attempt.product == self._product, _attempt.ended.is_(None))
        told = {"ended": now(), "result": "interrupted", "fact": str(_UNSEEN_END)}
        db.execute(update(schema.attempt).where(*left_open).values(told))

    def _keep(self, work: Callable[[Connection], None]) -> None:
        """Write it, and before it what could not be written so far: a database comes back while a setup runs."""
        self._unwritten.append(work)
        before = self._attempt, self._job
        error = self._try(self._write_all)
        if error is None:
            self._unwritten.clear()
        elif error.passes:
            self._attempt, self._job = before
        else:
            # As it is written it never will be, nor what comes after it.
            self._path = None
        self._failed(error)

    def _write_all(self, db: Connection) -> None:
        for work in self._unwritten:
            work(db)

    def _failed(self, error: StoreError | None) -> None:
        """Once a station; and not at all when everything could be written after all."""
        if self._path is None and error is None:
            return
        if self._warning:
            self.warnings.remove(self._warning)
        self._warning = "" if error is None else _NOT_REMEMBERED.given(error=message_of(error))
        if self._warning:
            self.warnings.append(self._warning)

    def _try(self, work: Callable[[Connection], object], *, writes: bool = True) -> StoreError | None:
        if not self._path:
            return None
        try:
            if self._store is None:
                self._store = Store(self._path)
            with self._store.write() if writes else self._store.read() as db:
                if writes:
                    renew(db, run_id(), now=utc_now())
                    self._renewed = time.monotonic()
                work(db)
        except StoreError as exc:
            self.close()
            return exc
        return None


def remember_together(path: str, each: Iterable[Callable[[Connection], None]]) -> list[str]:
    """Write what a survey found on all its stations: one transaction. Returns warnings."""
    if not path:
        return []
    try:
        with Store(path) as store, store.write() as db:
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

    def write(self, db: Connection) -> None:
        """Into the store. Raises SQLAlchemy's errors."""
        own = {"school": self.record["school"], "room": self.record["room"], "product": self.product}
        memory = Memory(None, station=self.record["station"], **own)
        memory.audited_in(db, self.record, found=self.found, silent=self.silent)


def _standing(row: RowMapping) -> Standing:
    stored = {name: row[name] for name in _FIELDS}
    for name in _SOURCES:
        text = name.removesuffix("_source")
        stored[text] = kept_text(stored[text], row[name])
    return Standing(**stored)


def standings(path: str | Path, *, product: str) -> dict[str, dict[str, Any]]:
    """Every station of a store by name: its row, with ``standing`` None when no run has met it. Raises StoreError."""
    if not store_exists(path):
        # Reading makes none: a dry run, or a mistyped path, leaves nothing behind.
        return {}
    with Store(path) as store, store.read() as db:
        stations = {row["name"]: dict(row) for row in db.execute(select(schema.station)).mappings()}
        rows = db.execute(select(schema.standing).where(_standing_of.product == product)).mappings().all()
    for row in rows:
        stations[row["station"]] |= {"wanted": row["wanted"], "standing": _standing(row)}
    return {name: {"wanted": "", "standing": None, **row} for name, row in sorted(stations.items())}
