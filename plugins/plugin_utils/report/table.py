# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit as a table for people, by school and room: French by default, English by choice. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from ...module_utils.base.times import local, local_minute
from ..audit.record import RecordSummary, by_place, count
from ..audit.status import STATUSES
from ..pages.terminal import plain, rendered
from ..words.words import Words
from .labels import LAST, NEXT, unsettled

__all__ = ["render_table"]


def render_table(records: Sequence[RecordSummary], *, words: Words, width: int = 120, color: bool) -> str:
    """Render the records of the audit; ``width`` in columns."""
    parts: list[RenderableType] = []
    for school, of_school in groupby(by_place(records), key=lambda r: (r["school"], r["school_name"])):
        rows = list(of_school)
        table = Table(
            Column(words("Room"), overflow="fold"),
            Column(words("Station"), overflow="fold"),
            Column(words("Status"), no_wrap=True),
            Column(words("Found"), overflow="fold"),
            Column(words("Detail"), overflow="fold"),
            header_style="bold",
            pad_edge=False,
        )
        room = None
        for row in rows:
            status = STATUSES[row["status"]]
            shown = "" if row["room"] == room else (row["room"] or words("(no room)"))
            room = row["room"]
            table.add_row(
                plain(shown),
                plain(row["station"]),
                Text(words.of(status.label), style=status.style),
                plain(words.field(row, "found") or "-"),
                plain("" if row["status"] == "compliant" else _detail(row, words)),
            )
        parts += [_school_line(school, rows, words), table]
    counts = count(records)
    summary = ", ".join(
        f"{words.number(number)} {words.of(STATUSES[name].label)}" for name, number in counts.items() if number
    )
    total = words("Total: {n}", n=words.number(len(records)))
    parts.append(plain(f"{total} ({summary})" if records else total))
    if any(row.get("expected_cached") for row in records):
        parts.append(
            plain(words("What servers said is kept for an hour: -e pronote_server_ask_again=true asks again."))
        )
    return rendered(parts, width=width, color=color)


def _detail(row: Mapping[str, Any], words: Words) -> str:
    """Why it is so, and how the last deployment ended when that says more; the report has the whole of it."""
    reason, last = words.field(row, "reason"), unsettled(row)
    if last is None:
        return reason
    tried = words(
        "last deployment on {date}: {outcome}; {next}",
        date=words.date(local(last["at"])),
        outcome=LAST[last["outcome"]],
        next=NEXT[last["next"]],
    )
    return f"{reason}\n{tried}" if reason else tried


def _school_line(school: tuple[str, str], rows: list[RecordSummary], words: Words) -> Text:
    release = rows[0]["expected"] or words("unknown release")
    name = " ".join(part for part in school if part) or "-"
    read_at = max((row.get("expected_at") or "" for row in rows), default="")
    told = {"school": name, "release": release, "when": local_minute(read_at) if read_at else ""}
    if rows[0]["stale"]:
        return plain(
            words("{school}: server {release}, read {when} (last known release, server unreadable)", **told)
            if read_at
            else words("{school}: server {release} (last known release, server unreadable)", **told),
            "bold",
        )
    return plain(
        words("{school}: server {release}, read {when}", **told)
        if read_at
        else words("{school}: server {release}", **told),
        "bold",
    )
