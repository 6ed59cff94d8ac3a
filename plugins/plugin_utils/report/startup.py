# SPDX-License-Identifier: GPL-3.0-or-later
"""Stations whose start-up script is older than their server: it would bring yesterday's release. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...module_utils.base.message import Message
from ...module_utils.base.text import some_of
from ...module_utils.product.release import Release
from ..audit.record import AuditRecord
from ..station.startup import startup_of

__all__ = ["old_scripts_on"]

_SHOWN = 5
"""Stations that a warning names."""


def old_scripts_on(records: Iterable[AuditRecord], command: str) -> list[str]:
    """One warning for each release that scripts are behind. ``command`` writes them anew."""
    behind: dict[tuple[str, str], list[str]] = {}
    for record in records:
        kept = (record["facts"] or {}).get("startup")
        found = startup_of(kept) if isinstance(kept, Mapping) else None
        expected = Release.read(record["expected"] or "")
        if found is not None and expected is not None and found.release < expected:
            behind.setdefault((str(found.release), str(expected.client)), []).append(record["station"])
    return [
        Message(
            "the start-up script that these stations have run is for {old}, and their server runs {new}: {stations}. "
            "Write it anew ({command}), and put it where the stations take it from (docs/startup.md)",
            old=old,
            new=new,
            stations=some_of(sorted(stations), _SHOWN),
            command=command,
        )
        for (old, new), stations in sorted(behind.items())
    ]
