# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits in the store: what each station was in each of them, what changed, and since when. Raises StoreError.

I/O: the store.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...module_utils.base.times import local_day
from ..store.store import Store
from .history import VANISHED, Changes, LastWord, changes, clients_of, picture, remember
from .record import AuditRecord, ShownRecord

__all__ = ["Audit", "History", "last_words", "our_jobs", "read_history", "save_audit"]

# Of audit_station, beside its key and the record.
_COLUMNS = ("inventory", "at", "since", "judged", "clients", "seen")

Jobs = Callable[[sqlite3.Connection, str], Iterable[tuple[str, str]]]
"""Our own jobs for a product, as (station, time of the end). What they change is not by hand."""


def our_jobs(db: sqlite3.Connection, product: str) -> list[tuple[str, str]]:
    """Every start of an installer in this store. One that has not ended may be what changes a station just now."""
    return [
        (row["station"], row["time"])
        for row in db.execute(
            "select station, coalesce(ended, '9999') as time from attempt where product = ?", (product,)
        )
    ]


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


def _last_words(db: sqlite3.Connection, product: str) -> dict[str, LastWord]:
    return {
        row["station"]: LastWord(record=json.loads(row["record"]), **{name: row[name] for name in _COLUMNS})
        for row in db.execute("select * from audit_station where product = ?", (product,))
    }


def _compared(
    db: sqlite3.Connection, audit: Audit, jobs: Jobs
) -> tuple[Changes, dict[str, LastWord], list[ShownRecord]]:
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
    db: sqlite3.Connection, audit: Audit, found: Changes, words: Mapping[str, LastWord], shown: Sequence[ShownRecord]
) -> None:
    limited = any(not entry["audited"] for entry in shown)
    number = db.execute(
        "insert into audit (at, product, inventory, limited, verdict) values (?, ?, ?, ?, ?)",
        (audit.at, audit.product, audit.inventory, int(limited), audit.verdict),
    ).lastrowid
    results = [(number, r["station"], r["status"], clients_of(r)) for r in audit.records]
    results += [(number, change.station, VANISHED, None) for change in found.vanished]
    db.executemany("insert or replace into audit_result values (?, ?, ?, ?)", results)
    gone = [(audit.product, change.station) for change in found.vanished]
    db.executemany("delete from audit_station where product = ? and station = ?", gone)
    db.executemany(
        f"insert or replace into audit_station (product, station, record, {', '.join(_COLUMNS)})"  # noqa: S608  (ours)
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        # In ASCII: a server's JSON may hold half of a surrogate pair, which SQLite cannot keep as text.
        [
            (audit.product, station, json.dumps(word.record), *(getattr(word, name) for name in _COLUMNS))
            for station, word in words.items()
        ],
    )
    # Only the schools of this run, each with all of its stations: a limited run leaves no dent in anybody's trend.
    schools = {r["school"] for r in audit.records}
    counts = Counter((each["school"], each["status"]) for each in shown if each["school"] in schools)
    db.executemany("insert into audit_count values (?, ?, ?, ?)", [(number, *key, n) for key, n in counts.items()])
    # What each school's server was read to run: neither a pinned release nor the last known one.
    read = {r["school"]: r["expected"] for r in audit.records if r["expected"] and not (r["stale"] or r["pinned"])}
    for school, release in read.items():
        _see_release(db, audit, school, release)


def _see_release(db: sqlite3.Connection, audit: Audit, school: str, release: str) -> None:
    last = db.execute(
        "select id, release from server_release where product = ? and school = ? order by id desc limit 1",
        (audit.product, school),
    ).fetchone()
    if last is not None and last["release"] == release:
        db.execute("update server_release set last_seen = ? where id = ?", (audit.at, last["id"]))
    else:
        db.execute(
            "insert into server_release (product, school, release, first_seen, last_seen) values (?, ?, ?, ?, ?)",
            (audit.product, school, release, audit.at, audit.at),
        )


def _prune(db: sqlite3.Connection, at: str, keep_days: int) -> None:
    for table in ("audit", "audit_station"):
        # Of more days than there are years for (999999: for ever) SQLite makes null, before which nothing is.
        db.execute(
            f"delete from {table} where at < strftime('%Y-%m-%dT%H:%M:%SZ', ?, ?)",  # noqa: S608  (our own names)
            (at, f"-{keep_days} days"),
        )


def _history(db: sqlite3.Connection, product: str, shown: list[ShownRecord], found: Changes) -> History:
    return History(picture=shown, changes=found, trend=_trend(db, product), releases=_releases(db, product))


def _trend(db: sqlite3.Connection, product: str) -> dict[str, list[tuple[str, dict[str, int]]]]:
    audits: dict[str, dict[int, tuple[str, dict[str, int]]]] = {}
    for row in db.execute(
        "select audit.id, at, school, status, stations from audit_count join audit on audit = audit.id"
        " where product = ? order by audit.id",
        (product,),
    ):
        _, counts = audits.setdefault(row["school"], {}).setdefault(row["id"], (row["at"], {}))
        counts[row["status"]] = row["stations"]
    # The last audit of each day, where the controller is: an evening of deployments is one point, as any day is.
    return {
        school: list({local_day(at): (at, counts) for at, counts in of_school.values()}.values())
        for school, of_school in audits.items()
    }


def _releases(db: sqlite3.Connection, product: str) -> dict[str, tuple[str, str]]:
    rows = db.execute(
        "select school, release, first_seen from server_release where product = ? order by id", (product,)
    )
    return {row["school"]: (row["release"], row["first_seen"]) for row in rows}
