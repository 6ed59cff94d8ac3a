# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart a station, only when allowed, and wait until it answers again. I/O: the station and Ansible."""

from __future__ import annotations

import time

from ...module_utils.base.clock import utc_now
from ...module_utils.base.message import Message, message_of
from ..job.commands import Job
from ..job.follow import REFUSALS
from ..job.outcome import JobFiles
from ..station.boot import boot_time, is_later_boot
from ..station.errors import (
    StationError,
    StationFactError,
    UnseenError,
)
from ..station.shutdown import abort_command, restart_command
from ..station.telling import telling
from ..station.winrm import WinrmStation
from .make_way import session_open
from .restarts import (
    ACCEPTED,
    Restarts,
    mark_command,
    why_not,
)

__all__ = ["after_job", "restart"]


def after_job(station: WinrmStation, job: Job, files: JobFiles, restarts: Restarts, *, poll: float) -> str | None:
    """Restart the station after a setup that asks for it, once whatever interrupts the run.

    Returns why it was not restarted, None once it was. Raises StationError.
    """
    boot = _boot(station)
    asked_under = (files.restart or "").strip()
    if asked_under and is_later_boot(asked_under, boot):
        # An interrupted run asked for it, and it has happened.
        return None
    why = why_not(restarts, session_open=session_open(station), now=utc_now())
    if why is not None:
        return why
    station.run(mark_command(job.restart_mark, boot), doing=Message("noting the restart")).check(
        Message("the restart could not be noted in the job's folder"),
        remedy=Message("Check the space on the station's disk, restart it by hand, then run again."),
    )
    return restart(station, restarts, boot, poll=poll)


def restart(station: WinrmStation, restarts: Restarts, boot: str = "", *, poll: float) -> str | None:
    """Restart the station and wait for it, a bounded time. Returns why it was not restarted, None once it was.

    Called off when somebody logs on before it begins, unless sessions do not count. Raises StationError.
    """
    boot = boot or _boot(station)
    try:
        asked = station.run(restart_command(restarts.message, restarts.delay), doing=Message("restarting the station"))
    except UnseenError as exc:
        # Going down already, perhaps: whether it was asked at all shows by its next start.
        telling.vv(f"no answer to the restart ({exc.fact})")
        station.close()
    else:
        if asked.code not in ACCEPTED:
            raise StationFactError(
                Message("Windows refuses to restart ({asked})", asked=asked.describe()),
                remedy=Message(
                    "Check the account's right to shut the station down from the network, or restart it by hand."
                ),
            )
    telling.vv(f"restarting in {restarts.delay:.0f} s")
    answers, refusals = False, 0
    deadline = time.monotonic() + restarts.delay + restarts.timeout
    while True:
        try:
            if is_later_boot(boot, _boot(station)):
                # However quick it was between two looks: the shell of before is not there any more.
                station.close()
                return None
            answers = True
            if (
                not restarts.with_session
                and session_open(station)
                and not station.run(abort_command(), doing=Message("calling the restart off")).code
            ):
                return Message("somebody has logged on meanwhile")
        except UnseenError as exc:
            telling.vv(f"the station does not answer ({exc.fact}): waiting for it")
            answers = False
            station.close()
        except StationError as exc:
            # A shell does not outlive a restart; the connection that carried it may. Services start one by one, and the
            # one that asks the domain for us may not be there yet.
            refusals += exc.kind == "refused"
            if not exc.passing and not (exc.kind == "refused" and refusals < REFUSALS):
                raise
            station.close()
        if time.monotonic() > deadline:
            seconds = f"{restarts.delay + restarts.timeout:.0f}"
            raise StationFactError(
                Message("the station was told to restart and is still up after {seconds} s", seconds=seconds)
                if answers
                else Message(
                    "the station was told to restart and does not answer again after {seconds} s", seconds=seconds
                ),
                remedy=Message(
                    "Look at it: it may be off, at an update of Windows, or held by a program. Then run again."
                ),
            )
        time.sleep(poll)


def _boot(station: WinrmStation) -> str:
    row = station.get("Win32_OperatingSystem")
    text = str((row or {}).get("LastBootUpTime") or "")
    try:
        boot_time(text)
    except ValueError as exc:
        raise StationFactError(
            Message("the station's last start cannot be read: {error}", error=message_of(exc)),
            remedy=Message("Restart it by hand, then run again."),
        ) from exc
    return text
