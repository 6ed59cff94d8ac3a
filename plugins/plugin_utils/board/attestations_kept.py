# SPDX-License-Identifier: GPL-3.0-or-later
"""Attestations in the store: rows are read and added, never changed (the schema's triggers refuse it)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import fields

from ..store.store import Store
from .attestation import Attestation, Plan

__all__ = ["carry_out", "of_operation", "of_school"]

_COLUMNS = ", ".join(each.name for each in fields(Attestation))
_ADDED = tuple(each.name for each in fields(Attestation) if each.name != "id")


def of_school(store: Store, school: str, year: int) -> list[Attestation]:
    """Everything that was recorded of a school and year, in the order in which it was. Raises StoreError."""
    with store.read() as db:
        return _rows(db, "school = ? and year = ?", (school, year))


def of_operation(store: Store, like: Attestation) -> list[Attestation]:
    """Everything that was recorded of one operation. Raises StoreError."""
    with store.read() as db:
        return _of_operation(db, like)


def carry_out(store: Store, like: Attestation, decide: Callable[[Sequence[Attestation]], Plan]) -> Plan:
    """Decide on what is there and add it, in one transaction: two runs at once cannot both add the same.

    Raises StoreError, and what ``decide`` raises.
    """
    with store.write() as db:
        plan = decide(_of_operation(db, like))
        names = ", ".join(_ADDED)
        marks = ", ".join(f":{name}" for name in _ADDED)
        for row in plan.rows:
            db.execute(f"insert into attestation ({names}) values ({marks})", row.as_dict())  # noqa: S608
        return plan


def _of_operation(db: sqlite3.Connection, like: Attestation) -> list[Attestation]:
    return _rows(db, "school = ? and year = ? and operation = ?", (like.school, like.year, like.operation))


def _rows(db: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[Attestation]:
    # Names of columns and conditions are this file's; what people said is bound.
    found = db.execute(f"select {_COLUMNS} from attestation where {where} order by id", values)  # noqa: S608
    return [Attestation(**dict(row)) for row in found]
