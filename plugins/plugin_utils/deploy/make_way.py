# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the way free on a station where somebody works: wait, tell, close. What to do was decided by the plan.

I/O: the station and Ansible.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ...module_utils.base.message import Message
from ...module_utils.product.products import Product
from ..job.follow import JobTimes
from ..station.errors import DeferredError, StationFactError
from ..station.telling import telling
from ..station.winrm import WinrmStation
from ..station.wmi import escape_wql
from .goal import Goal
from .people import NO_MSG, People, Way, close_command, message_command, message_text

__all__ = ["close", "in_use", "make_way", "session_open"]


def in_use(station: WinrmStation, product: Product) -> bool:
    """Whether a process of the product runs. One request."""
    names = " or ".join(f"Name = '{escape_wql(image)}'" for image in product.processes)
    return bool(station.query(f"select ProcessId from Win32_Process where {names}"))  # noqa: S608  (escaped above)


def session_open(station: WinrmStation) -> bool:
    """Whether somebody is logged on, by the same sign as the probe's. One request."""
    return bool(station.query("select ProcessId from Win32_Process where Name = 'explorer.exe' and SessionId > 0"))


def make_way(station: WinrmStation, goal: Goal, way: Way, *, times: JobTimes) -> str | None:
    """Do what the plan says about people. Returns why the station is left for a later run, None when all is free.

    Raises StationError.
    """
    poll = times.poll
    product, policy = goal.product, goal.people
    if way.action == "close":
        close(station, product, poll=poll)
    elif way.action in {"wait", "notify"}:
        station.events.stage("waiting")
        seconds = policy.wait if way.action == "wait" else policy.notify_delay
        # Nobody is closed, or surprised, without having been told.
        if way.action == "notify" and (why := _tell(station, policy)) is not None:
            return why
        client = way.subject == "client"

        def free() -> bool:
            if not (in_use(station, product) if client else session_open(station)):
                return True
            # Who was told is not told twice.
            if way.action == "wait" and times.others_wait():
                raise DeferredError(
                    Message("somebody is at work there, and the other schools do not wait for it"),
                    remedy=Message("Run again later."),
                )
            return False

        if not _until(free, seconds, poll):
            return _still_there(station, goal, way, poll=poll)
    return None


def _still_there(station: WinrmStation, goal: Goal, way: Way, *, poll: float) -> str | None:
    product, policy = goal.product, goal.people
    if way.action == "wait":
        what = (
            Message("the client was still in use")
            if way.subject == "client"
            else Message("somebody was still logged on")
        )
        return Message("{what} after {seconds} s: left for a later run", what=what, seconds=f"{policy.wait:.0f}")
    if not in_use(station, product):
        # Told, still logged on, and without the client: the setup disturbs nobody.
        return None
    if policy.notify_then == "close":
        close(station, product, poll=poll)
        return None
    return Message(
        "the client was still in use {seconds} s after the message: left for a later run",
        seconds=f"{policy.notify_delay:.0f}",
    )


def _tell(station: WinrmStation, policy: People) -> str | None:
    """Show the message. Returns why it could not be shown."""
    text = message_text(policy.message, policy.notify_delay)
    telling.vv(f"telling who is logged on: {text}")
    told = station.run(message_command(text, policy.notify_delay), doing=Message("showing a message"))
    if not told.code:
        return None
    why = Message("this Windows has no msg.exe") if told.code == NO_MSG else told.describe()
    return Message("nobody could be told ({why}): left for a later run", why=why)


def _until(condition: Callable[[], bool], seconds: float, poll: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(min(poll, max(0.0, deadline - time.monotonic()) + 0.1))
    return True


def close(station: WinrmStation, product: Product, *, poll: float) -> None:
    """Kill the product's processes. Raises StationError when one stays."""
    result = station.run(close_command(product.processes), doing=Message("closing the client"))
    if not _until(lambda: not in_use(station, product), 30, poll):
        raise StationFactError(
            Message("the running client could not be closed ({result})", result=result.describe()),
            remedy=Message("Close it on the station, or restart it."),
        )
