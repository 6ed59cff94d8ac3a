# SPDX-License-Identifier: GPL-3.0-or-later
"""What the HTML report shows, computed: the template only lays it out and escapes it. Pure."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from ...module_utils.base.times import local, local_day
from ..audit.record import ShownRecord, by_school
from ..audit.status import NEVER_READ, SILENT, STATUSES, UNREAD, shares
from ..words.words import Words
from .charts import Bar, Trend, bar, percent, trend
from .commands import Commands, plain
from .facts import about as told_of
from .labels import NEXT, last_words, unsettled
from .rooms import apart, group_of
from .todo import PENDING, Todo, kind_of, title_of, todo

__all__ = ["Cell", "ReportSchool", "ReportView", "Room", "answer", "school_view", "short_names", "view"]

_SHOWN_CHANGES = 12  # of one kind, by name; the rest as a number


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One station of a room's plan."""

    name: str
    short: str
    status: str
    found: str
    reason: str
    since: str
    as_of: str  # when it was looked at, if not in this run
    last_seen: str  # when it could last be read, if it cannot now
    about: str  # its Windows, its space, who is at work, when it was read in this run
    kind: str  # what there is to do there, of report/todo.py; empty when it is right
    todo: str  # the same in words
    last: str = ""  # how the last deployment ended
    next: str = ""  # what to do, when that is what keeps it from being right
    remedy: str = ""  # the same in full


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room with its plan. ``group``: the inventory's of these stations; ``wrong``: those with a thing to do."""

    name: str
    group: str
    cells: list[Cell]
    ok: int
    wrong: list[Cell]


@dataclass(frozen=True, kw_only=True)
class _Figures:
    """Numbers of stations, of a school or of all."""

    total: int
    ok: int
    todo_count: int
    blind: int
    percent: int
    counts: list[tuple[str, int]]
    bar: Bar
    trend: Trend | None


def _figures(counts: Mapping[str, int]) -> dict[str, Any]:
    total, (ok, wrong, blind) = sum(counts.values()), shares(counts)
    return {
        "total": total,
        "ok": ok,
        "todo_count": wrong,
        "blind": blind,
        "percent": percent(ok, total),
        "counts": [(status, counts[status]) for status in STATUSES if counts[status]],
        "bar": bar(counts),
    }


@dataclass(frozen=True, kw_only=True)
class ReportSchool(_Figures):
    """A school's part of the report. ``href``: where it is, from the page with the table of schools; ``group``: of the
    inventory, that is its stations."""

    anchor: str
    href: str
    group: str
    uai: str
    name: str
    release: str
    release_since: str
    release_read: str
    pinned: bool
    stale: bool
    server_error: str
    changes: list[tuple[str, list[str], int]]  # kind, lines, how many more
    rooms: list[Room]
    todo: list[Todo]
    silent: list[Cell]
    wrong: int  # stations with a thing to do, by room


@dataclass(frozen=True, kw_only=True)
class ReportView(_Figures):
    """The whole report, or a page of it. ``index``: its schools have pages of their own; ``verdict`` empty: this is one
    of them. ``no_trend``: why there is none anywhere, said once. ``pending``: the group that narrows a command."""

    at: str
    verdict: str
    complete: bool
    limited: str
    answer: str
    explained: str
    no_trend: str
    pending: str
    history_problem: str
    index: bool
    schools: list[ReportSchool]


def view(
    report: Mapping[str, Any],
    *,
    trends: Mapping[str, Sequence[tuple[str, Mapping[str, int]]]],
    commands: Commands,
    words: Words,
    zone: dt.tzinfo | None = None,
    pages: Mapping[str, str] | None = None,
) -> ReportView:
    """Compute the report. ``report`` is the data of report/document.py, ``trends`` each school's history.

    ``pages``: the address of each school's page, when each has one.
    """
    commands = replace(commands, product=report["product"])
    builder = _Builder(report, trends=trends, commands=commands, words=words, zone=zone, pages=pages or {})
    rows = by_school(report["stations"])
    found = [builder.school(n, about, rows[about["school"]]) for n, about in enumerate(report["schools"], 1)]
    figures, run = _figures(report["counts"]), report["run"]["stations"]
    ok, total = figures["ok"], figures["total"]
    of_all = builder.trend_of_all([school.uai for school in found])
    others = total - run - _unread(report)
    return ReportView(
        at=words.date_time(local(report["at"], zone=zone)),
        verdict=report["verdict"],
        complete=report["complete"],
        limited=_limited(run, others, builder.date(report["oldest"]), words) if report["limited"] else "",
        answer=answer(ok, total, words) if total else words("No station in this audit"),
        explained=_explained(report, words),
        **figures,
        trend=of_all,
        no_trend="" if of_all or not total else _no_trend(report, words),
        pending=PENDING if PENDING in commands.groups else "",
        history_problem=words.field(report, "history_problem"),
        index=bool(pages),
        schools=found,
    )


def school_view(whole: ReportView, school: ReportSchool, words: Words) -> ReportView:
    """The page of one school of an audit whose schools have pages of their own."""
    return replace(
        whole,
        verdict="",
        answer=answer(school.ok, school.total, words),
        explained="",
        **{each.name: getattr(school, each.name) for each in fields(_Figures)},
        index=False,
        schools=[school],
    )


def _no_trend(report: Mapping[str, Any], words: Words) -> str:
    if report["changes"] is not None:
        return words("The trend appears on the second day of audits.")
    # A store that could not be used says so by itself.
    return "" if report["history_problem"] else words("No history: give pronote_state a file.")


def answer(ok: int, total: int, words: Words) -> str:
    """How many stations are as they should be, in a sentence."""
    return words.plural(
        "{n} of {total} stations up to date", "{n} of {total} stations up to date", ok, total=words.number(total)
    )


def _limited(run: int, others: int, oldest: str, words: Words) -> str:
    return words.plural(
        "Partial audit: {n} station read now, {others} shown as last known (the oldest on {date}). The verdict is of "
        "all.",
        "Partial audit: {n} stations read now, {others} shown as last known (the oldest on {date}). The verdict is of "
        "all.",
        run,
        others=words.number(others),
        date=oldest,
    )


def _unread(report: Mapping[str, Any]) -> int:
    return sum(report["counts"][status] for status in UNREAD)


def _explained(report: Mapping[str, Any], words: Words) -> str:
    unread = _unread(report)
    told = [_concluded(report, words), *([words.of(NEVER_READ.given(n=unread))] if unread else [])]
    return " ".join(told)


def _concluded(report: Mapping[str, Any], words: Words) -> str:
    wrong = shares(report["counts"])[1]
    if report["verdict"] == "compliant":
        return words("Every station that could be read is at its server's release.")
    if report["verdict"] == "incomplete":
        return words("Too many stations could not be read to conclude.")
    said = words.plural(
        "{n} station is not at its server's release.", "{n} stations are not at their server's release.", wrong
    )
    if report["complete"]:
        return said
    also = words("Besides, too many stations could not be read for the picture to be complete.")
    return f"{said} {also}"


class _Builder:
    def __init__(
        self,
        report: Mapping[str, Any],
        *,
        trends: Mapping[str, Sequence[tuple[str, Mapping[str, int]]]],
        commands: Commands,
        words: Words,
        zone: dt.tzinfo | None,
        pages: Mapping[str, str],
    ) -> None:
        self.pages = pages
        self.changes: Mapping[str, Sequence[Mapping[str, str]]] = report["changes"] or {}
        self.trends, self.commands, self.words, self.zone = trends, commands, words, zone
        # Thousands of stations share a few times.
        self.date = cache(lambda text: words.date(local(text, zone=zone)) if text else "")

    def school(self, number: int, about: Mapping[str, Any], rows: Sequence[ShownRecord]) -> ReportSchool:
        mine = {row["station"] for row in rows}
        # Not those of ours, which say how stations are and not where; and none that a command could not name.
        groups = {
            name: hosts
            for name, hosts in self.commands.groups.items()
            if hosts and hosts <= mine and not name.startswith("pronote_") and plain(name)
        }
        rows = apart(rows, groups)
        release = about["release"] or ""
        rooms = [
            self.room(name, list(of_room), groups, release)
            for name, of_room in itertools.groupby(rows, key=lambda row: row["room"])
        ]
        seen = {row["station"]: row["last_seen"] or "" for row in rows}
        silent = [cell for room in rooms for cell in room.cells if cell.status == "unreachable"]
        return ReportSchool(
            anchor=f"e{number}",
            href=self.pages.get(about["school"], f"#e{number}"),
            group=group_of(mine, groups),
            uai=about["school"],
            name=about["name"] or about["school"],
            release=release,
            release_since=self.date(about["release_since"]),
            release_read=self.words.date_time(local(read, zone=self.zone)) if (read := about["release_read"]) else "",
            pinned=about["pinned"],
            stale=about["stale"],
            server_error=about["server_error"],
            **_figures(about["counts"]),
            trend=trend(self.trends.get(about["school"], ()), date=self.date),
            changes=self.changes_of(about["school"]),
            rooms=rooms,
            todo=todo(rows, release=release, commands=self.commands, words=self.words),
            # Those silent for the longest first: a station that was on yesterday is no worry.
            silent=sorted(silent, key=lambda cell: (seen[cell.name], cell.name)),
            wrong=sum(len(room.wrong) for room in rooms),
        )

    def room(self, name: str, rows: Sequence[ShownRecord], groups: Mapping[str, frozenset[str]], release: str) -> Room:
        names = [row["station"] for row in rows]
        cells = [self.cell(row, short, release) for row, short in zip(rows, short_names(names), strict=True)]
        return Room(
            name=name,
            group=group_of(names, groups),
            cells=cells,
            ok=sum(cell.status == "compliant" for cell in cells),
            wrong=[cell for cell in cells if cell.kind],
        )

    def cell(self, row: ShownRecord, short: str, release: str) -> Cell:
        status, kind = row["status"], kind_of(row)
        return Cell(
            name=row["station"],
            short=short,
            status=status,
            found=self.words.field(row, "found"),
            reason="" if status == "compliant" else self.words.field(row, "reason"),
            since=self.date(row["since"] or ""),
            as_of="" if row["audited"] else self.date(row["at"] or ""),
            last_seen=self.date(row["last_seen"]) if status in SILENT else "",
            about=told_of(row["facts"], self.words),
            kind=kind,
            todo=title_of(kind, release, self.words),
            **self.last_of(row),
        )

    def last_of(self, row: ShownRecord) -> dict[str, str]:
        """What a cell says of the last deployment."""
        last, left = row.get("last"), unsettled(row)
        if last is None:
            return {}
        told = last_words(last, day=self.date(last["at"]), words=self.words)
        if left is None:
            return {"last": told}
        return {
            "last": told,
            "next": self.words.of(NEXT[left["next"]]),
            "remedy": self.words.field(left, "remedy"),
        }

    def changes_of(self, school: str) -> list[tuple[str, list[str], int]]:
        found = []
        for kind, each in self.changes.items():
            lines = [
                f"{change['station']} ({change['before'] or '∅'} → {change['after'] or '∅'})"
                if kind == "by_hand"
                else change["station"]
                for change in each
                if change["school"] == school
            ]
            if lines:
                found.append((kind, lines[:_SHOWN_CHANGES], max(0, len(lines) - _SHOWN_CHANGES)))
        return found

    def trend_of_all(self, school_names: Sequence[str]) -> Trend | None:
        """All schools together, day by day: a school that was not audited that day counts as it was last seen."""
        by_day: dict[str, list[tuple[str, str, Mapping[str, int]]]] = {}
        for school in school_names:
            for at, counts in self.trends.get(school, ()):
                by_day.setdefault(local_day(at, zone=self.zone), []).append((at, school, counts))
        current: dict[str, Mapping[str, int]] = {}
        points: list[tuple[str, Mapping[str, int]]] = []
        for day in sorted(by_day):
            current |= {school: counts for _other, school, counts in by_day[day]}
            sums = sum(map(Counter, current.values()), Counter[str]())
            points.append((max(at for at, *_others in by_day[day]), sums))
        return trend(points, date=self.date)


def short_names(names: Sequence[str]) -> list[str]:
    """Names without what all of a room have in common: ``riquet-s101-02`` is ``02`` among its neighbours."""
    if len(names) < 2:
        return list(names)
    first, last = min(names), max(names)
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    common = "".join(char for char, _other in same)
    # Not in the middle of a word or a number: of pc-10 and pc-11 the rest is 10 and 11, as it is of pc10 and pc11.
    cut = re.sub(r"(?<![^\W_])[^\W_]+$", "", common) or re.sub(r"(?<!\d)\d+$", "", common)
    return [name[len(cut) :] or name for name in names]
