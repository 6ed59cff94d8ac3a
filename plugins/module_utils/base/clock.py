# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's clock and its time zone. I/O: Python's own ``local time`` knows the offset of today only.

``RENTREE_CLOCK_AHEAD`` is for stories (tests/year.py): so many whole seconds this clock is ahead of the machine's, or
behind it with a ``-``; ten years at most, and what is no such number counts for nothing. It moves what is dated, and
what is judged by a date: reports, logs and the store; the year that is prepared; the age of what a server answered, of
an archive, of an audit; the hours of a school; leases of schools, which another controller of the same store judges by
its own clock.

It does not move what others measure too. Timeouts and waits are of the monotonic clock. TLS (OpenSSL), signatures of
installers with their time stamps (signify) and tickets of Kerberos go by the machine's clock, as their issuers do. So
do the ages of locks, which are files' times, and times that a run hands from process to process
(tests/unit/test_one_clock.py names their places).
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .message import Message
from .numbers import integer
from .times import iso

__all__ = ["AHEAD", "now", "rentree_year", "utc_now", "zone"]

AHEAD = "RENTREE_CLOCK_AHEAD"
"""The environment variable that moves this clock."""

_FARTHEST = 10 * 366 * 86400  # seconds
_LOCALTIME = Path("/etc/localtime")
_JUNE = 6


def utc_now() -> dt.datetime:
    """This moment."""
    ahead = integer(os.environ.get(AHEAD)) or 0
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead if abs(ahead) <= _FARTHEST else 0)


def now() -> str:
    """This moment as the store writes it."""
    return iso(utc_now())


def rentree_year() -> int:
    """The year that is prepared, 2026 for the school year 2026-2027: this year from June on (docs/fidelity.md, O15)."""
    today = utc_now().astimezone()
    return today.year if today.month >= _JUNE else today.year - 1


def zone(name: str) -> dt.tzinfo:
    """A time zone by its name; when empty the controller's own, with its clock changes. Raises ValueError."""
    named = name or os.environ.get("TZ", "").removeprefix(":")
    try:
        if named:
            return ZoneInfo(named)
        with _LOCALTIME.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        if not named:
            # A controller without the file works in UTC (tzset(3)).
            return dt.UTC
        raise ValueError(
            Message(
                "the controller knows no time zone {named}, which looks like Europe/Paris (its package "
                "tzdata has them)",
                named=repr(named),
            )
        ) from exc
