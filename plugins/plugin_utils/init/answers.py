# SPDX-License-Identifier: GPL-3.0-or-later
"""What init was told, once everything of it is right. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...module_utils.base.message import Message
from ..inventory.names import group_name
from ..inventory.stations_csv import StationRow, parse_headings, parse_stations, plan_groups

__all__ = ["Account", "Answers", "Export", "School", "read_export", "schools_of", "two_of_one"]

_NAMED = 8
_LONGEST = 40


@dataclass(frozen=True, kw_only=True)
class Export:
    """The stations of an export. ``school``: that of all of them, where no column says it."""

    content: bytes
    preset: str
    school: str
    rows: Sequence[StationRow]
    unread: Sequence[str] = ()

    def lines(self) -> list[Message]:
        """What is taken and what is not, for whoever has named the file."""
        rooms = {(row.school, row.room) for row in self.rows if row.room}
        taken = Message(
            "{stations} in {rooms} of {schools}",
            stations=Message.plural("{n} station", "{n} stations", len(self.rows)),
            rooms=Message.plural("{n} room", "{n} rooms", len(rooms)),
            schools=Message.plural("{n} school", "{n} schools", len({row.school for row in self.rows})),
        )
        told = [Message("Read as {preset}: {taken}.", preset=self.preset, taken=taken)]
        if without := sum(not row.room for row in self.rows):
            told.append(Message.plural("{n} station is in no room.", "{n} stations are in no room.", without))
        if without := sum(not row.address for row in self.rows):
            told.append(
                Message.plural(
                    "{n} station has no address: it is reached by its name.",
                    "{n} stations have no address: they are reached by their names.",
                    without,
                )
            )
        if self.unread:
            shown = ", ".join(heading[:_LONGEST] for heading in self.unread[:_NAMED])
            dots = ", …" if len(self.unread) > _NAMED else ""
            told.append(Message("Columns that are left out: {headings}.", headings=f"{shown}{dots}"))
        return told


@dataclass(frozen=True, kw_only=True)
class School:
    """A school of the export. ``uai`` is empty where every row of it has its own; ``server_url`` where the server is
    found by the UAI."""

    name: str
    uai: str = ""
    server_url: str = ""

    @property
    def group(self) -> str:
        """Its group in the inventory."""
        return group_name(self.name)


@dataclass(frozen=True, kw_only=True)
class Account:
    """Who logs on to the stations."""

    user: str
    password: str


@dataclass(frozen=True, kw_only=True)
class Answers:
    """``account``: None where the vault is there already; ``vault_file``: empty where its password is typed at each
    command; ``reference``: empty where it is not known yet."""

    folder: str
    export: Export
    schools: Sequence[School]
    transport: str
    account: Account | None
    depot_url: str
    depot_path: str
    reference: str
    vault_file: str


def read_export(content: bytes, text: str, *, preset: str = "", school: str = "") -> Export:
    """The stations of an export. Raises ValueError, beginning with the line, for a row that cannot be right."""
    headings = parse_headings(text, preset=preset)
    rows = parse_stations(text, preset=headings.preset, school=school)
    if not rows:
        raise ValueError(Message("1: there is no station below the headings"))
    plan_groups(rows)
    given = "" if "school" in headings.fields else school
    return Export(content=content, preset=headings.preset, school=given, rows=rows, unread=headings.unread)


def schools_of(rows: Sequence[StationRow]) -> Mapping[str, str]:
    """The schools of an export, with the UAI that all of their rows have; empty where one has none.

    Raises ValueError for a school with two, and for two with one.
    """
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row.school, Counter())[row.uai] += 1
    owners: dict[str, str] = {}
    for name, uais in found.items():
        several = sorted(filter(None, uais))
        if len(several) > 1:
            raise ValueError(Message("{school} has two UAIs: {uais}", school=name, uais=", ".join(several[:3])))
        for uai in several:
            if owners.setdefault(uai, name) != name:
                raise ValueError(two_of_one(uai, owners[uai], name))
    return {name: "" if uais[""] else next(iter(uais)) for name, uais in sorted(found.items())}


def two_of_one(uai: str, one: str, other: str) -> Message:
    """What is said of one UAI for two schools."""
    return Message("{one} and {other} have the same UAI, {uai}", one=one, other=other, uai=uai)
