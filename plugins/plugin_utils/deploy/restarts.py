# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarts of a station: whether one is allowed now, and under which boot it was asked for. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ...module_utils.base.message import Message
from ..station.boot import boot_time
from ..station.cmdline import join, quote

__all__ = [
    "MESSAGE",
    "REBOOT",
    "WHEN_PENDING",
    "Restarts",
    "why_not",
]

REBOOT = ("never", "if_idle", "in_window")
WHEN_PENDING = ("ignore", "skip", "next_start", "fail", "reboot")

MESSAGE = "Ce poste redémarre pour terminer la mise à jour de PRONOTE. Merci d'enregistrer votre travail."

# Codes of shutdown.exe: a restart is under way, or planned, already (winerror.h, 1115 and 1190).
ACCEPTED = frozenset({0, 1115, 1190})


@dataclass(frozen=True, kw_only=True)
class Restarts:
    """The policy. Durations in seconds."""

    when_pending: str = "ignore"
    policy: str = "never"
    # The end of the present window; None: there is none.
    until: dt.datetime | None = None
    # Restart although somebody is logged on: only ever because it was asked for.
    with_session: bool = False
    message: str = MESSAGE
    delay: float = 60.0
    timeout: float = 900.0


def why_not(restarts: Restarts, *, session_open: bool, now: dt.datetime) -> str | None:
    """Why the station may not be restarted now; None when it may."""
    if restarts.policy == "never":
        return Message("restarts are not allowed (pronote_client_reboot)")
    if restarts.policy == "in_window":
        if restarts.until is None:
            return Message("no window for restarts is open")
        if now + dt.timedelta(seconds=restarts.delay + restarts.timeout) > restarts.until:
            return Message("the window ends at {until}, too soon for a restart", until=f"{restarts.until:%H:%M}")
    if session_open and not restarts.with_session:
        return Message("somebody is logged on")
    return None


def mark_command(path: str, boot: str) -> str:
    """Note in the job's folder under which boot a restart was asked for, so that an interrupted run asks once."""
    boot_time(boot)
    return join([f">{quote(path)} echo {boot}"])
