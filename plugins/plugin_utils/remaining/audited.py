# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit found, into the store: a few statements for hundreds of stations. I/O: the store.

Most stations are as they were yesterday: of those the hour is written, and nothing else.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ...module_utils.base.clock import now
from ...module_utils.base.message import sourced
from ..store import schema
from ..store.rows import put
from .confirmation import forget
from .kept import standing_row

__all__ = ["Audited", "installed_rows", "write_audits"]

_TOGETHER = 500
"""Stations of one statement: memory is bounded, and so is a statement's number of variables."""


@dataclass(frozen=True, kw_only=True)
class Audited:
    """A station that an audit looked at; ``found``: how (``standing.py``), unless it was ``silent``."""

    record: Mapping[str, Any]
    product: str
    found: str | None
    silent: bool

    @property
    def station(self) -> str:
        """Its name."""
        return str(self.record["station"])

    @property
    def clients(self) -> list[dict[str, Any]] | None:
        """What is installed, None when it could not be read."""
        return self.record["facts"]["clients"] if self.record["facts"] else None

    @property
    def frozen(self) -> bool:
        """What was brought to it has not outlived a start."""
        return bool(self.record["status"] == "frozen")


def installed_rows(station: str, product: str, clients: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row for each client, in their order."""
    key = {"station": station, "product": product}
    return [
        {
            **key,
            "number": number,
            "release": client["release"] or "",
            "arch": client["arch"] or "",
            "condition": client["condition"],
        }
        for number, client in enumerate(clients)
    ]


def write_audits(db: Connection, audited: Iterable[Audited]) -> None:
    """What was found of each, which is named once. Raises SQLAlchemy's errors."""
    left = iter(audited)
    while some := list(itertools.islice(left, _TOGETHER)):
        for product in dict.fromkeys(each.product for each in some):
            # In one order whoever writes, as every row is written (store/rows.py).
            _write(db, product, sorted((each for each in some if each.product == product), key=lambda one: one.station))


def _write(db: Connection, product: str, some: Sequence[Audited]) -> None:
    moment = now()
    own = {
        each.station: {
            "name": each.station,
            "school": each.record["school"],
            "room": each.record["room"],
            "last_tried": moment,
            "problem": each.record["reason"] if each.silent else "",
        }
        for each in some
    }
    put(db, schema.station, [own[each.station] for each in some if each.silent])
    put(db, schema.station, [{**own[each.station], "last_seen": moment} for each in some if not each.silent])
    _write_installed(db, product, some)
    forget(
        db,
        [each.station for each in some if each.found == "right" and each.clients is not None and not each.frozen],
        product,
    )
    _write_standings(db, product, some)


def _write_installed(db: Connection, product: str, some: Sequence[Audited]) -> None:
    found = {each.station: each.clients for each in some if each.clients is not None}
    was = schema.installed.c
    kept: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    of_them = select(schema.installed).where(was.product == product, was.station.in_(found)).order_by(was.number)
    for row in db.execute(of_them).mappings():
        kept[row["station"]].append(dict(row))
    rows = {station: installed_rows(station, product, clients) for station, clients in found.items()}
    changed = [station for station in rows if rows[station] != kept[station]]
    if not changed:
        return
    db.execute(delete(schema.installed).where(was.product == product, was.station.in_(changed)))
    if fresh := [row for station in changed for row in rows[station]]:
        db.execute(insert(schema.installed), fresh)


def _write_standings(db: Connection, product: str, some: Sequence[Audited]) -> None:
    was = schema.standing.c
    of_them = select(schema.standing).where(was.product == product, was.station.in_([each.station for each in some]))
    kept = {row["station"]: dict(row) for row in db.execute(of_them).mappings()}
    changed = []
    for each in some:
        record = each.record
        row = {"station": each.station, "product": product} | standing_row(
            kept.get(each.station),
            wanted=record["expected"],
            # A server that cannot be read, or a station that broke off, takes nothing back of what was known.
            found=each.found if each.clients is not None and record["expected"] else None,
            outcome="frozen" if each.frozen else None,
            reason=sourced(record["reason"], record.get("reason_source")),
            remedy=sourced(record["remedy"], record.get("remedy_source")),
        )
        if row != kept.get(each.station):
            changed.append(row)
    put(db, schema.standing, changed)
