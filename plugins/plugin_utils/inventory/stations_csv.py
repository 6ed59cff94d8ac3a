# SPDX-License-Identifier: GPL-3.0-or-later
"""Stations from a CSV: what an admin keeps by hand, or what GLPI and OCS Inventory export. Pure.

Every cell is hostile: names become inventory names and groups, so they are matched or refused with their line.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from ...module_utils.base.identifiers import parse_uai
from ...module_utils.base.message import Message, message_of
from .cells import read_address, read_mac, read_name, read_text_cell, told_of
from .export_text import Layout, clean, heading_key, layout, read_text
from .names import Taken, group_name, look_alike
from .presets import FIELDS, PRESETS
from .sites import Sites, notes_of

__all__ = [
    "FIELDS",
    "PRESETS",
    "Headings",
    "StationRow",
    "decode",
    "parse_headings",
    "parse_stations",
    "plan_groups",
    "refuse_taken",
]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class StationRow:
    """One station. Empty texts: not told."""

    line: int
    name: str
    address: str = ""
    mac: str = ""
    room: str = ""
    school: str = ""
    uai: str = ""
    headings: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False, repr=False)
    """The columns that this was told in, by field."""
    # The whole of what the cells of school and room hold.
    school_way: str = dataclasses.field(default="", compare=False)
    room_way: str = dataclasses.field(default="", compare=False)


def decode(content: bytes) -> str:
    """The text of a file, in whatever encoding people have it (``export_text.py``). Raises ValueError."""
    return read_text(content).text


@dataclass(frozen=True, kw_only=True)
class Headings:
    """The first line of a table, as a preset reads it: the fields that it has, and its other headings."""

    preset: str
    fields: frozenset[str]
    unread: tuple[str, ...]


def parse_headings(text: str, *, preset: str = "") -> Headings:
    """What a table's columns are; without ``preset`` by the one that most of them are of. Raises ValueError, beginning
    with the line."""
    placed = layout(text, lambda cells: _fit(cells, (preset,) if preset else tuple(PRESETS), {}))
    lines = list(io.StringIO(text, newline=""))[placed.line - 1 :]
    try:
        cells = next(csv.reader(lines[:1], delimiter=placed.sign), [])
    except csv.Error as exc:
        raise ValueError(_at_line(placed.line, Message("not a line of CSV ({error})", error=str(exc)))) from exc
    found = {heading_key(cell): clean(cell) for cell in cells if clean(cell)}
    # Of two with as many, the first: what a spreadsheet has is also what an export may have.
    name = preset or max(PRESETS, key=lambda each: len(_fields(found, each)))
    fields = _fields(found, name)
    unread = tuple(cell for heading, cell in found.items() if heading not in fields.values())
    return Headings(preset=name, fields=frozenset(fields), unread=unread)


def _fit(cells: Iterable[str], presets: Iterable[str], columns: Mapping[str, str]) -> int:
    """How many of these are headings that are looked for; 0 without one for the station's name."""
    found = {heading_key(cell) for cell in cells}
    own = {field for field, heading in columns.items() if heading_key(heading) in found}
    fields = ({*_fields(found, preset), *own} for preset in presets)
    return max((len(each) for each in fields if "name" in each), default=0)


def _fields(found: Iterable[str], preset: str) -> dict[str, str]:
    """The fields of a preset that are there, each with its heading."""
    there = set(found)
    wanted = {
        field: next((each for each in headings if each in there), "")
        for field, headings in PRESETS[preset].headings.items()
    }
    return {field: heading for field, heading in wanted.items() if heading}


def parse_stations(
    text: str,
    *,
    preset: str = "plain",
    columns: Mapping[str, str] | None = None,
    delimiter: str = "",
    school: str = "",
    schools: Mapping[str, str] | None = None,
    notes: list[Message] | None = None,
) -> list[StationRow]:
    """The stations, sorted by name. ``columns`` names the headings of fields; ``school`` is everybody's.

    ``notes`` gets what people should be told although it was read. Raises ValueError beginning with the line's number.
    """
    placed = layout(text, lambda cells: _fit(cells, (preset,), columns or {}), sign=delimiter)
    sites = Sites(schools or {}, trees=PRESETS[preset].trees)
    # As MySQL and some programs write a quote within quotes.
    escapes = (None, "\\") if '\\"' in text else (None,)
    for escape in escapes:
        table = _Table(text=text, placed=placed, preset=preset, columns=columns or {}, escape=escape)
        try:
            rows, told = table.rows(sites, school)
            break
        except _UnreadError as exc:
            if escape == escapes[-1]:
                raise ValueError(_at_line(exc.line, message_of(exc))) from exc
    rows = _apart(rows, told)
    if notes is not None:
        notes += [*told, *notes_of(rows, sites, named=bool(schools))]
    return sorted(rows, key=lambda row: row.name)


class _UnreadError(Exception):
    """A line is none of CSV."""

    def __init__(self, line: int, exc: csv.Error) -> None:
        super().__init__(Message("not a line of CSV ({error})", error=str(exc)))
        self.line = line


@dataclass(frozen=True, kw_only=True)
class _Table:
    """A table, and how it is written."""

    text: str
    placed: Layout
    preset: str
    columns: Mapping[str, str]
    escape: str | None

    def rows(self, sites: Sites, school: str) -> tuple[list[StationRow], list[Message]]:
        """Its rows, and what should be told of them. Raises _UnreadError, ValueError."""
        above, sign = self.placed.line - 1, self.placed.sign
        reader = csv.reader(
            list(io.StringIO(self.text, newline=""))[above:],
            delimiter=sign,
            strict=True,
            escapechar=self.escape,
            doublequote=self.escape is None,
        )
        rows: list[StationRow] = []
        told: list[Message] = []
        names: dict[str, StationRow] = {}
        where: dict[str, int] | None = None
        headings: dict[str, str] = {}
        start, width = 1, 0
        try:
            for cells in reader:
                line, start = start + above, reader.line_num + 1
                if not any(cell.strip() for cell in cells):
                    continue
                if where is None:
                    where = _columns(cells, self.preset, self.columns, line, sign)
                    headings = {field: clean(cells[at]) for field, at in where.items()}
                    width = len(cells)
                    continue
                given = {field: clean(cells[at]) if at < len(cells) else "" for field, at in where.items()}
                try:
                    row, note = _row(given, line, headings=headings, school=school, sites=sites)
                except ValueError as exc:
                    raise ValueError(_at_line(line, message_of(exc))) from exc
                # Windows does not tell case apart in names.
                other = names.setdefault(look_alike(row.name), row)
                if any(cell.strip() for cell in cells[width:]):
                    told.append(_at_line(line, Message("it has more cells than there are headings")))
                if other is row:
                    rows.append(row)
                    refuse_taken(rows[-1:], Taken())
                    told += [note] if note else []
                elif replace(row, line=other.line) == other:
                    same = Message("{name} is on line {other} as well: read once", name=row.name, other=other.line)
                    told.append(_at_line(line, same))
                else:
                    twice = Message("the station {name} is on line {other} already", name=row.name, other=other.line)
                    raise ValueError(_at_line(line, twice))
        except csv.Error as exc:
            raise _UnreadError(reader.line_num + above, exc) from exc
        return rows, told


def _apart(rows: list[StationRow], told: list[Message]) -> list[StationRow]:
    """Rooms that end alike in one school, as "Bâtiment A > Salle 101" and "Bâtiment B > Salle 101", by their whole way.

    Raises ValueError, beginning with the line, for schools that do: which is which, only the inventory can say.
    """
    rooms: dict[tuple[str, str], set[str]] = {}
    ways: dict[str, tuple[str, int]] = {}
    for row in rows:
        rooms.setdefault((row.school, row.room), set()).add(row.room_way)
        way, line = ways.setdefault(row.school, (row.school_way, row.line))
        if not row.uai and way != row.school_way:
            alike = Message(
                "it ends as {other} (line {line}) does, and is another place: give each its UAI in schools, by as much "
                "of its way as tells them apart",
                other=repr(way),
                line=line,
            )
            raise ValueError(_at_line(row.line, told_of("school", row.school_way, alike, row.headings)))
    several = {place: found for place, found in rooms.items() if len(found) > 1}
    for (school, room), found in sorted(several.items()):
        shown = ", ".join(sorted(found))
        told.append(
            Message(
                "{room} of {school} is several rooms, by their whole ways: {shown}",
                room=room,
                school=school,
                shown=shown,
            )
        )
    return [
        replace(row, room=row.room_way.replace(" > ", " ")) if (row.school, row.room) in several else row
        for row in rows
    ]


def _at_line(line: int, text: str) -> Message:
    """A text about a line of the file, as it follows the file's name."""
    return Message("{line}: {text}", line=line, text=text)


def _columns(cells: Iterable[str], preset: str, columns: Mapping[str, str], line: int, sign: str) -> dict[str, int]:
    found = [heading_key(cell) for cell in cells]
    where = {}
    for field in FIELDS:
        headings = [heading_key(columns[field])] if field in columns else PRESETS[preset].headings.get(field, ())
        if field in columns and found.count(headings[0]) != 1:
            told = Message(
                "not one column is called {heading}, which columns gives for {field}",
                heading=repr(columns[field]),
                field=field,
            )
            raise ValueError(_at_line(line, told))
        if at := [found.index(heading) for heading in headings if heading in found]:
            where[field] = at[0]
    if "name" not in where:
        shown = ", ".join(name for name in found if name)[:200]
        told = Message(
            "no column for the station's name among {shown} (separator {sign}); set columns, preset or delimiter",
            shown=shown,
            sign=repr(sign),
        )
        raise ValueError(_at_line(line, told))
    return where


def _row(
    given: Mapping[str, str], line: int, *, headings: Mapping[str, str], school: str, sites: Sites
) -> tuple[StationRow, Message | None]:
    """A row, and what should be told of it. Raises ValueError with the column and the value."""

    def read(field: str, reader: Callable[[str], T]) -> T:
        value = given.get(field, "")
        try:
            return reader(value)
        except ValueError as exc:
            raise ValueError(told_of(field, value, message_of(exc), headings)) from exc

    way, room = read("school", read_text_cell) or school, read("room", read_text_cell)
    site, uai = sites.of(way)
    if not site:
        raise ValueError(Message("no school: fill its column in, or set school in the inventory's file"))
    name = read("name", read_name)
    address, nobodys = read("address", read_address)
    note = None
    if nobodys:
        why = Message("{name} has nobody's address, which is not used", name=name)
        note = _at_line(line, told_of("address", nobodys, why, headings))
    row = StationRow(
        line=line,
        name=name,
        address=address,
        mac=read("mac", read_mac),
        room=sites.room(room),
        school=site,
        uai=read("uai", lambda value: parse_uai(value or uai) if value or uai else ""),
        headings=headings,
        school_way=way,
        room_way=room,
    )
    return row, note


def plan_groups(rows: Sequence[StationRow]) -> dict[str, dict[str, list[str]]]:
    """School group → room group → names; "" for stations without a room. Sorted, stable.

    A room's group begins with its school's, whatever other schools there are: names never change when one is added.
    Raises ValueError, beginning with the line, for two names that make one group.
    """
    meaning: dict[str, tuple[tuple[str, str], int]] = {}
    stations = {look_alike(row.name) for row in rows}
    planned: dict[str, dict[str, list[str]]] = {}
    for row in sorted(rows, key=lambda r: r.line):
        wanted = [(group_name(row.school), (row.school, ""))]
        if row.room:
            wanted.append((f"{wanted[0][0]}_{group_name(row.room)}", (row.school, row.room)))
        for group, what in wanted:
            other, line = meaning.setdefault(group, (what, row.line))
            if other != what:
                told = Message(
                    "{one} and {other} (line {line}) would both be the group {group}: spell them alike, or rename one",
                    one=" / ".join(filter(None, what)),
                    other=" / ".join(filter(None, other)),
                    line=line,
                    group=group,
                )
                raise ValueError(_at_line(row.line, told))
            if group in stations:
                told = Message("the group {group} has the name of a station: rename it", group=group)
                raise ValueError(_at_line(row.line, told))
        room = wanted[1][0] if row.room else ""
        planned.setdefault(wanted[0][0], {}).setdefault(room, []).append(row.name)
    return {
        school: {room: sorted(names) for room, names in sorted(rooms.items())}
        for school, rooms in sorted(planned.items())
    }


def refuse_taken(rows: Sequence[StationRow], taken: Taken) -> None:
    """Raises ValueError, beginning with the line, for a station or a group with the name of somebody else."""
    for row in sorted(rows, key=lambda row: row.line):
        school = group_name(row.school)
        names = [("name", row.name, "station"), ("school", school, "group")]
        if row.room:
            names.append(("room", f"{school}_{group_name(row.room)}", "group"))
        for told, name, kind in names:
            try:
                taken.refuse(name, kind)
            except ValueError as exc:
                where = told_of(told, str(getattr(row, told)), message_of(exc), row.headings)
                raise ValueError(_at_line(row.line, where)) from exc
