# SPDX-License-Identifier: GPL-3.0-or-later
"""Rooms of one name in one school, told apart by the inventory's groups: two buildings may have a Salle 101. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from ..audit.record import ShownRecord

__all__ = ["apart", "group_of"]


def group_of(stations: Collection[str], groups: Mapping[str, frozenset[str]]) -> str:
    """The group that is exactly these stations, by name where there are several; empty without one."""
    wanted = frozenset(stations)
    return min((name for name, hosts in groups.items() if hosts == wanted), default="")


def apart(rows: Sequence[ShownRecord], groups: Mapping[str, frozenset[str]]) -> list[ShownRecord]:
    """The stations of a school, in order, those of two rooms of one name with the group in the room's name.

    ``groups``: those within the school. A room that is a group itself is one room, whatever groups are within it.
    """
    found: list[ShownRecord] = []
    for room, of_room in groupby(rows, key=lambda row: row["room"]):
        mine = list(of_room)
        parts = _parts(frozenset(row["station"] for row in mine), groups) if room else {}
        said = {station: f"{room} ({name})" for name, hosts in parts.items() for station in hosts}
        labelled: list[ShownRecord] = [{**row, "room": said.get(row["station"], room)} for row in mine]
        found += sorted(labelled, key=lambda row: (row["room"], row["station"]))
    return found


def _parts(stations: frozenset[str], groups: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The groups that the stations fall apart into, each with its own; none when they do not."""
    # The largest first: one that is all of them leaves no second.
    within = sorted(
        ((name, hosts) for name, hosts in groups.items() if hosts <= stations),
        key=lambda group: (-len(group[1]), group[0]),
    )
    found: dict[str, frozenset[str]] = {}
    left = stations
    for name, hosts in within:
        if hosts <= left:
            found[name], left = hosts, left - hosts
    return found if len(found) > 1 and not left else {}
