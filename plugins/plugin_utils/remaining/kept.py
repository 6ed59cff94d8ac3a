# SPDX-License-Identifier: GPL-3.0-or-later
"""Where stations stand, as rows of the store. I/O: the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, select

from ...module_utils.base.clock import now
from ...module_utils.base.message import with_sources
from ..store import schema
from ..store.store import Store, store_exists
from ..store.texts import kept_source, kept_text
from .standing import Standing, after, reaimed

__all__ = ["standing_row", "standings"]

_FIELDS = tuple(field.name for field in fields(Standing))
_SOURCES = ("reason_source", "remedy_source")


def standing_row(row: Mapping[str, Any] | RowMapping | None, *, wanted: str | None, **told: Any) -> dict[str, Any]:
    """The columns of a standing that was ``row`` (None: no run has met the station) after what a run ``told``
    (``standing.after``). ``wanted`` None: nothing is known of what it is to be; what it was to be stands.
    """
    before = _standing(row) if row else Standing()
    if row and wanted not in {None, row["wanted"]}:
        before = reaimed(before)
    stands = after(before, now=now(), **told)
    stored = with_sources(vars(stands))
    stored |= {name: kept_source(getattr(stands, name.removesuffix("_source"))) for name in _SOURCES}
    return {**stored, "wanted": (row["wanted"] if row else "") if wanted is None else wanted, "reason_fr": ""}


def _standing(row: Mapping[str, Any] | RowMapping) -> Standing:
    stored = {name: row[name] for name in _FIELDS}
    for name in _SOURCES:
        text = name.removesuffix("_source")
        stored[text] = kept_text(stored[text], row[name])
    return Standing(**stored)


def standings(path: str | Path, *, product: str) -> dict[str, dict[str, Any]]:
    """Every station of a store by name: its row, with ``standing`` None when no run has met it. Raises StoreError."""
    if not store_exists(path):
        # Reading makes none: a dry run, or a mistyped path, leaves nothing behind.
        return {}
    with Store(path) as store, store.read() as db:
        stations = {row["name"]: dict(row) for row in db.execute(select(schema.station)).mappings()}
        rows = db.execute(select(schema.standing).where(schema.standing.c.product == product)).mappings().all()
    for row in rows:
        stations[row["station"]] |= {"wanted": row["wanted"], "standing": _standing(row)}
    return {name: {"wanted": "", "standing": None, **row} for name, row in sorted(stations.items())}
