# SPDX-License-Identifier: GPL-3.0-or-later
"""Audits in the store: what each station was in each of them, what changed, and since when. Raises StoreError.

I/O: the store.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from ...module_utils.base.times import iso, local_day, moment
from ..inventory.identity import Identity
from ..store import schema
from ..store.rows import named, put
from ..store.store import Store
from .history import VANISHED, Change, Changes, LastWord, changes, clients_of, merged, picture, remember
from .record import AuditRecord, ShownRecord
from .sight import Sight, sight_of

__all__ = ["Audit", "History", "conclude_audits", "last_words", "our_jobs", "read_history", "save_audit"]

# Of audit_station, beside its key and the record.
_COLUMNS = ("inventory", "at", "since", "judged", "clients", "seen")

# Of audit_change, by the fields of a Change: two of them are words of SQL.
_CHANGE = {"station": "station", "school": "school", "room": "room", "was": "before", "became": "after"}

Jobs = Callable[[Connection, str, Collection[str]], Iterable[tuple[str, str]]]
"""Our own jobs for a product on these stations, as (station, time of the end); of others when these had none. What they
change is not by hand."""


def our_jobs(db: Connection, product: str, stations: Collection[str]) -> list[tuple[str, str]]:
    """The last start of an installer on each. One that has not ended may be what changes a station just now."""
    if not stations:
        return []
    of = schema.attempt.c
    last = select(of.station, func.max(func.coalesce(of.ended, "9999")).label("ended")).where(of.product == product)
    found = [(row["station"], row["ended"]) for row in named(db, last.group_by(of.station), of.station, stations)]
    # Anybody's says that deployments are remembered in this store.
    return found or [
        (name, "") for name in db.execute(select(of.station).where(of.product == product).limit(1)).scalars()
    ]


@dataclass(frozen=True, kw_only=True)
class Audit:
    """One run. ``stations``: those that its inventory names. ``concludes``: it has read nobody, and sums up what the
    audits before it have found (playbooks/conclude.yml). ``later``: one of many, each of some schools, that such a
    conclusion sums up: what the store has of other schools is not read, nor judged."""

    at: str
    records: Sequence[AuditRecord]
    stations: Collection[str]
    inventory: Identity
    verdict: str
    product: str = "pronote_client"
    concludes: bool = False
    later: bool = False

    @property
    def schools(self) -> frozenset[str] | None:
        """Those of which it reads the store; None: all."""
        return frozenset(record["school"] for record in self.records) if self.later else None


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
        _prune(db, audit, keep_days)
        return _history(db, audit, compared)


def read_history(store: Store, audit: Audit, *, jobs: Jobs = our_jobs) -> History:
    """The history as it would be with this audit; nothing is written (check mode)."""
    with store.read() as db:
        return _history(db, audit, _compared(db, audit, jobs))


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
            _prune(db, audit, keep_days)
        return _history(db, audit, compared)


def _since_concluded(db: Connection, audit: Audit) -> list[Changes]:
    """What each audit since the last conclusion found changed, oldest first."""
    of, change = schema.audit.c, schema.audit_change.c
    mine = (of.product == audit.product, of.inventory.in_([audit.inventory.key, audit.inventory.formerly]))
    last = select(func.coalesce(func.max(of.id), 0)).where(*mine, of.concludes == 1).scalar_subquery()
    rows = (
        select(schema.audit_change)
        .join_from(schema.audit_change, schema.audit, change.audit == of.id)
        .where(*mine, of.id > last)
        .order_by(of.id, change.id)
    )
    found: dict[int, Changes] = {}
    for row in db.execute(rows).mappings():
        one = Change(**{of_change: row[name] for name, of_change in _CHANGE.items()})
        getattr(found.setdefault(row["audit"], Changes()), row["kind"]).append(one)
    return list(found.values())


def last_words(store: Store, product: str = "pronote_client") -> list[LastWord]:
    """The last word on every station that audits have seen, each with its own date. Raises StoreError."""
    with store.read() as db:
        return list(_last_words(db, product).values())


def _last_words(
    db: Connection, product: str, schools: Collection[str] | None = None, stations: Collection[str] = ()
) -> dict[str, LastWord]:
    """Of these schools and, whatever school they were of then, of these stations."""
    of = schema.audit_station.c
    every = select(schema.audit_station).where(of.product == product)
    rows = {row["station"]: row for row in named(db, every, of.school, schools)}
    if schools is not None:
        rows |= {row["station"]: row for row in named(db, every, of.station, set(stations) - rows.keys())}
    return {
        station: LastWord(record=json.loads(row["record"]), **{name: row[name] for name in _COLUMNS})
        for station, row in rows.items()
    }


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """An audit beside what was known: what changed, the new last word on each of its stations, the picture with it."""

    found: Changes
    words: Mapping[str, LastWord]
    shown: Sequence[ShownRecord]
    sight: Sight


def _compared(db: Connection, audit: Audit, jobs: Jobs) -> _Compared:
    audited = {record["station"] for record in audit.records}
    known = _taken_over(_last_words(db, audit.product, audit.schools, audited), audit.inventory)
    ours = jobs(db, audit.product, audited)
    key = audit.inventory.key
    sight = sight_of(
        {name: word.record["school"] for name, word in known.items() if word.inventory == key},
        {r["station"]: r["school"] for r in audit.records},
        stations=audit.stations,
        in_parts=audit.inventory.in_parts,
        may_be_cut=audit.inventory.may_be_cut,
        whole=audit.concludes,
    )
    found = changes(
        known,
        audit.records,
        stations=sight.stations,
        inventory=key,
        ours=ours,
        judges=sight.judges,
        others=not known and _has_words(db, audit.product),
    )
    words = {r["station"]: remember(known.get(r["station"]), r, at=audit.at, inventory=key) for r in audit.records}
    shown = picture({**known, **words}, audit.records, stations=sight.stations, at=audit.at)
    return _Compared(found=found, words=words, shown=shown, sight=sight)


def _has_words(db: Connection, product: str) -> bool:
    of = schema.audit_station.c
    return db.execute(select(of.station).where(of.product == product).limit(1)).first() is not None


def _taken_over(known: dict[str, LastWord], inventory: Identity) -> dict[str, LastWord]:
    """The last words with those of the same inventory from before it had an id as its own."""
    if not inventory.formerly:
        return known
    return {
        name: replace(word, inventory=inventory.key) if word.inventory == inventory.formerly else word
        for name, word in known.items()
    }


def _insert(db: Connection, audit: Audit, compared: _Compared) -> None:
    found, words, shown = compared.found, compared.words, compared.shown
    key, formerly = audit.inventory.key, audit.inventory.formerly
    # What the audits of then are called matters to a conclusion, which does it.
    for table in (*([schema.audit] if not audit.later else []), schema.audit_station) if formerly else ():
        of_it = (table.c.product == audit.product, table.c.inventory == formerly)
        db.execute(update(table).where(*of_it, *_own(audit, table)).values(inventory=key))
    limited = any(not entry["audited"] for entry in shown)
    own = {"at": audit.at, "product": audit.product, "inventory": key, "verdict": audit.verdict}
    added = insert(schema.audit).values(own | {"limited": int(limited), "concludes": int(audit.concludes)})
    number = db.execute(added.returning(schema.audit.c.id)).scalar_one()
    changed = [
        {"audit": number, "kind": kind, **{name: each[of] for name, of in _CHANGE.items()}}
        for kind, changes_of in vars(found).items()
        for each in map(asdict, changes_of)
    ]
    if changed and not audit.concludes:
        db.execute(insert(schema.audit_change), changed)
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
    columns = {"school": word.record["school"]} | {name: getattr(word, name) for name in _COLUMNS}
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


def _prune(db: Connection, audit: Audit, keep_days: int) -> None:
    try:
        oldest = iso(moment(audit.at) - dt.timedelta(days=keep_days))
    except OverflowError:
        # More days than there are years for (999999: for ever).
        return
    for table in (schema.audit, schema.audit_station):
        db.execute(delete(table).where(table.c.at < oldest, *_own(audit, table)))


def _own(audit: Audit, table: Table) -> list[ColumnElement[bool]]:
    """Of the last words, only those of its own schools, for an audit that is one of many."""
    if audit.schools is None or table is not schema.audit_station:
        return []
    return [table.c.product == audit.product, table.c.school.in_(audit.schools)]


def _history(db: Connection, audit: Audit, compared: _Compared) -> History:
    return History(
        picture=list(compared.shown),
        changes=compared.found,
        trend=_trend(db, audit.product, audit.schools),
        releases=_releases(db, audit.product, audit.schools),
        cut=compared.sight.cut,
    )


def _trend(
    db: Connection, product: str, schools: Collection[str] | None
) -> dict[str, list[tuple[str, dict[str, int]]]]:
    audits: dict[str, dict[int, tuple[str, dict[str, int]]]] = {}
    of, counted = schema.audit.c, schema.audit_count.c
    trend = (
        select(of.id, of.at, counted.school, counted.status, counted.stations)
        .join_from(schema.audit_count, schema.audit, counted.audit == of.id)
        .where(of.product == product)
        .order_by(of.id)
    )
    for row in named(db, trend, counted.school, schools):
        _other, counts = audits.setdefault(row["school"], {}).setdefault(row["id"], (row["at"], {}))
        counts[row["status"]] = row["stations"]
    # The last audit of each day, where the controller is: an evening of deployments is one point, as any day is.
    return {
        school: list({local_day(at): (at, counts) for at, counts in of_school.values()}.values())
        for school, of_school in audits.items()
    }


def _releases(db: Connection, product: str, schools: Collection[str] | None) -> dict[str, tuple[str, str]]:
    seen = schema.server_release.c
    every = select(seen.school, seen.release, seen.first_seen).where(seen.product == product).order_by(seen.id)
    rows = named(db, every, seen.school, schools)
    return {row["school"]: (row["release"], row["first_seen"]) for row in rows}
