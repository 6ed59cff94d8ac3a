# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run has to say of stations, until it is written: a few statements for hundreds of them. I/O: the store.

Most stations are as they were yesterday: of those the hour is written, and nothing else.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, Table, delete, insert, select, update

from ...module_utils.base.clock import now
from ...module_utils.base.message import Message
from ..station.frozen import Unconfirmed
from ..store import schema
from ..store.rows import add, named, put
from .confirmation import forget, keep
from .kept import standing_row
from .last import last_row

__all__ = ["Batch", "Told", "some_together", "write_together"]

_TOGETHER = 500
"""Stations of one transaction, and of its statements: nobody waits for long, and memory and variables are bounded."""

_UNSEEN_END = Message("no run saw its end")


class Told(Protocol):
    """What there is to say of one station."""

    @property
    def product(self) -> str:
        """Of which product."""

    def tell(self, batch: Batch) -> None:
        """Put it into a batch of that product."""


def some_together(told: Iterable[Told]) -> Iterator[list[Told]]:
    """As many as are written together, each time."""
    left = iter(told)
    while some := list(itertools.islice(left, _TOGETHER)):
        yield some


def write_together(db: Connection, told: Iterable[Told]) -> None:
    """Write what there is to say of some stations, each of which is named once. Raises SQLAlchemy's errors."""
    batches: dict[str, Batch] = {}
    for each in told:
        each.tell(batches.setdefault(each.product, Batch(each.product)))
    for batch in batches.values():
        batch.write(db)


@dataclass
class Batch:
    """Of one product, by station. What is said of a station that was said before takes its place."""

    product: str
    _touched: dict[str, dict[str, Any]] = field(default_factory=dict)
    _clients: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _ended: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    _left: list[str] = field(default_factory=list)
    _confirmed: list[str] = field(default_factory=list)
    _brought: dict[str, Unconfirmed] = field(default_factory=dict)
    _standings: dict[str, dict[str, Any]] = field(default_factory=dict)
    _last: dict[str, dict[str, Any]] = field(default_factory=dict)

    def named(self, station: str) -> None:
        """It has a row, whatever else is in it."""
        self._touched[station] = {}

    def tried(self, station: str, *, school: str, room: str, seen: bool, problem: str) -> None:
        """It was asked something just now, and ``seen`` if it answered; ``problem``: why it was not reached."""
        moment = now()
        place = {"school": school, "room": room, "last_tried": moment, "problem": problem}
        self._touched[station] = place | ({"last_seen": moment} if seen else {})

    def shows(self, station: str, clients: Sequence[Mapping[str, Any]]) -> None:
        """What is installed on it (``StationState.as_dict()["clients"]``)."""
        self._clients[station] = [
            {
                "station": station,
                "product": self.product,
                "number": number,
                "release": client["release"] or "",
                "arch": client["arch"] or "",
                "condition": client["condition"],
            }
            for number, client in enumerate(clients)
        ]

    def ended(self, attempt: int, *, result: str, code: int | None = None, fact: str = "", remedy: str = "") -> None:
        """An attempt of this run has come to its end."""
        told = {"ended": now(), "result": result, "code": code, "fact": str(fact), "remedy": str(remedy)}
        self._ended.append((attempt, told))

    def left_open(self, station: str) -> None:
        """What killed runs left open on it ends: their jobs are over, or this run would have followed them.

        Another run that is at work at this moment writes its own end over this one.
        """
        self._left.append(station)

    def confirmed(self, station: str) -> None:
        """What was brought to it has stayed, or is wanted no more."""
        self._confirmed.append(station)

    def brought(self, station: str, what: Unconfirmed) -> None:
        """To a frozen station, which is to show that it stays."""
        self._brought[station] = what

    def stands(self, station: str, *, wanted: str | None, **told: Any) -> None:
        """Where it stands now (``kept.standing_row``)."""
        self._standings[station] = {"wanted": wanted, **told}

    def deployed(self, station: str, *, wanted: str, **told: Any) -> None:
        """How a deployment on it ended (``last.last_row``)."""
        self._last[station] = {"wanted": wanted, **told}

    def write(self, db: Connection) -> None:
        """All of it, in somebody's transaction. Raises SQLAlchemy's errors."""
        self._write_stations(db)
        self._write_installed(db)
        self._write_attempts(db)
        forget(db, self._confirmed, self.product)
        for station, what in self._brought.items():
            keep(db, station, self.product, what)
        last = self._kept(db, schema.last_deployment, self._last)
        self._put(db, schema.last_deployment, {s: last_row(last.get(s), **told) for s, told in self._last.items()})
        was = self._kept(db, schema.standing, self._standings)
        stands = {s: standing_row(was.get(s), **told) for s, told in self._standings.items()}
        self._put(db, schema.standing, {s: None if _same(was.get(s), row) else row for s, row in stands.items()})

    def _write_stations(self, db: Connection) -> None:
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for station, row in self._touched.items():
            alike[tuple(row)].append({"name": station, **row})
        for columns, rows in alike.items():
            # In one order whoever writes: two that write the same rows never wait for each other.
            (put if columns else add)(db, schema.station, sorted(rows, key=lambda row: str(row["name"])))

    def _write_installed(self, db: Connection) -> None:
        was = schema.installed.c
        kept: dict[str, list[dict[str, Any]]] = defaultdict(list)
        of_product = select(schema.installed).where(was.product == self.product).order_by(was.number)
        for row in named(db, of_product, was.station, self._clients):
            kept[row["station"]].append(dict(row))
        changed = [station for station, rows in sorted(self._clients.items()) if rows != kept[station]]
        if gone := [station for station in changed if kept[station]]:
            db.execute(delete(schema.installed).where(was.product == self.product, was.station.in_(gone)))
        if fresh := [row for station in changed for row in self._clients[station]]:
            db.execute(insert(schema.installed), fresh)

    def _write_attempts(self, db: Connection) -> None:
        attempt = schema.attempt
        for number, told in self._ended:
            db.execute(update(attempt).where(attempt.c.id == number).values(told))
        if self._left:
            left = (attempt.c.station.in_(self._left), attempt.c.product == self.product, attempt.c.ended.is_(None))
            told = {"ended": now(), "result": "interrupted", "fact": str(_UNSEEN_END)}
            db.execute(update(attempt).where(*left).values(told))

    def _kept(self, db: Connection, table: Table, stations: Mapping[str, object]) -> dict[str, dict[str, Any]]:
        of_product = select(table).where(table.c.product == self.product)
        return {row["station"]: dict(row) for row in named(db, of_product, table.c.station, stations)}

    def _put(self, db: Connection, table: Table, rows: Mapping[str, Mapping[str, Any] | None]) -> None:
        """Rows by station; None: as it is there."""
        own = ({"station": s, "product": self.product, **row} for s, row in sorted(rows.items()) if row is not None)
        put(db, table, list(own))


def _same(was: Mapping[str, Any] | None, row: Mapping[str, Any]) -> bool:
    """Whether all of a row's columns are so already."""
    return was is not None and was.items() >= row.items()
