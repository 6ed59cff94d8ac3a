# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's clock and its time zone. I/O: Python's own ``local time`` knows the offset of today only."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .message import Message
from .times import iso

__all__ = ["now", "utc_now", "zone"]

_LOCALTIME = Path("/etc/localtime")


def utc_now() -> dt.datetime:
    """This moment."""
    return dt.datetime.now(dt.UTC)


def now() -> str:
    """This moment as the store writes it."""
    return iso(utc_now())


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
