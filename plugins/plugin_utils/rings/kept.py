# SPDX-License-Identifier: GPL-3.0-or-later
"""What the store remembers of rings: how far each school got with a release, and why it stopped. I/O: the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...module_utils.base.clock import now
from ...module_utils.base.message import Message
from ..store.store import Store, StoreError
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
        rows = db.execute("select school, release, done, ring, stopped, stopped_source from ring").fetchall()
    return {(row["school"], row["release"]): _progress(dict(row)) for row in rows}


def _progress(row: dict[str, Any]) -> Progress:
    stopped = kept_text(row["stopped"], row.pop("stopped_source"))
    return Progress(**{**row, "stopped": stopped})


def read_known(store: Store) -> Mapping[tuple[str, str], Known]:
    """What is remembered of each product on each station, by these two. Raises StoreError."""
    with store.read() as db:
        schools = {row["name"]: row["school"] for row in db.execute("select name, school from station")}
        there = _sets(db.execute("select product, station, release from installed where condition = 'ok'"))
        ours = _sets(
            db.execute(
                "select product, station, release from attempt where result = 'done' and verb in ('install', 'update')"
                " and not exists (select 1 from unconfirmed u where u.station = attempt.station"
                " and u.product = attempt.product)"
            )
        )
        failed = {
            (row["product"], row["station"]): row["wanted"]
            for row in db.execute(
                "select product, station, wanted from standing where outcome = 'failed' and failures > 0"
            )
        }
        codes = {
            (row["product"], row["station"]): row["code"]
            for row in db.execute("select product, station, code, max(id) from attempt group by product, station")
        }
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


def _sets(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        found.setdefault((row["product"], row["station"]), set()).add(row["release"])
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
        with Store(Path(store)) as kept, kept.read() as db:
            rows = db.execute(
                "select station, reason, reason_source from standing where reason_source != ''"
            ).fetchall()
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
        for each in schools:
            db.execute(
                "insert into ring (school, release, done, ring, stopped, stopped_source, at) "
                "values (?, ?, ?, ?, ?, ?, ?) on conflict do update set "
                "done = max(done, excluded.done), ring = max(ring, excluded.ring), "
                "stopped = excluded.stopped, stopped_source = excluded.stopped_source, at = excluded.at",
                (each.school, each.release, each.done, each.ring, str(each.stopped), kept_source(each.stopped), now()),
            )
