# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as a CSV file that a French Excel opens with a double click. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable

from ...module_utils.base.text import cell
from ...module_utils.base.times import local_minute
from ..audit.record import ShownRecord, by_place, said
from .words import words

__all__ = ["render_csv"]


def render_csv(stations: Iterable[ShownRecord], *, language: str = "fr", zone: dt.tzinfo | None = None) -> str:
    """One line a station, for Excel in French: a byte order mark for UTF-8, semicolons, CRLF, every cell quoted.

    ``zone`` None: the controller's time.
    """
    w = words(language)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    head = ("uai", "school", "room", "station", "status", "state_code", "expected", "found", "detail")
    writer.writerow([w[name] for name in (*head, "status_since", "last_seen", "audited_at", "audited")])
    for row in by_place(stations):
        values = (
            row["school"],
            row["school_name"],
            row["room"],
            row["station"],
            w[f"status_{row['status']}"],
            row["status"],
            row["expected"],
            said(row, "found", language),
            said(row, "reason", language),
            *(local_minute(time, zone=zone) if time else "" for time in (row["since"], row["last_seen"], row["at"])),
            w["yes" if row["audited"] else "no"],
        )
        writer.writerow([cell(value) for value in values])
    return "\ufeff" + out.getvalue()
