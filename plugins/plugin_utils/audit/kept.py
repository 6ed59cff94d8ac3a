# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits in the store: what each station was in each of them, what changed, and since when. Raises StoreError.

I/O: the store.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from ...module_utils.base.times import iso, local_day, moment
from ..store import schema
from ..store.rows import put
from ..store.store import Store
from .history import VANISHED, Changes, LastWord, changes, clients_of, picture, remember
from .record import AuditRecord, ShownRecord

__all__ = ["Audit", "History", "last_words", "our_jobs", "read_history", "save_audit"]

# Of audit_station, beside its key and the record.
_COLUMNS = ("inventory", "at", "since", "judged", "clients", "seen")

Jobs = Callable[[Connection, str], Iterable[tuple[str, str]]]
"""Our own jobs for a product, as (station, time of the end). What they change is not by hand."""


def our_jobs(db: Connection, product: str) -> list[tuple[str, str]]:
    """Every start of an installer in this store. One that has not ended may be what changes a station just now."""
    of = schema.attempt.c
    jobs = select(of.station, func.coalesce(of.ended, "9999")).where(of.product == product)
    return [(station, time) for station, time in db.execute(jobs)]


@dataclass(frozen=True, kw_only=True)
class Audit:
    """One run. ``stations`` is the whole inventory, ``inventory`` names its sources, ``limited`` whether some of the
    stations that audits have seen were left out."""

    at: str
    records: Sequence[AuditRecord]
    stations: Collection[str]
    inventory: str
    verdict: str
    product: str = "pronote_client"


@dataclass(frozen=True, kw_only=True)
class History:
    """What reports show on top of this run. ``trend``: school → [(time, {status: stations})], oldest first, the last
    audit of each day. ``releases``: school → (release, first seen)."""

    picture: list[ShownRecord]
    changes: Changes | None = None
    trend: dict[str, list[tuple[str, dict[str, int]]]] = field(default_factory=dict)
    releases: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def none(cls, audit: Audit) -> History:
        """Without a store there is this run only."""
        return cls(picture=picture({}, audit.records, stations=(), at=audit.at))


def save_audit(store: Store, audit: Audit, *, keep_days: int, jobs: Jobs = our_jobs) -> History:
    """Keep an audit in one transaction, forget those older than ``keep_days``, and return the history with it."""
    with store.write() as db:
        found, words, shown = _compared(db, audit, jobs)
        _insert(db, audit, found, words, shown)
        _prune(db, audit.at, keep_days)
        return _history(db, audit.product, shown, found)


def read_history(store: Store, audit: Audit, *, jobs: Jobs = our_jobs) -> History:
    """The history as it would be with this audit; nothing is written (check mode)."""
    with store.read() as db:
        found, _, shown = _compared(db, audit, jobs)
        return _history(db, audit.product, shown, found)


def last_words(store: Store, product: str = "pronote_client") -> list[LastWord]:
    """The last word on every station that audits have seen, each with its own date. Raises StoreError."""
    with store.read() as db:
        return list(_last_words(db, product).values())


def _last_words(db: Connection, product: str) -> dict[str, LastWord]:
    return {
        row["station"]: LastWord(record=json.loads(row["record"]), **{name: row[name] for name in _COLUMNS})
        for row in db.execute(select(schema.audit_station).where(schema.audit_station.c.product == product)).mappings()
    }


def _compared(db: Connection, audit: Audit, jobs: Jobs) -> tuple[Changes, dict[str, LastWord], list[ShownRecord]]:
    """What changed, the new last word on each station of the audit, and the picture with it."""
    known = _last_words(db, audit.product)
    ours = jobs(db, audit.product)
    found = changes(known, audit.records, stations=audit.stations, inventory=audit.inventory, ours=ours)
    words = {
        r["station"]: remember(known.get(r["station"]), r, at=audit.at, inventory=audit.inventory)
        for r in audit.records
    }
    return found, words, picture({**known, **words}, audit.records, stations=audit.stations, at=audit.at)


def _insert(
    db: Connection, audit: Audit, found: Changes, words: Mapping[str, LastWord], shown: Sequence[ShownRecord]
) -> None:
    limited = any(not entry["audited"] for entry in shown)
    own = {"at": audit.at, "product": audit.product, "inventory": audit.inventory, "verdict": audit.verdict}
    added = insert(schema.audit).values(own | {"limited": int(limited)})
    number = db.execute(added.returning(schema.audit.c.id)).scalar_one()
    results = {r["station"]: (r["status"], clients_of(r)) for r in audit.records}
    results |= {change.station: (VANISHED, None) for change in found.vanished}
    put(
        db,
        schema.audit_result,
        [
            {"audit": number, "station": station, "status": status, "clients": clients}
            for station, (status, clients) in results.items()
        ],
    )
    kept = schema.audit_station
    for gone in found.vanished:
        db.execute(delete(kept).where(kept.c.product == audit.product, kept.c.station == gone.station))
    put(db, kept, [_row(audit.product, station, words[station]) for station in sorted(words)])
    # Only the schools of this run, each with all of its stations: a limited run leaves no dent in anybody's trend.
    schools = {r["school"] for r in audit.records}
    counts = Counter((each["school"], each["status"]) for each in shown if each["school"] in schools)
    if counts:
        rows = [
            {"audit": number, "school": school, "status": status, "stations": n}
            for (school, status), n in counts.items()
        ]
        db.execute(insert(schema.audit_count), rows)
    # What each school's server was read to run: neither a pinned release nor the last known one.
    read = {r["school"]: r["expected"] for r in audit.records if r["expected"] and not (r["stale"] or r["pinned"])}
    for school, release in read.items():
        _see_release(db, audit, school, release)


def _row(product: str, station: str, word: LastWord) -> dict[str, Any]:
    # In ASCII: a server's JSON may hold half of a surrogate pair, which no store can keep as text.
    columns = {name: getattr(word, name) for name in _COLUMNS}
    return {"product": product, "station": station, "record": json.dumps(word.record), **columns}


def _see_release(db: Connection, audit: Audit, school: str, release: str) -> None:
    seen = schema.server_release
    last = (
        db.execute(
            select(seen.c.id, seen.c.release)
            .where(seen.c.product == audit.product, seen.c.school == school)
            .order_by(seen.c.id.desc())
            .limit(1)
        )
        .mappings()
        .one_or_none()
    )
    if last is not None and last["release"] == release:
        db.execute(update(seen).where(seen.c.id == last["id"]).values(last_seen=audit.at))
        return
    own = {"product": audit.product, "school": school, "release": release}
    db.execute(insert(seen).values(own | {"first_seen": audit.at, "last_seen": audit.at}))


def _prune(db: Connection, at: str, keep_days: int) -> None:
    try:
        oldest = iso(moment(at) - dt.timedelta(days=keep_days))
    except OverflowError:
        # More days than there are years for (999999: for ever).
        return
    for table in (schema.audit, schema.audit_station):
        db.execute(delete(table).where(table.c.at < oldest))


def _history(db: Connection, product: str, shown: list[ShownRecord], found: Changes) -> History:
    return History(picture=shown, changes=found, trend=_trend(db, product), releases=_releases(db, product))


def _trend(db: Connection, product: str) -> dict[str, list[tuple[str, dict[str, int]]]]:
    audits: dict[str, dict[int, tuple[str, dict[str, int]]]] = {}
    of, counted = schema.audit.c, schema.audit_count.c
    trend = (
        select(of.id, of.at, counted.school, counted.status, counted.stations)
        .join_from(schema.audit_count, schema.audit, counted.audit == of.id)
        .where(of.product == product)
        .order_by(of.id)
    )
    for number, at, school, status, stations in db.execute(trend):
        _, counts = audits.setdefault(school, {}).setdefault(number, (at, {}))
        counts[status] = stations
    # The last audit of each day, where the controller is: an evening of deployments is one point, as any day is.
    return {
        school: list({local_day(at): (at, counts) for at, counts in of_school.values()}.values())
        for school, of_school in audits.items()
    }


def _releases(db: Connection, product: str) -> dict[str, tuple[str, str]]:
    seen = schema.server_release.c
    rows = db.execute(
        select(seen.school, seen.release, seen.first_seen).where(seen.product == product).order_by(seen.id)
    )
    return {school: (release, first_seen) for school, release, first_seen in rows}
