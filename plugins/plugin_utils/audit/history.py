# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of each station from one audit to the next, and what changed since. Pure.

Each station is compared with its *own* last result, whenever that was: an audit of one room (``--limit``) tells what
changed in that room and nothing about the others, which stay as they were last seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import cast

from .record import AuditRecord, RecordSummary, ShownRecord
from .status import FAULTY, JUDGED

__all__ = ["VANISHED", "Change", "Changes", "LastWord", "changes", "clients_of", "merged", "picture", "remember"]

_KEPT = frozenset(RecordSummary.__annotations__)

VANISHED = "vanished"
"""In the history only: the station is no longer in the inventory."""


@dataclass(frozen=True, kw_only=True)
class LastWord:
    """The last word on a station. Times are the store's."""

    record: RecordSummary
    at: str
    since: str  # since when its status is this one
    judged: str = ""  # its last status that said something about its client
    clients: str | None = None  # the clients it had when it could last be read
    seen: str | None = None  # when it could last be read
    inventory: str = ""  # the key of the inventory it was audited with (inventory/identity.py)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A station, with what it had before and has now: statuses, or clients."""

    station: str
    school: str
    room: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What an audit found changed. Each list is in the order of the records."""

    newly_late: list[Change] = field(default_factory=list)
    fixed: list[Change] = field(default_factory=list)
    by_hand: list[Change] = field(default_factory=list)
    new: list[Change] = field(default_factory=list)
    vanished: list[Change] = field(default_factory=list)

    def as_dict(self) -> dict[str, list[dict[str, str]]]:
        """Plain data, for the JSON report."""
        return {name: [asdict(change) for change in each] for name, each in vars(self).items()}


def clients_of(record: AuditRecord) -> str | None:
    """The clients of a station as text that is equal when they are; None when it could not be read."""
    facts = record["facts"]
    if not facts:
        return None
    found = {f"{c['release'] or c['year'] or '?'} {c['arch'] or '?'}" for c in facts["clients"]}
    return " + ".join(sorted(found))


def remember(previous: LastWord | None, record: AuditRecord, *, at: str, inventory: str) -> LastWord:
    """What to keep of a station after this audit."""
    status, clients = record["status"], clients_of(record)
    # What changed after the reading, and before the audit's end, is news for the next audit.
    read_at = record.get("read_at") or at
    return LastWord(
        record=cast("RecordSummary", {name: each for name, each in record.items() if name in _KEPT}),
        at=at,
        since=previous.since if previous is not None and previous.record["status"] == status else at,
        judged=status if status in JUDGED else previous.judged if previous else "",
        clients=clients if clients is not None else previous.clients if previous else None,
        seen=read_at if clients is not None else previous.seen if previous else None,
        inventory=inventory,
    )


def changes(
    known: Mapping[str, LastWord],
    records: Sequence[AuditRecord],
    *,
    stations: Collection[str],
    inventory: str,
    ours: Iterable[tuple[str, str]],
    judges: Callable[[str], bool] = lambda _school: True,
    others: bool = False,
) -> Changes:
    """Compare an audit with what was known.

    ``stations`` is the whole inventory, whatever the limit of the run: only a station that is no longer in it has
    vanished, only when it was last audited with the same ``inventory`` (another file beside this one may hold it), and
    only in a school that the run ``judges`` (audit/sight.py). ``ours`` are our own jobs, as (station, time of the
    end): a client that changed without one was changed by hand, which is the client's own update or a visit. When there
    is none at all, deployments are remembered in another store, or there are none yet: then nothing is called changed
    by hand. Nothing is new in a first audit. ``others``: whether there is a word on stations that ``known`` leaves out.
    """
    latest = dict[str, str]()
    for station, time in ours:
        latest[station] = max(time, latest.get(station, ""))
    found = Changes()
    for record in records:
        station, status, clients = record["station"], record["status"], clients_of(record)
        previous = known.get(station)
        if previous is None:
            if known or others:
                found.new.append(_change(record, after=status))
            continue
        if status in FAULTY and previous.judged not in FAULTY:
            found.newly_late.append(_change(record, before=previous.judged, after=status))
        if status == "compliant" and previous.judged in FAULTY:
            found.fixed.append(_change(record, before=previous.judged, after=status))
        by_us = not latest or latest.get(station, "") >= (previous.seen or "")
        if clients is not None and previous.clients is not None and clients != previous.clients and not by_us:
            found.by_hand.append(_change(record, before=previous.clients, after=clients))
    here = {*stations, *(record["station"] for record in records)}
    for station in sorted(set(known) - here):
        old = known[station].record
        if known[station].inventory == inventory and judges(old["school"]):
            found.vanished.append(_change(old, before=old["status"], after=VANISHED))
    return found


def merged(each: Iterable[Changes]) -> Changes:
    """What several audits found, oldest first, as one: of a station its last turn to late or to fixed, and the last
    news of whether it is there; each change by hand."""
    turned: dict[str, tuple[str, Change]] = {}
    there: dict[str, tuple[str, Change]] = {}
    whole = Changes()
    for one in each:
        for kept, kinds in ((turned, ("newly_late", "fixed")), (there, ("new", "vanished"))):
            for kind in kinds:
                for change in getattr(one, kind):
                    kept.pop(change.station, None)
                    kept[change.station] = kind, change
        whole.by_hand.extend(one.by_hand)
    for kind, change in (*turned.values(), *there.values()):
        getattr(whole, kind).append(change)
    return whole


def _change(record: RecordSummary, *, before: str = "", after: str) -> Change:
    return Change(station=record["station"], school=record["school"], room=record["room"], before=before, after=after)


def picture(
    known: Mapping[str, LastWord], records: Sequence[AuditRecord], *, stations: Collection[str], at: str
) -> list[ShownRecord]:
    """Every station that reports show: those of this run, then, as last known, the others of the inventory.

    ``known`` is what is remembered after this run.
    """
    audited = {record["station"]: record for record in records}
    words = [known.get(station) or remember(None, record, at=at, inventory="") for station, record in audited.items()]
    words += [known[station] for station in sorted(set(stations) - set(audited)) if station in known]
    return [
        {
            **word.record,
            "facts": audited[station]["facts"] if station in audited else None,
            "kind": audited[station].get("kind", "") if station in audited else "",
            "at": word.at,
            "since": word.since,
            "last_seen": word.seen,
            "audited": station in audited,
            "last": None,
        }
        for word in words
        for station in [word.record["station"]]
    ]
