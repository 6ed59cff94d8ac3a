# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits in the store: what each station was in each of them, what changed, and since when. Raises StoreError.

I/O: the store.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from ...module_utils.base.times import local_day
from ..inventory.identity import Identity
from ..store.store import Store
from .history import VANISHED, Change, Changes, LastWord, changes, clients_of, merged, picture, remember
from .record import AuditRecord, ShownRecord
from .sight import Sight, sight_of

__all__ = ["Audit", "History", "conclude_audits", "last_words", "our_jobs", "read_history", "save_audit"]

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
    """One run. ``stations``: those that its inventory names. ``concludes``: it has read nobody, and sums up what the
    audits before it have found (playbooks/conclude.yml)."""

    at: str
    records: Sequence[AuditRecord]
    stations: Collection[str]
    inventory: Identity
    verdict: str
    product: str = "pronote_client"
    concludes: bool = False


@dataclass(frozen=True, kw_only=True)
class History:
    """What reports show on top of this run. ``trend``: school → [(time, {status: stations})], oldest first, the last
    audit of each day. ``releases``: school → (release, first seen). ``cut``: as of a Sight."""

    picture: list[ShownRecord]
    changes: Changes | None = None
    trend: dict[str, list[tuple[str, dict[str, int]]]] = field(default_factory=dict)
    releases: dict[str, tuple[str, str]] = field(default_factory=dict)
    cut: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def none(cls, audit: Audit) -> History:
        """Without a store there is this run only."""
        return cls(picture=picture({}, audit.records, stations=(), at=audit.at))


def save_audit(store: Store, audit: Audit, *, keep_days: int, jobs: Jobs = our_jobs) -> History:
    """Keep an audit in one transaction, forget those older than ``keep_days``, and return the history with it."""
    with store.write() as db:
        compared = _compared(db, audit, jobs)
        _insert(db, audit, compared)
        _prune(db, audit.at, keep_days)
        return _history(db, audit.product, compared)


def read_history(store: Store, audit: Audit, *, jobs: Jobs = our_jobs) -> History:
    """The history as it would be with this audit; nothing is written (check mode)."""
    with store.read() as db:
        return _history(db, audit.product, _compared(db, audit, jobs))


def conclude_audits(
    store: Store, audit: Audit, *, judge: Callable[[Sequence[ShownRecord]], str], keep_days: int, check: bool
) -> History:
    """The history over all audits of an inventory, whoever made them, with what changed since the last conclusion.

    ``judge``: the verdict on the picture. Kept in one transaction, unless ``check``.
    """
    with store.read() if check else store.write() as db:
        compared = _compared(db, audit, our_jobs)
        compared = replace(compared, found=merged([*_since_concluded(db, audit), compared.found]))
        if not check:
            _insert(db, replace(audit, verdict=judge(compared.shown)), compared)
            _prune(db, audit.at, keep_days)
        return _history(db, audit.product, compared)


def _since_concluded(db: sqlite3.Connection, audit: Audit) -> list[Changes]:
    """What each audit since the last conclusion found changed, oldest first."""
    found: dict[int, Changes] = {}
    for row in db.execute(
        "select audit, kind, station, audit_change.school, room, was, became from audit_change"
        " join audit on audit = audit.id where product = ? and inventory in (?, ?) and audit.id >"
        " (select coalesce(max(id), 0) from audit where product = ? and inventory = ? and concludes = 1)"
        " order by audit.id, audit_change.id",
        (audit.product, audit.inventory.key, audit.inventory.formerly, audit.product, audit.inventory.key),
    ):
        change = Change(
            station=row["station"], school=row["school"], room=row["room"], before=row["was"], after=row["became"]
        )
        getattr(found.setdefault(row["audit"], Changes()), row["kind"]).append(change)
    return list(found.values())


def last_words(store: Store, product: str = "pronote_client") -> list[LastWord]:
    """The last word on every station that audits have seen, each with its own date. Raises StoreError."""
    with store.read() as db:
        return list(_last_words(db, product).values())


def _last_words(db: sqlite3.Connection, product: str) -> dict[str, LastWord]:
    return {
        row["station"]: LastWord(record=json.loads(row["record"]), **{name: row[name] for name in _COLUMNS})
        for row in db.execute("select * from audit_station where product = ?", (product,))
    }


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """An audit beside what was known: what changed, the new last word on each of its stations, the picture with it."""

    found: Changes
    words: Mapping[str, LastWord]
    shown: Sequence[ShownRecord]
    sight: Sight


def _compared(db: sqlite3.Connection, audit: Audit, jobs: Jobs) -> _Compared:
    known = _taken_over(_last_words(db, audit.product), audit.inventory)
    ours = jobs(db, audit.product)
    key = audit.inventory.key
    sight = sight_of(
        {name: word.record["school"] for name, word in known.items() if word.inventory == key},
        {r["station"]: r["school"] for r in audit.records},
        stations=audit.stations,
        in_parts=audit.inventory.in_parts,
        may_be_cut=audit.inventory.may_be_cut,
        whole=audit.concludes,
    )
    found = changes(known, audit.records, stations=sight.stations, inventory=key, ours=ours, judges=sight.judges)
    words = {r["station"]: remember(known.get(r["station"]), r, at=audit.at, inventory=key) for r in audit.records}
    shown = picture({**known, **words}, audit.records, stations=sight.stations, at=audit.at)
    return _Compared(found=found, words=words, shown=shown, sight=sight)


def _taken_over(known: dict[str, LastWord], inventory: Identity) -> dict[str, LastWord]:
    """The last words with those of the same inventory from before it had an id as its own."""
    if not inventory.formerly:
        return known
    return {
        name: replace(word, inventory=inventory.key) if word.inventory == inventory.formerly else word
        for name, word in known.items()
    }


def _insert(db: sqlite3.Connection, audit: Audit, compared: _Compared) -> None:
    found, words, shown = compared.found, compared.words, compared.shown
    if audit.inventory.formerly:
        for table in ("audit", "audit_station"):
            db.execute(
                f"update {table} set inventory = ? where product = ? and inventory = ?",  # noqa: S608  (ours)
                (audit.inventory.key, audit.product, audit.inventory.formerly),
            )
    limited = any(not entry["audited"] for entry in shown)
    number = db.execute(
        "insert into audit (at, product, inventory, limited, verdict, concludes) values (?, ?, ?, ?, ?, ?)",
        (audit.at, audit.product, audit.inventory.key, int(limited), audit.verdict, int(audit.concludes)),
    ).lastrowid
    results = [(number, r["station"], r["status"], clients_of(r)) for r in audit.records]
    results += [(number, change.station, VANISHED, None) for change in found.vanished]
    db.executemany("insert or replace into audit_result values (?, ?, ?, ?)", results)
    if not audit.concludes:
        db.executemany(
            "insert into audit_change (audit, kind, station, school, room, was, became) values (?, ?, ?, ?, ?, ?, ?)",
            [
                (number, kind, each["station"], each["school"], each["room"], each["before"], each["after"])
                for kind, changed in vars(found).items()
                for each in map(asdict, changed)
            ],
        )
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


def _history(db: sqlite3.Connection, product: str, compared: _Compared) -> History:
    return History(
        picture=list(compared.shown),
        changes=compared.found,
        trend=_trend(db, product),
        releases=_releases(db, product),
        cut=compared.sight.cut,
    )


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
