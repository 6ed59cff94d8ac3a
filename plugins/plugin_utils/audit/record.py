# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of an audited station: the one definition of what an audit says of it, as plain data. Pure.

It is what rentree.pronote.audit returns, what the store keeps and what reports show: docs/audit.schema.json has its
keys in words. Being a dict, it is its own JSON form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, NotRequired, TypedDict, TypeVar, cast

from ...module_utils.base.message import Message, enumerated, with_sources
from ...module_utils.base.times import iso_of
from ...module_utils.server.description import ServedRelease
from ..station.state import StationState
from .status import STATUSES
from .verdict import Verdict

__all__ = [
    "AuditRecord",
    "RecordSummary",
    "ShownRecord",
    "by_place",
    "by_school",
    "count",
    "make_record",
    "never_read",
]


class RecordSummary(TypedDict):
    """What is kept of a record from one audit to the next. Of a text that is ours ``…_source`` is what it is said from
    in another language (``base/message.py``); a record of an earlier release has ``reason_fr`` and ``found_fr``.
    ``expected_at``: when the server said it; None when it is pinned, or never did."""

    station: str
    school: str
    school_name: str
    room: str
    status: str
    reason: str
    reason_source: NotRequired[dict[str, Any]]
    remedy: str
    remedy_source: NotRequired[dict[str, Any]]
    expected: str | None
    expected_at: NotRequired[str | None]
    pinned: bool
    stale: bool
    server_error: str
    found: str | None
    found_source: NotRequired[dict[str, Any]]


class AuditRecord(RecordSummary):
    """One station in one audit. ``facts`` (None: it could not be read) are large, and old by the next audit.

    ``kind``: what kept it from being read (StationError.kind); not there when nothing did. ``last``: how the last
    deployment ended (remaining/last.py), in reports. ``expected_cached``: the server was not asked for this audit.
    """

    facts: dict[str, Any] | None
    read_at: NotRequired[str]
    kind: NotRequired[str]
    expected_cached: NotRequired[bool]
    last: NotRequired[Mapping[str, Any] | None]


class ShownRecord(RecordSummary):
    """A record in reports: when it was made, since when its status is this one, when the station could last be read,
    and whether this run looked at it. None: no audit has looked at it."""

    facts: dict[str, Any] | None
    kind: str
    at: str | None
    since: str | None
    last_seen: str | None
    audited: bool
    last: Mapping[str, Any] | None


_Record = TypeVar("_Record", bound=RecordSummary)


def make_record(
    verdict: Verdict,
    *,
    station: str,
    school: str,
    school_name: str,
    room: str,
    expected: ServedRelease,
    state: StationState | None = None,
) -> AuditRecord:
    """The record of a station; ``state`` None when it could not be read."""
    record: AuditRecord = {
        "station": station,
        "school": school,
        "school_name": school_name or str(expected.info.get("name", "")),
        "room": room,
        "status": verdict.status,
        "reason": verdict.reason,
        "remedy": verdict.remedy,
        "expected": None if expected.client is None else str(expected.client),
        "expected_at": iso_of(expected.read_at) if expected.read_at else None,
        "expected_cached": expected.cached,
        "pinned": expected.pinned,
        "stale": expected.stale,
        "server_error": expected.error,
        "found": None if state is None else enumerated([i.describe() for i in state.installations]),
        "facts": None if state is None else state.as_dict(),
    }
    return cast("AuditRecord", with_sources(record))


def never_read(station: str, *, school: str, school_name: str, room: str) -> ShownRecord:
    """A station of the inventory that no audit has looked at, as the picture of all has it."""
    verdict = Verdict(
        status="unread",
        reason=Message("no audit has looked at it yet"),
        remedy=Message("Audit it: without its reading nobody knows what it has."),
    )
    record = make_record(
        verdict, station=station, school=school, school_name=school_name, room=room, expected=ServedRelease()
    )
    shown = {**record, "kind": "", "at": None, "since": None, "last_seen": None, "audited": False, "last": None}
    return cast("ShownRecord", {name: each for name, each in shown.items() if name != "expected_cached"})


def by_place(records: Iterable[_Record]) -> list[_Record]:
    """The order in which people look for a station: by school, room and name."""
    return sorted(records, key=lambda record: (record["school"], record["room"], record["station"]))


def by_school(stations: Iterable[_Record]) -> dict[str, list[_Record]]:
    """Stations of each school, in order."""
    return {school: list(rows) for school, rows in groupby(by_place(stations), key=lambda row: row["school"])}


def count(records: Iterable[RecordSummary]) -> dict[str, int]:
    """Stations per status, every status present."""
    counted = Counter(record["status"] for record in records)
    return {status: counted[status] for status in STATUSES}
