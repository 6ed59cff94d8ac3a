# SPDX-License-Identifier: GPL-3.0-or-later
"""What the store remembers of rings: how far each school got with a release, and why it stopped. I/O: the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from ...module_utils.base.clock import now
from ...module_utils.base.message import Message
from ..store import schema
from ..store.errors import StoreError
from ..store.rows import put
from ..store.store import Store
from ..store.texts import kept_source, kept_text
from ..words.catalogue import catalogue
from ..words.words import LANGUAGES
from .judge import StationOutcome

__all__ = ["Known", "Progress", "read_known", "read_progress", "with_sources_kept", "write_progress"]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is remembered of one product on one station.

    ``there``: the releases that it had when it was last seen, half-removed clients left out; ``ours``: those that jobs
    of ours brought there and that outlived a start; ``failed``: what the last deployment wanted of it, when that failed
    for a reason of the station; ``code``: what the last setup ended with.
    """

    school: str = ""
    there: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    failed: str = ""
    code: int | None = None

    def proves(self, release: str) -> bool:
        """Whether it runs a release that a job of ours has brought."""
        return release in self.there and release in self.ours


@dataclass(frozen=True, kw_only=True)
class Progress:
    """One school's progress with one release. ``stopped``: why its last run held stations back, empty if it did not."""

    school: str
    release: str
    done: int
    ring: int
    stopped: str = ""


def read_progress(store: Store) -> Mapping[tuple[str, str], Progress]:
    """Every school's progress, by school and release. Raises StoreError."""
    with store.read() as db:
        of = schema.ring.c
        rows = (
            db.execute(select(of.school, of.release, of.done, of.ring, of.stopped, of.stopped_source)).mappings().all()
        )
    return {(row["school"], row["release"]): _progress(dict(row)) for row in rows}


def _progress(row: dict[str, Any]) -> Progress:
    stopped = kept_text(row["stopped"], row.pop("stopped_source"))
    return Progress(**{**row, "stopped": stopped})


def read_known(store: Store) -> Mapping[tuple[str, str], Known]:
    """What is remembered of each product on each station, by these two. Raises StoreError."""
    with store.read() as db:
        station, client, tried, stands = schema.station.c, schema.installed.c, schema.attempt.c, schema.standing.c
        schools = {row.name: row.school for row in db.execute(select(station.name, station.school))}
        there = _sets(db, select(client.product, client.station, client.release).where(client.condition == "ok"))
        waits = schema.unconfirmed.c
        open_still = exists().where(waits.station == tried.station, waits.product == tried.product)
        ours = _sets(
            db,
            select(tried.product, tried.station, tried.release).where(
                tried.result == "done", tried.verb.in_(("install", "update")), ~open_still
            ),
        )
        lost = select(stands.product, stands.station, stands.wanted).where(
            stands.outcome == "failed", stands.failures > 0
        )
        failed = {(product, name): wanted for product, name, wanted in db.execute(lost)}
        last = select(func.max(tried.id)).group_by(tried.product, tried.station)
        ended = select(tried.product, tried.station, tried.code).where(tried.id.in_(last))
        codes = {(product, name): code for product, name, code in db.execute(ended)}
    return {
        key: Known(
            school=schools[key[1]].strip().upper(),
            there=frozenset(there.get(key, ())),
            ours=frozenset(ours.get(key, ())),
            failed=failed.get(key, ""),
            code=codes.get(key),
        )
        for key in there.keys() | failed.keys()
    }


def _sets(db: Connection, rows: Select[Any]) -> dict[tuple[str, str], set[str]]:
    """Releases by product and station."""
    found: dict[tuple[str, str], set[str]] = {}
    for product, station, release in db.execute(rows):
        found.setdefault((product, station), set()).add(release)
    return found


def with_sources_kept(store: str, outcomes: Mapping[str, StationOutcome]) -> dict[str, StationOutcome]:
    """Outcomes whose facts can be said in another language again. ``store`` empty, or unreadable: as they are.

    What failed says it in the language of its run, and in no other: Ansible shows all that stands in such a result.
    What it is said from is in the store by then (remaining/memory.py).
    """
    plain = {name for name, each in outcomes.items() if each.fact and not isinstance(each.fact, Message)}
    if not store or not plain:
        return dict(outcomes)
    try:
        with Store(store) as kept, kept.read() as db:
            of = schema.standing.c
            told = select(of.station, of.reason, of.reason_source).where(of.reason_source != "")
            rows = db.execute(told).mappings().all()
    except StoreError:
        return dict(outcomes)
    made = dict(outcomes)
    for row in (row for row in rows if row["station"] in plain):
        fact, own = kept_text(row["reason"], row["reason_source"]), outcomes[row["station"]]
        # Of several products the one that says the same.
        if own.fact in {catalogue(language).of(fact) for language in LANGUAGES}:
            made[row["station"]] = replace(own, fact=fact)
    return made


def write_progress(store: Store, schools: Iterable[Progress]) -> None:
    """Remember how far the schools got. Raises StoreError.

    The number of stations only grows: a run on one room says nothing against what the whole school showed before.
    """
    with store.write() as db:
        of = schema.ring.c
        for each in sorted(schools, key=lambda progress: (progress.school, progress.release)):
            key = (of.school == each.school, of.release == each.release)
            was = db.execute(select(of.done, of.ring).where(*key)).one_or_none() or (0, 0)
            row = {
                "school": each.school,
                "release": each.release,
                "done": max(was[0], each.done),
                "ring": max(was[1], each.ring),
                "stopped": str(each.stopped),
                "stopped_source": kept_source(each.stopped),
                "at": now(),
            }
            put(db, schema.ring, [row])
