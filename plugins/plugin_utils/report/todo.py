# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done in a school, most useful first, each with its stations and the command to run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from .commands import Commands, limit

__all__ = ["Todo", "todo"]

_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("deploy", ("late", "absent", "older_year_only")),
    ("several", ("several",)),
    ("ahead", ("ahead",)),
    ("refused", ("refused",)),
    ("unknown_release", ("unknown_release",)),
    ("unreachable", ("unreachable",)),
)
# Where a deployment finds nothing to do, or nobody: a group that holds such stations too can stand for the others.
_HARMLESS = {"compliant", "unreachable", "refused"}


@dataclass(frozen=True, kw_only=True)
class Todo:
    """One thing to do. ``rooms``: (room, names of its stations; none when it is the whole room, how many)."""

    kind: str
    title: str
    why: str
    stations: int
    rooms: list[tuple[str, list[str], int]]
    command: str
    left_out: int  # stations that the command cannot name


def todo(
    rows: Sequence[Mapping[str, Any]], *, release: str, commands: Commands, words: Mapping[str, str]
) -> list[Todo]:
    """The list for the stations of one school, ordered by room."""
    mine = {str(row["station"]) for row in rows}
    groups = {name: hosts for name, hosts in commands.groups.items() if hosts and hosts <= mine}
    sizes = Counter(str(row["room"]) for row in rows)
    found = []
    for kind, statuses in _KINDS:
        of_kind = [row for row in rows if row["status"] in statuses]
        if not of_kind:
            continue
        names = {str(row["station"]) for row in of_kind}
        allowed = {str(row["station"]) for row in rows if row["status"] in _HARMLESS} if kind == "deploy" else set()
        pattern, left_out = limit(names, harmless=allowed, groups=groups)
        found.append(
            Todo(
                kind=kind,
                title=words[f"act_{kind}"].format(release=release),
                why=words[f"why_{kind}"],
                stations=len(of_kind),
                rooms=[
                    (room, [] if len(names) == sizes[room] > 1 else names, len(names))
                    for room, names in (
                        (room, [str(row["station"]) for row in of_room])
                        for room, of_room in groupby(of_kind, key=lambda row: str(row["room"]))
                    )
                ],
                command=_command(kind, pattern, commands) if pattern else "",
                left_out=left_out,
            )
        )
    return found


def _command(kind: str, pattern: str, commands: Commands) -> str:
    if kind == "deploy":
        return commands.play("deploy", pattern)
    if kind == "ahead":
        return commands.play("deploy", pattern, "-e", "pronote_client_allow_downgrade=true")
    if kind in {"several", "refused"}:
        return commands.module("client_info", pattern)
    return commands.play("audit", pattern)
