# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as a CSV file that a French Excel opens with a double click. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from typing import Any

from ...module_utils.base.text import cell
from ...module_utils.base.times import local_minute
from .words import words

__all__ = ["render_csv"]


def render_csv(stations: Iterable[Mapping[str, Any]], *, language: str = "fr", zone: dt.tzinfo | None = None) -> str:
    """One line a station, for Excel in French: a byte order mark for UTF-8, semicolons, CRLF, every cell quoted.

    ``zone`` None: the controller's time.
    """
    w = words(language)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    head = ("uai", "school", "room", "station", "status", "state_code", "expected", "found", "detail")
    writer.writerow([w[name] for name in (*head, "status_since", "last_seen", "audited_at", "audited")])
    for row in sorted(stations, key=lambda s: (s["school"], s["room"], s["station"])):
        values = (
            row["school"],
            row["school_name"],
            row["room"],
            row["station"],
            w[f"status_{row['status']}"],
            row["status"],
            row["expected"],
            row.get(f"found_{language}") or row["found"],
            row.get(f"reason_{language}") or row["reason"],
            *(local_minute(row[name], zone=zone) if row[name] else "" for name in ("since", "last_seen", "at")),
            w["yes" if row["audited"] else "no"],
        )
        writer.writerow([cell(value) for value in values])
    return "\ufeff" + out.getvalue()
