# SPDX-License-Identifier: GPL-3.0-or-later
"""What the store remembers of rings: how far each school got with a release, and why it stopped. I/O: the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.clock import now
from ..store.store import Store
from ..store.texts import kept_source, kept_text

__all__ = ["Installed", "Progress", "read_installed", "read_progress", "write_progress"]

Installed = Mapping[tuple[str, str], Collection[str]]
"""Product and station, then the releases that were there when the station was last seen."""


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


def read_installed(store: Store) -> Installed:
    """What each station had when it was last seen, half-removed clients left out. Raises StoreError."""
    with store.read() as db:
        rows = db.execute("select product, station, release from installed where condition = 'ok'").fetchall()
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        found.setdefault((row["product"], row["station"]), set()).add(row["release"])
    return found


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
