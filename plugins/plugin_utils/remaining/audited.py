# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit found of a station, as the store is told it. I/O: none of its own; what a batch does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.message import sourced
from ..store.texts import storable
from .batch import Batch

__all__ = ["Audited"]


@dataclass(frozen=True, kw_only=True)
class Audited:
    """A station that an audit looked at; ``found``: how (``standing.py``), unless it was ``silent``."""

    record: Mapping[str, Any]
    product: str
    found: str | None
    silent: bool

    def tell(self, batch: Batch) -> None:
        """Put it into a batch."""
        record, facts, frozen = self.record, self.record["facts"], self.record["status"] == "frozen"
        station = storable(record["station"])
        batch.tried(
            station,
            school=record["school"],
            room=record["room"],
            seen=not self.silent,
            problem=record["reason"] if self.silent else "",
        )
        if facts:
            batch.shows(station, facts["clients"])
        if self.found == "right" and facts and not frozen:
            batch.confirmed(station)
        batch.stands(
            station,
            wanted=record["expected"],
            # A server that cannot be read, or a station that broke off, takes nothing back of what was known.
            found=self.found if facts and record["expected"] else None,
            outcome="frozen" if frozen else None,
            reason=sourced(record["reason"], record.get("reason_source")),
            remedy=sourced(record["remedy"], record.get("remedy_source")),
        )
