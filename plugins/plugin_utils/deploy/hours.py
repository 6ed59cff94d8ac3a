# SPDX-License-Identifier: GPL-3.0-or-later
"""The hours of a school, judged with the controller's clock: those of stations are wrong more often, and many."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .windows import (
    Judgement,
    Window,
    judge,
    parse_windows,
    shown,
)

__all__ = ["ALWAYS", "Hours", "zone"]

_LOCALTIME = Path("/etc/localtime")


def zone(name: str) -> dt.tzinfo:
    """A time zone by its name; when empty the controller's own, with its clock changes. Raises ValueError."""
    if not name:
        return _own_zone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError(
            f"the controller knows no time zone {name!r}, which looks like Europe/Paris (its package tzdata has them)"
        ) from exc


def _own_zone() -> dt.tzinfo:
    named = os.environ.get("TZ", "").removeprefix(":")
    if named:
        return zone(named)
    try:
        with _LOCALTIME.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        # A controller without the file works in UTC (tzset(3)).
        return dt.UTC


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When a job of ``seconds`` may begin. ``now`` is the clock: the controller's, or a test's."""

    windows: tuple[Window, ...] = ()
    zone: dt.tzinfo = dt.UTC
    seconds: float = 0
    now: Callable[[], dt.datetime] = _clock

    @classmethod
    def read(cls, windows: Any, *, timezone: str, seconds: float) -> Hours:
        """From the variables of a school. Raises ValueError."""
        try:
            parsed = parse_windows(windows)
            return cls(windows=parsed, zone=zone(timezone) if parsed else dt.UTC, seconds=seconds)
        except ValueError as exc:
            raise ValueError(f"pronote_client_windows: {exc}") from exc

    def judge(self) -> Judgement:
        """Whether it may begin now, when the window closes, and when it may next."""
        return judge(self.windows, now=self.now(), zone=self.zone, seconds=self.seconds)

    def closed(self) -> str:
        """Why it may not begin now and when it may, in words; empty when it may."""
        found = self.judge()
        if found.open:
            return ""
        minutes = f"{self.seconds / 60:.0f} min"
        if found.opens_at is None:
            return f"no window is as long as the {minutes} that it is expected to take"
        why = f"it could not end by {found.closes_at:%H:%M}" if found.closes_at else "outside its hours"
        return f"{why}: would wait until {shown(found.opens_at)}"


ALWAYS = Hours()
"""At any hour."""
