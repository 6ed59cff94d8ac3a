# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done in a school, most useful first, each with its stations and the command to run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from ...module_utils.base.message import Message
from ..audit.record import RecordSummary
from ..audit.status import STATUSES
from ..words.words import Words
from .commands import Commands, limit

__all__ = ["KINDS", "Todo", "todo"]


class _Kind(NamedTuple):
    """``play``: its playbook and the arguments; none: the module client_info."""

    play: tuple[str, ...]
    title: Message
    why: Message


# Of audit/status.py, the most useful first.
KINDS = {
    "deploy": _Kind(
        ("deploy",),
        Message("Deploy release {release}"),
        Message(
            "Clients that are late, absent, or of an earlier year only. First without changing anything, with "
            "--check --diff; then:"
        ),
    ),
    "several": _Kind(
        (),
        Message("Keep one client only"),
        Message(
            "Several clients of the same year: a shortcut may open the wrong one. Remove the odd one from the "
            "Control Panel. To see what is installed, and where:"
        ),
    ),
    "ahead": _Kind(
        ("deploy", "-e", "pronote_client_allow_downgrade=true"),
        Message("Update the server, or go back to its release"),
        Message(
            "These clients are newer than the server. Usually the server is to be updated, from the hosting "
            "console. Otherwise, to put the older release of the same year back:"
        ),
    ),
    "refused": _Kind(
        (),
        Message("Get access back"),
        Message("These stations answer but refuse the account or its rights (docs/winrm.md). To try again:"),
    ),
    "frozen": _Kind(
        ("audit",),
        Message("Restart, then audit again"),
        Message(
            "Installed on a frozen station, which is put back to its image at each start: the next audit after a "
            "restart says whether the client has stayed."
        ),
    ),
    "unknown_release": _Kind(
        ("audit",),
        Message("Find the release out"),
        Message(
            "The server's or the station's release could not be read; each station's details say why. "
            "Once the cause is gone:"
        ),
    ),
    "unreachable": _Kind(
        ("audit",),
        Message("Switch on, then audit again"),
        Message("Off, unplugged, or WinRM closed. Once they are on:"),
    ),
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


def todo(rows: Sequence[RecordSummary], *, release: str, commands: Commands, words: Words) -> list[Todo]:
    """The list for the stations of one school, ordered by room."""
    mine = {row["station"] for row in rows}
    groups = {name: hosts for name, hosts in commands.groups.items() if hosts and hosts <= mine}
    sizes = Counter(row["room"] for row in rows)
    # Where a deployment finds nothing to do, or nobody: a group that holds such stations too can stand for the others.
    harmless = {row["station"] for row in rows if STATUSES[row["status"]].group in {"right", "silent"}}
    found = []
    for kind, known in KINDS.items():
        of_kind = [row for row in rows if STATUSES[row["status"]].todo == kind]
        if not of_kind:
            continue
        names = {row["station"] for row in of_kind}
        pattern, left_out = limit(names, harmless=harmless if kind == "deploy" else (), groups=groups)
        found.append(
            Todo(
                kind=kind,
                title=words.of(known.title.given(release=release)),
                why=words.of(known.why),
                stations=len(of_kind),
                rooms=[
                    (room, [] if len(names) == sizes[room] > 1 else names, len(names))
                    for room, names in (
                        (room, [row["station"] for row in of_room])
                        for room, of_room in groupby(of_kind, key=lambda row: row["room"])
                    )
                ],
                command=_command(known.play, pattern, commands) if pattern else "",
                left_out=left_out,
            )
        )
    return found


def _command(play: tuple[str, ...], pattern: str, commands: Commands) -> str:
    return commands.play(play[0], pattern, *play[1:]) if play else commands.module("client_info", pattern)
