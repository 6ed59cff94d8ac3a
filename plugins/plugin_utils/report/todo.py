# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done in a school, most useful first, each with its stations and the command to run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ..audit.record import RecordSummary
from ..audit.status import STATUSES
from .commands import Commands, limit

__all__ = ["Todo", "todo"]

# Of audit/status.py, the most useful first, each with its playbook and the arguments; none: the module client_info.
_KINDS: dict[str, tuple[str, ...]] = {
    "deploy": ("deploy",),
    "several": (),
    "ahead": ("deploy", "-e", "pronote_client_allow_downgrade=true"),
    "refused": (),
    "frozen": ("audit",),
    "unknown_release": ("audit",),
    "unreachable": ("audit",),
}


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


def todo(rows: Sequence[RecordSummary], *, release: str, commands: Commands, words: Mapping[str, str]) -> list[Todo]:
    """The list for the stations of one school, ordered by room."""
    mine = {row["station"] for row in rows}
    groups = {name: hosts for name, hosts in commands.groups.items() if hosts and hosts <= mine}
    sizes = Counter(row["room"] for row in rows)
    # Where a deployment finds nothing to do, or nobody: a group that holds such stations too can stand for the others.
    harmless = {row["station"] for row in rows if STATUSES[row["status"]].group in {"right", "silent"}}
    found = []
    for kind, play in _KINDS.items():
        of_kind = [row for row in rows if STATUSES[row["status"]].todo == kind]
        if not of_kind:
            continue
        names = {row["station"] for row in of_kind}
        pattern, left_out = limit(names, harmless=harmless if kind == "deploy" else (), groups=groups)
        found.append(
            Todo(
                kind=kind,
                title=words[f"act_{kind}"].format(release=release),
                why=words[f"why_{kind}"],
                stations=len(of_kind),
                rooms=[
                    (room, [] if len(names) == sizes[room] > 1 else names, len(names))
                    for room, names in (
                        (room, [row["station"] for row in of_room])
                        for room, of_room in groupby(of_kind, key=lambda row: row["room"])
                    )
                ],
                command=_command(play, pattern, commands) if pattern else "",
                left_out=left_out,
            )
        )
    return found


def _command(play: tuple[str, ...], pattern: str, commands: Commands) -> str:
    return commands.play(play[0], pattern, *play[1:]) if play else commands.module("client_info", pattern)
