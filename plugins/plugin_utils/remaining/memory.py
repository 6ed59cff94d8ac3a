# SPDX-License-Identifier: GPL-3.0-or-later
"""What the store remembers of stations: what they showed, how each try went, every start of an installer.

Written by the worker that deals with the station, one short transaction at a time: before an installer is started, and
at the end; by a survey of many, for hundreds at once. A store that fails never stops a deployment: the job on the
station is found again by its name, not through the store. It is a warning that says what was not remembered.
I/O: the station, the store, the network and files.
"""

from __future__ import annotations

import functools
import os
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, func, insert, select, update

from ...module_utils.base.clock import now, utc_now
from ...module_utils.base.message import Message, message_of, sourced
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
from ..store.store import Store
from ..store.texts import storable
from .audited import Audited
from .batch import Batch, Told, some_together, write_together
from .standing import CONFIRM_REMEDY, TO_CONFIRM, found_in, outcome_of

__all__ = ["Memory", "remember_together"]

_T = TypeVar("_T")
_P = ParamSpec("_P")

_station, _attempt, _standing_of = schema.station.c, schema.attempt.c, schema.standing.c

_RENEWED = 60.0
"""Seconds after which a worker that has written nothing meanwhile makes its run's leases longer."""

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
        self._station, self.product, self._school, self._room = storable(station), product, school, room
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
        batch = self._begun(job)
        batch.left_open(self._station)
        batch.write(db)
        self._attempt = self._open(db, job, started=now())

    def following(self, job: JobName) -> None:
        """A job of an earlier run was found: its end will be that of the attempt that began it."""
        if self._attempt is not None and self._job == job:
            return

        def write(db: Connection) -> None:
            self._begun(job).write(db)
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
        batch = Batch(self.product)
        self.tell_deployed(batch, result, wanted=wanted, absent=absent)
        batch.write(db)

    def tell_deployed(self, batch: Batch, result: Mapping[str, Any], *, wanted: Release, absent: bool) -> None:
        """The same, into somebody's batch."""
        action = result["action"]
        skipped, waits = action == "skip", action in {"arm", "armed"}
        wanted_as, freezer = wanted_text(wanted, absent=absent), result.get("frozen", "")
        job = result.get("job") or {}
        self._touch(batch, seen=True)
        if skipped and job.get("name") not in job.get("steps", ()):
            # Cut off, or turned away by people, and left for a later run.
            self._close(batch, result="interrupted", fact=result["reason"])
        if waits:
            # Followed before it was armed anew: it did not end well.
            self._close(batch, result="failed", code=job.get("code"), fact=job.get("at_start", ""))
        self._close(batch, result="done", code=job.get("code"))
        batch.left_open(self._station)
        found = self._found(wanted, absent)
        reason, outcome = (
            sourced(result["reason"], result.get("reason_source")),
            "skipped" if skipped else "armed" if waits else "done",
        )
        if found == "right" and freezer:
            batch.brought(self._station, Unconfirmed(wanted=wanted_as, boot=self._boot, freezer=freezer))
            outcome, reason = "frozen", TO_CONFIRM.given(freezer=freezer)
        elif found == "right":
            batch.confirmed(self._station)
        self._save(
            batch,
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
        batch = Batch(self.product)
        self.tell_failed(batch, exc, wanted=wanted, absent=absent)
        batch.write(db)

    def tell_failed(self, batch: Batch, exc: StationError, *, wanted: Release, absent: bool) -> None:
        """The same, into somebody's batch."""
        job = exc.job or {}
        lost = exc.kind in {"unreachable", "refused"}
        missed = lost or isinstance(exc, AnswerError | ControllerError)
        self._touch(batch, seen=self._clients is not None or not missed, problem=exc.fact if missed else "")
        if not lost and not isinstance(exc, UnseenError | CommandTimeoutError | QuotaError | ControllerError):
            self._close(batch, result="failed", code=job.get("code"), fact=exc.fact, remedy=exc.remedy)
        # Otherwise the job may be going on: the attempt stays open for the run that follows it.
        self._save(
            batch,
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
        batch = Batch(self.product)
        self._touch(batch, seen=seen)
        self._save(batch, wanted=wanted, found=None, outcome="held", reason=reason, remedy=remedy)
        batch.write(db)

    @_transaction
    def audited(self, db: Connection, record: Mapping[str, Any], *, found: str | None, silent: bool) -> None:
        """An audit looked at the station, and found it so (standing.py), unless it was ``silent``."""
        own = {"station": self._station, "school": self._school, "room": self._room}
        write_together(db, [Audited(record={**record, **own}, product=self.product, found=found, silent=silent)])

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
        batch = Batch(self.product)
        batch.named(self._station)
        batch.write(db)
        db.execute(update(schema.station).where(_station.name == self._station).values(woken=moment))

    # Rows.

    def _found(self, wanted: Release, absent: bool) -> str | None:
        return None if self._clients is None else found_in(self._clients, wanted, absent=absent)

    def _begun(self, job: JobName) -> Batch:
        """The station has answered, and works on this job from now on."""
        batch = Batch(self.product)
        self._touch(batch)
        self._next(batch, job)
        return batch

    def _touch(self, batch: Batch, *, seen: bool = False, problem: str = "") -> None:
        """The station's row, and what was found on it."""
        batch.tried(self._station, school=self._school, room=self._room, seen=seen, problem=problem)
        if self._clients is not None:
            batch.shows(self._station, self._clients)

    def _save(self, batch: Batch, *, code: int | None = None, **told: Any) -> None:
        batch.stands(self._station, **told)
        batch.deployed(self._station, code=code, **{name: each for name, each in told.items() if name != "found"})

    def _open(self, db: Connection, job: JobName, *, started: str | None) -> int:
        self._job = job
        controller = f"{socket.gethostname()}:{os.getpid()}"
        added = insert(schema.attempt).values(
            station=self._station,
            product=self.product,
            verb=job.verb,
            job=str(job),
            release=str(job.release),
            begun=now(),
            started=started,
            controller=controller,
        )
        return int(db.execute(added.returning(_attempt.id)).scalar_one())

    def _next(self, batch: Batch, job: JobName) -> None:
        """End the attempt before this job's: the same job is begun again only when the station cut it off, and another
        one only when the step before was proven.
        """
        if self._job == job:
            self._close(batch, result="interrupted", fact=Message("the station cut the job off"))
        self._close(batch, result="done")

    def _close(self, batch: Batch, *, result: str, **told: Any) -> None:
        if self._attempt is not None:
            batch.ended(self._attempt, result=result, **told)
            self._attempt = None

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


def remember_together(path: str, told: Iterable[Told]) -> list[str]:
    """Write what a survey found on all its stations. Returns warnings.

    A transaction for hundreds: whoever installs on a station meanwhile waits for one, and for no ten thousand.
    """
    if not path:
        return []
    try:
        with Store(path) as store:
            for some in some_together(told):
                with store.write() as db:
                    write_together(db, some)
    except StoreError as exc:
        return [_NOT_REMEMBERED.given(error=message_of(exc))]
    return []
