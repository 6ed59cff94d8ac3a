# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of each station from one audit to the next, and what changed since. Pure.

Each station is compared with its *own* last result, whenever that was: an audit of one room (``--limit``) tells what
changed in that room and nothing about the others, which stay as they were last seen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .outcome import FAULTY

__all__ = ["VANISHED", "Change", "Changes", "Known", "changes", "clients_of", "picture", "remember"]

VANISHED = "vanished"
"""In the history only: the station is no longer in the inventory."""

# What the report shows of a station that this run did not audit. Facts are left out: they are large, and old.
_KEPT = (
    "station",
    "school",
    "school_name",
    "room",
    "status",
    "reason",
    "reason_fr",
    "remedy",
    "expected",
    "pinned",
    "stale",
    "server_error",
    "found",
    "found_fr",
)


@dataclass(frozen=True, kw_only=True)
class Known:
    """The last word on a station. Times are the store's."""

    record: dict[str, Any]
    at: str
    since: str  # since when its status is this one
    judged: str = ""  # its last status that said something about its client
    clients: str | None = None  # the clients it had when it could last be read
    seen: str | None = None  # when it could last be read
    inventory: str = ""  # the sources of the inventory it was audited with


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


def clients_of(record: Mapping[str, Any]) -> str | None:
    """The clients of a station as text that is equal when they are; None when it could not be read."""
    facts = record.get("facts")
    if not facts:
        return None
    found = {f"{c['release'] or c['year'] or '?'} {c['arch'] or '?'}" for c in facts["clients"]}
    return " + ".join(sorted(found))


def remember(previous: Known | None, record: Mapping[str, Any], *, at: str, inventory: str) -> Known:
    """What to keep of a station after this audit."""
    status, clients = str(record["status"]), clients_of(record)
    # What changed after the reading, and before the audit's end, is news for the next audit.
    read_at = str(record.get("read_at") or at)
    return Known(
        record={name: record.get(name) for name in _KEPT},
        at=at,
        since=previous.since if previous is not None and previous.record["status"] == status else at,
        judged=status if _judged(status) else previous.judged if previous else "",
        clients=clients if clients is not None else previous.clients if previous else None,
        seen=read_at if clients is not None else previous.seen if previous else None,
        inventory=inventory,
    )


def _judged(status: str) -> bool:
    return status == "compliant" or status in FAULTY


def changes(
    known: Mapping[str, Known],
    records: Sequence[Mapping[str, Any]],
    *,
    stations: Collection[str],
    inventory: str,
    ours: Iterable[tuple[str, str]],
) -> Changes:
    """Compare an audit with what was known.

    ``stations`` is the whole inventory, whatever the limit of the run: only a station that is no longer in it has
    vanished, and only when it was last audited with the same ``inventory`` sources (another file beside this one may
    hold it). ``ours`` are our own jobs, as (station, time of the end): a client that changed without one was changed by
    hand, which is the client's own update or a visit. When there is none at all, deployments are remembered in another
    store, or there are none yet: then nothing is called changed by hand. Nothing is new in a first audit.
    """
    latest = dict[str, str]()
    for station, time in ours:
        latest[station] = max(time, latest.get(station, ""))
    found = Changes()
    for record in records:
        previous = known.get(str(record["station"]))
        if previous is None:
            if known:
                found.new.append(_change(record, after=str(record["status"])))
            continue
        status, clients = str(record["status"]), clients_of(record)
        if status in FAULTY and previous.judged not in FAULTY:
            found.newly_late.append(_change(record, before=previous.judged, after=status))
        if status == "compliant" and previous.judged in FAULTY:
            found.fixed.append(_change(record, before=previous.judged, after=status))
        by_us = not latest or latest.get(str(record["station"]), "") >= (previous.seen or "")
        if clients is not None and previous.clients is not None and clients != previous.clients and not by_us:
            found.by_hand.append(_change(record, before=previous.clients, after=clients))
    here = {*stations, *(str(record["station"]) for record in records)}
    for station in sorted(set(known) - here):
        if known[station].inventory == inventory:
            old = known[station].record
            found.vanished.append(_change(old, before=str(old["status"]), after=VANISHED))
    return found


def _change(record: Mapping[str, Any], *, before: str = "", after: str) -> Change:
    return Change(
        station=str(record["station"]),
        school=str(record["school"]),
        room=str(record["room"]),
        before=before,
        after=after,
    )


def picture(
    known: Mapping[str, Known], records: Sequence[Mapping[str, Any]], *, stations: Collection[str], at: str
) -> list[dict[str, Any]]:
    """Every station that reports show: those of this run, then, as last known, the others of the inventory.

    ``known`` is what is remembered after this run. Each entry is a record with ``at``, ``since``, ``last_seen`` and
    ``audited`` (whether this run looked at it).
    """
    shown = []
    for record in records:
        now = known.get(str(record["station"])) or remember(None, record, at=at, inventory="")
        told = {name: value for name, value in record.items() if name != "read_at"}
        shown.append({**told, "at": at, "since": now.since, "last_seen": now.seen, "audited": True})
    audited = {str(record["station"]) for record in records}
    for station in sorted(set(stations) - audited):
        if (old := known.get(station)) is not None:
            shown.append(
                {
                    **old.record,
                    "facts": None,
                    "at": old.at,
                    "since": old.since,
                    "last_seen": old.seen,
                    "audited": False,
                }
            )
    return shown
