# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of what is looked at, from outside in, and what each look comes to. Data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ...module_utils.base.message import Message
from ...module_utils.base.text import printable_message

__all__ = ["CHECKS", "OUTCOMES", "VERDICTS", "Finding", "Outcome", "Place", "verdict"]

Outcome = Literal["fails", "unknown", "holds"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("fails", "unknown", "holds")
"""From what matters most. ``unknown``: it could not be looked at."""

VERDICTS: Final = {"sound": 0, "not_sound": 1, "incomplete": 3}
"""With exit codes, those of the audit's verdicts (audit/outcome.py): what is wrong outweighs what is unknown."""

CHECKS: Final[Mapping[str, Message]] = {
    "inventory": Message("the inventory"),
    "controller": Message("the controller"),
    "name": Message("name resolution"),
    "port": Message("the port of WinRM"),
    "winrm": Message("what answers there"),
    "account": Message("the account and its password"),
    "shell": Message("the right to shells"),
    "wmi": Message("the right to WMI"),
    "clock": Message("the clock"),
    "network": Message("the network profile"),
    "server": Message("the hosted server"),
    "release": Message("the release in the depot"),
    "depot": Message("the depot as the station reaches it"),
    "digest": Message("what the depot serves"),
    "proxy": Message("proxies of the station"),
    "space": Message("free space"),
    "frozen": Message("programs that undo changes"),
    "mode": Message("S mode and listed programs"),
    "policies": Message("policies against scripts and programs"),
    "rehearsal": Message("a rehearsal on this kind of Windows"),
}
"""Each check with its name, in the order in which what goes wrong is cured: an outer one keeps the inner ones dark."""

_LONGEST = 600


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a finding belongs. ``station`` and ``room`` are empty for what is a school's."""

    school: str
    school_name: str = ""
    room: str = ""
    station: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check came to at one place: the fact, and what to do."""

    place: Place
    check: str
    outcome: Outcome
    fact: str = ""
    remedy: str = ""

    def __post_init__(self) -> None:
        # What a station, a server or somebody's inventory said is in them.
        for name in ("fact", "remedy"):
            object.__setattr__(self, name, printable_message(getattr(self, name), longest=_LONGEST))


def verdict(findings: Iterable[Finding], *, dark: bool) -> str:
    """``dark``: whether a room, or a school, has nobody who could be looked at."""
    outcomes = {each.outcome for each in findings}
    return "not_sound" if "fails" in outcomes else "incomplete" if dark else "sound"
