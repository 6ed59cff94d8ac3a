# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a line that makes and locks a folder of ours on a station. I/O: the station."""

from __future__ import annotations

import time
from collections.abc import Callable

from ...module_utils.base.message import Message
from ..station.questions import CommandResult
from ..station.winrm import WinrmStation
from .commands import LOOK_FIRST, SHUT, look_below

__all__ = ["LOCK_REMEDIES", "run_locked"]

_LOOKS = 4
_PLANTED = Message(
    "Nobody but an administrator should have been able to put it there: look at who owns it, "
    "delete Program Files\\Rentree PRONOTE on the station by hand, then run again."
)
LOCK_REMEDIES = {68: _PLANTED, SHUT: _PLANTED}
"""What to do, by the exit codes of ``lock_commands`` and ``look_below``."""


def run_locked(
    station: WinrmStation, top: str, line: Callable[[bool], str], *, timeout: float, doing: str
) -> CommandResult:
    """Run a line that has ``lock_commands``, ``line(looked)``; where something is there already, after a look below it.

    Its result, or that of a look that found a folder which administrators may not look into. Raises StationError.
    """
    result = station.run(line(False), timeout=timeout, doing=doing)
    if result.code != LOOK_FIRST:
        return result
    for _look_again in range(_LOOKS):
        below = station.run(look_below(top), doing=Message("looking below the folder of the jobs"))
        if not below.code:
            return station.run(line(True), timeout=timeout, doing=doing)
        # Another administrator's job deletes its temporary folders meanwhile.
        time.sleep(1)
    return below
