# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done in a school, most useful first, each with its stations and the command to run. Pure."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal, NamedTuple

from ...module_utils.base.message import Message
from ..audit.record import AuditRecord, ShownRecord
from ..audit.status import STATUSES
from ..remaining.next_step import BEFORE_DEPLOYING
from ..words.words import Words
from .commands import Commands, limit
from .labels import unsettled

__all__ = ["KINDS", "PENDING", "Todo", "kind_of", "title_of", "todo"]


PENDING = "pronote_pending"
"""The group of stations that are not as they should be."""

_RECORD = ("record_response",)
_MET = 3  # of the things that the last deployment met


class _Kind(NamedTuple):
    """``play``: its playbook and the arguments; none: the module client_info."""

    play: tuple[str, ...]
    title: Message
    why: Message

    @property
    def reach(self) -> Literal["pending", "any", "exact"]:
        """Whom else its command may name without harm: those that are pending, anybody, or nobody.

        Nothing but a deployment with an argument changes what it was not meant for.
        """
        if self.play == ("deploy",):
            return "pending"
        return "exact" if self.play[:1] == ("deploy",) else "any"


# Of audit/status.py, and of what the last deployment met (remaining/next_step.py), the most useful first: what kept
# that from its end comes before deploying, which would end the same way.
KINDS = {
    "free_disk": _Kind(
        ("deploy",),
        Message("Free disk space, then deploy"),
        Message("The last deployment found too little space there. Once there is room:"),
    ),
    "record": _Kind(
        ("record_response", "-e", "pronote_record_force=true"),
        Message("Record the answers again, then deploy"),
        Message(
            "The setup refused the answers that were recorded for it. Record them again on a reference station, "
            "publish the release again, then deploy. To record:"
        ),
    ),
    "close_client": _Kind(
        ("deploy",),
        Message("Have the client closed, then deploy"),
        Message(
            "Somebody was at work there. Once the client is closed (or with pronote_client_when_running: wait, notify "
            "or close):"
        ),
    ),
    "mend": _Kind(
        ("deploy",),
        Message("Mend what the last deployment failed for, then deploy"),
        Message("The same command would fail there again. Once the cause is gone:"),
    ),
    "pilot": _Kind(
        ("deploy",),
        Message("Mend the pilot or name another, then deploy"),
        Message(
            "Held back: their school stopped before their turn. Mend what it stopped for, or name another pilot "
            "(pronote_pilot: true on a station). Then:"
        ),
    ),
    "wait": _Kind(
        ("deploy",),
        Message("Wait for the installations under way"),
        Message("A job goes on there by itself. A later run follows it to its end:"),
    ),
    "start": _Kind(
        ("deploy",),
        Message("Have them started anew, then deploy"),
        Message(
            "Each installs the release by itself at its next start: a restart, or a shutdown without fast startup. The "
            "deployment after it proves the installation, and clears its files away:"
        ),
    ),
    "later": _Kind(
        ("deploy",),
        Message("Deploy at their hours"),
        Message("The last deployment left them for later, and each says why. When nothing keeps them any more:"),
    ),
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
        ("deploy", "-e", "pronote_client_when_newer=over"),
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
    "unread": _Kind(
        ("audit",),
        Message("Audit for the first time"),
        Message("No audit has looked at these stations yet. To read them:"),
    ),
    "unreachable": _Kind(
        ("audit",),
        Message("Switch on, then audit again"),
        Message("Off, unplugged, or WinRM closed. Once they are on:"),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Todo:
    """One thing to do. ``rooms``: (room, names of its stations; none when it is the whole room, how many). ``met``:
    what the last deployment met there, and on how many stations, the most frequent first. ``limit``: the word of the
    command that names the stations; empty when none does. ``reach``: as in ``_Kind``."""

    kind: str
    title: str
    why: str
    stations: int
    rooms: list[tuple[str, list[str], int]]
    command: str
    limit: str
    reach: str
    left_out: int  # stations that the command cannot name
    met: list[tuple[str, int]] = field(default_factory=list)


def todo(rows: Sequence[AuditRecord | ShownRecord], *, release: str, commands: Commands, words: Words) -> list[Todo]:
    """The list for the stations of one school, ordered by room."""
    mine = {row["station"] for row in rows}
    groups = {name: hosts for name, hosts in commands.groups.items() if hosts and hosts <= mine}
    sizes = Counter(row["room"] for row in rows)
    # Where a deployment finds nothing to do, or nobody: a group that holds such stations too can stand for the others.
    harmless = {row["station"] for row in rows if STATUSES[row["status"]].group in {"right", "silent"}}
    found = []
    pending = PENDING if PENDING in commands.groups else ""
    kinds = {row["station"]: kind_of(row) for row in rows}
    for kind, known in KINDS.items():
        of_kind = [row for row in rows if kinds[row["station"]] == kind]
        if not of_kind:
            continue
        names = {row["station"] for row in of_kind}
        deploys = known.reach == "pending"
        pattern, left_out = limit(
            names,
            harmless=harmless if deploys else (),
            groups=groups,
            wide=known.reach != "exact",
            pending=pending if deploys else "",
        )
        found.append(
            Todo(
                kind=kind,
                title=title_of(kind, release, words),
                why=words.of(known.why),
                stations=len(of_kind),
                rooms=[
                    (room, [] if len(names) == sizes[room] > 1 else names, len(names))
                    for room, names in (
                        (room, [row["station"] for row in of_room])
                        for room, of_room in groupby(of_kind, key=lambda row: row["room"])
                    )
                ],
                command=_command(known.play, pattern, release, commands) if pattern else "",
                limit=shlex.quote(pattern) if pattern and known.play[:1] != _RECORD else "",
                reach=known.reach,
                left_out=left_out,
                met=_met(of_kind, words) if kind in BEFORE_DEPLOYING else [],
            )
        )
    return found


def title_of(kind: str, release: str, words: Words) -> str:
    """What there is to do, as the list and the stations' details say it; empty for a station that is right."""
    return words.of(KINDS[kind].title.given(release=release)) if kind else ""


def kind_of(row: AuditRecord | ShownRecord) -> str:
    """What there is to do on a station, of ``KINDS``; empty for one that is right."""
    kind = STATUSES[row["status"]].todo
    last = unsettled(row) if kind == "deploy" else None
    return str(last["next"]) if last else kind


def _met(rows: Sequence[AuditRecord | ShownRecord], words: Words) -> list[tuple[str, int]]:
    said = Counter(
        ". ".join(text.rstrip(".") for text in (words.field(last, "reason"), words.field(last, "remedy")) if text) + "."
        for row in rows
        if (last := row.get("last"))
    )
    return said.most_common(_MET)


def _command(play: tuple[str, ...], pattern: str, release: str, commands: Commands) -> str:
    if play[:1] == _RECORD:
        # On a reference station, which none of these is.
        return commands.alone(play[0], "-e", f"pronote_release={release}", *play[1:])
    return commands.play(play[0], pattern, *play[1:]) if play else commands.module("client_info", pattern)
