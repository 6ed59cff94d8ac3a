# SPDX-License-Identifier: GPL-3.0-or-later
"""Stations from a CSV: what an admin keeps by hand, or what GLPI and OCS Inventory export. Pure.

Every cell is hostile: names become inventory names and groups, so they are matched or refused with their line.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...module_utils.base.identifiers import parse_mac, parse_uai
from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import decoded
from .names import Taken, group_name, look_alike

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

FIELDS = ("name", "address", "mac", "room", "school", "uai")

# Headings by field, the first that is there wins; compared without case and accents.
PRESETS: dict[str, dict[str, tuple[str, ...]]] = {
    "plain": {
        "name": ("name", "nom", "poste", "station", "hostname"),
        "address": ("address", "adresse", "ip", "adresse ip", "ip address"),
        "mac": ("mac", "adresse mac", "mac address"),
        "room": ("room", "salle"),
        "school": ("school", "etablissement"),
        "uai": ("uai", "rne"),
    },
    # GLPI's search export: "<group of the option> - <name of the option>" (src/Glpi/Search/Output/Spreadsheet.php),
    # options 21 (MAC) and 126 (IP) of the group Networking (src/NetworkPort.php, src/NetworkName.php).
    "glpi": {
        "name": ("name", "nom"),
        "address": ("networking - ip address", "networking - ip", "reseau - adresse ip", "reseau - ip"),
        "mac": ("networking - mac address", "networking - mac", "reseau - adresse mac", "reseau - mac"),
        "room": ("location", "lieu", "characteristics - location", "caracteristiques - lieu"),
        "school": ("entity", "entite", "characteristics - entity", "caracteristiques - entite"),
        "uai": (),
    },
    # OCS Inventory's "all computers" (ms_all_computers.php, ms_csv.php; labels 23, 34 and 95 of its language files).
    # It knows no rooms; the TAG is what sites are told apart with.
    "ocs": {
        "name": ("computer", "machine", "name", "nom machine"),
        "address": ("ip address", "adresse ip"),
        "mac": ("mac address", "adresse mac"),
        "room": (),
        "school": ("tag",),
        "uai": (),
    },
}

_NAME = re.compile(r"[^\W_][\w.-]{0,62}")
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_SEVERAL = re.compile(r"<br\s*/?>|[\s,|]+")


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


def decode(content: bytes) -> str:
    """UTF-8 with or without its mark, or else what Excel writes on a French Windows. Raises ValueError."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise ValueError(Message("the file is UTF-16 or no text: save it as CSV UTF-8"))
    return decoded(content.removeprefix(b"\xef\xbb\xbf"))


def _key(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return " ".join(plain.lower().split())


@dataclass(frozen=True, kw_only=True)
class Headings:
    """The first line of a table, as a preset reads it: the fields that it has, and its other headings."""

    preset: str
    fields: frozenset[str]
    unread: tuple[str, ...]


def parse_headings(text: str, *, preset: str = "") -> Headings:
    """What a table's columns are; without ``preset`` by the one that most of them are of. Raises ValueError, beginning
    with the line."""
    first, sign = _first_line(text)
    try:
        cells = next(csv.reader([first], delimiter=sign), [])
    except csv.Error as exc:
        raise ValueError(_at_line(1, Message("not a line of CSV ({error})", error=str(exc)))) from exc
    found = {_key(cell): cell.strip() for cell in cells if cell.strip()}
    # Of two with as many, the first: what a spreadsheet has is also what an export may have.
    name = preset or max(PRESETS, key=lambda each: len(_fields(found, each)))
    fields = _fields(found, name)
    unread = tuple(cell for heading, cell in found.items() if heading not in fields.values())
    return Headings(preset=name, fields=frozenset(fields), unread=unread)


def _fields(found: Iterable[str], preset: str) -> dict[str, str]:
    """The fields of a preset that are there, each with its heading."""
    there = set(found)
    wanted = {
        field: next((each for each in headings if each in there), "") for field, headings in PRESETS[preset].items()
    }
    return {field: heading for field, heading in wanted.items() if heading}


def _first_line(text: str) -> tuple[str, str]:
    """The first line with something in it, and its separator. Raises ValueError."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise ValueError(_at_line(1, Message("the file is empty")))
    # The export's own separator is a preference in GLPI and OCS (";" by default in both).
    return first, max(";,\t", key=first.count)


def parse_stations(
    text: str,
    *,
    preset: str = "plain",
    columns: Mapping[str, str] | None = None,
    delimiter: str = "",
    school: str = "",
    schools: Mapping[str, str] | None = None,
) -> list[StationRow]:
    """The stations, sorted by name. ``columns`` names the headings of fields; ``school`` is everybody's.

    Raises ValueError beginning with the line's number.
    """
    _first, counted = _first_line(text)
    sign = delimiter or counted
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    rows: list[StationRow] = []
    names: dict[str, int] = {}
    where: dict[str, int] | None = None
    headings: dict[str, str] = {}
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if where is None:
                where = _columns(cells, preset, columns or {}, line, sign)
                headings = {field: cells[at].strip() for field, at in where.items()}
                continue
            try:
                row = _row(cells, where, line, preset=preset, school=school, schools=schools or {})
            except ValueError as exc:
                raise ValueError(_at_line(line, message_of(exc))) from exc
            # Windows does not tell case apart in names.
            if names.setdefault(look_alike(row.name), line) != line:
                other = names[look_alike(row.name)]
                told = Message("the station {name} is on line {other} already", name=row.name, other=other)
                raise ValueError(_at_line(line, told))
            rows.append(replace(row, headings=headings))
            refuse_taken(rows[-1:], Taken())
    except csv.Error as exc:
        told = Message("not a line of CSV ({error})", error=str(exc))
        raise ValueError(_at_line(reader.line_num, told)) from exc
    return sorted(rows, key=lambda row: row.name)


def _at_line(line: int, text: str) -> Message:
    """A text about a line of the file, as it follows the file's name."""
    return Message("{line}: {text}", line=line, text=text)


def _columns(cells: Iterable[str], preset: str, columns: Mapping[str, str], line: int, sign: str) -> dict[str, int]:
    found = [_key(cell) for cell in cells]
    where = {}
    for field in FIELDS:
        headings = [_key(columns[field])] if field in columns else PRESETS[preset][field]
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
    cells: list[str], where: Mapping[str, int], line: int, *, preset: str, school: str, schools: Mapping[str, str]
) -> StationRow:
    told = {field: cells[at].strip() if at < len(cells) else "" for field, at in where.items()}
    for field, value in told.items():
        if any(not char.isprintable() for char in value) and field not in {"address", "mac"}:
            raise ValueError(Message("the {field} has a control character or a line break in it", field=field))
    name = told["name"]
    readable = all(char.isascii() or char.isalpha() for char in name) and look_alike(name).isascii()
    if not _NAME.fullmatch(name) or not readable:
        raise ValueError(
            Message(
                "{name} cannot be a station's name: letters, digits, '.', '-' and '_', up to 63 of them, beginning "
                "with "
                "a letter or a digit, Latin ones",
                name=repr(name[:40]),
            )
        )
    place, site = told.get("room", ""), told.get("school", "") or school
    if preset == "glpi":
        # Trees are exported whole: "Entité racine > Lycée Exemple", "Bâtiment A > Salle 101".
        place, site = place.rpartition(" > ")[2], site.rpartition(" > ")[2]
    if not site:
        raise ValueError(Message("no school: fill its column in, or set school in the inventory's file"))
    uai = told.get("uai", "") or schools.get(site, "")
    return StationRow(
        line=line,
        name=name,
        address=_address(told.get("address", "")),
        mac=_mac(told.get("mac", "")),
        room=place,
        school=site,
        uai=parse_uai(uai) if uai else "",
    )


def _address(cell: str) -> str:
    """The first IPv4 address that others can reach, or the first name or address. Raises ValueError."""
    words = [word for word in _SEVERAL.split(cell) if word]
    addresses = []
    for word in words:
        try:
            addresses.append(ipaddress.ip_address(word))
        except ValueError:
            # All digits and dots: a mistyped address, not a name.
            if not _HOST.fullmatch(word) or re.fullmatch(r"[\d.]+", word):
                raise ValueError(
                    Message("{word} is neither an address nor a host name", word=repr(word[:60]))
                ) from None
    usable = [a for a in addresses if not a.is_link_local and not a.is_loopback] or addresses
    best = sorted(usable, key=lambda a: a.version)
    return str(best[0]) if best else (words[0] if words else "")


def _mac(cell: str) -> str:
    words = [word for word in _SEVERAL.split(cell) if word and not re.fullmatch(r"[0:.-]+", word)]
    return parse_mac(words[0]) if words else ""


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
                place = (
                    Message("column {heading}", heading=repr(row.headings[told]))
                    if told in row.headings
                    else Message("{option} of the inventory's file", option=told)
                )
                where = Message(
                    "{place}, {value}: {error}",
                    place=place,
                    value=repr(getattr(row, told)[:60]),
                    error=message_of(exc),
                )
                raise ValueError(_at_line(row.line, where)) from exc
