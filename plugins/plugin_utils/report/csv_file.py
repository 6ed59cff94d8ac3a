# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as a CSV file that a French Excel opens with a double click. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable

from ...module_utils.base.text import cell
from ...module_utils.base.times import local_minute
from ..audit.record import ShownRecord, by_place
from ..audit.status import STATUSES
from ..words.words import Words
from .labels import LAST, NEXT, unsettled

__all__ = ["render_csv"]


def render_csv(stations: Iterable[ShownRecord], *, words: Words, zone: dt.tzinfo | None = None) -> str:
    """One line a station, for Excel in French: a byte order mark for UTF-8, semicolons, CRLF, every cell quoted.

    ``zone`` None: the controller's time.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(
        [
            words("UAI"),
            words("School"),
            words("Room"),
            words("Station"),
            words("Status"),
            words("Status code"),
            words("Expected release"),
            words("Found"),
            words("Detail"),
            words("Status since"),
            words("Last seen"),
            words("Read at"),
            words("Read in this run"),
            words("Last deployment"),
            words("Deployed on"),
            words("What it met"),
            words("Next step"),
        ]
    )
    for row in by_place(stations):
        values = (
            row["school"],
            row["school_name"],
            row["room"],
            row["station"],
            words.of(STATUSES[row["status"]].label),
            row["status"],
            row["expected"],
            words.field(row, "found"),
            words.field(row, "reason"),
            *(local_minute(time, zone=zone) if time else "" for time in (row["since"], row["last_seen"], row["at"])),
            words("yes") if row["audited"] else words("no"),
            *_last(row, words, zone),
        )
        writer.writerow([cell(value) for value in values])
    return "\ufeff" + out.getvalue()


def _last(row: ShownRecord, words: Words, zone: dt.tzinfo | None) -> tuple[str, str, str, str]:
    last = row.get("last")
    if last is None:
        return "", "", "", ""
    left = unsettled(row)
    return (
        words.of(LAST[last["outcome"]]),
        local_minute(last["at"], zone=zone),
        words.field(last, "reason"),
        words.of(NEXT[left["next"]]) if left else "",
    )
