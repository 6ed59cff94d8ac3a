# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a deployment as JSON, for programs. Its schema is docs/deploy.schema.json; a change of meaning is a
new version. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..words.words import Words
from .block import Mode
from .stations import StationEnd, by_school, count

__all__ = ["EXIT_CODES", "SCHEMA", "document", "exit_code", "verdict"]

SCHEMA = 1

EXIT_CODES = {"failed": 2, "unreachable": 4}
"""Those of ansible-playbook for the stations of a play (``RUN_FAILED_HOSTS``, ``RUN_UNREACHABLE_HOSTS`` of
TaskQueueManager): one that failed counts after one that was unreachable, as there. 0 without any."""

_DONE = {"done", "right", "to_install", "to_remove", "to_stage", "to_tidy"}
_TEXTS = ("reason", "remedy")


def exit_code(ends: Sequence[StationEnd]) -> int:
    """What ansible-playbook says of these stations. A later play may have failed for others."""
    if any(end.unreachable for end in ends):
        return EXIT_CODES["unreachable"]
    return EXIT_CODES["failed"] if any(end.failed for end in ends) else 0


def verdict(ends: Sequence[StationEnd]) -> str:
    """``complete``: nothing is left to do after it (a dry run: nothing would be); ``failed``: a station failed;
    ``incomplete``: none did, and some were left, held back, off or refused their access."""
    if any(end.outcome == "failed" for end in ends):
        return "failed"
    return "complete" if all(end.outcome in _DONE for end in ends) else "incomplete"


def document(
    ends: Sequence[StationEnd], *, mode: Mode, product: str, started: str, ended: str, french: Words
) -> dict[str, Any]:
    """The whole outcome as plain data, its texts in English and, as ``…_fr``, in French. Times are UTC."""
    schools = by_school(ends)
    return {
        "schema": SCHEMA,
        "product": product,
        "mode": mode,
        "dry_run": mode == "dry_run",
        "started": started or None,
        "ended": ended,
        "verdict": verdict(ends),
        "exit_code": exit_code(ends),
        "counts": count(ends),
        "schools": [{"school": school, "counts": count(rows)} for school, rows in schools.items()],
        "stations": [_station(end, french) for rows in schools.values() for end in rows],
    }


def _station(end: StationEnd, french: Words) -> dict[str, Any]:
    texts = {name: getattr(end, name) for name in _TEXTS}
    return {
        "station": end.station,
        "school": end.school,
        "room": end.room,
        "outcome": end.outcome,
        "action": end.action,
        "kind": end.kind,
        "changed": end.changed,
        "release": end.release,
        **{name: str(text) for name, text in texts.items()},
        **{f"{name}_fr": french.of(text) for name, text in texts.items()},
    }
