# SPDX-License-Identifier: GPL-3.0-or-later
"""The hours of a school, judged with the controller's clock: those of stations are wrong more often, and many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.clock import utc_now, zone
from .windows import (
    Judgement,
    Window,
    judge,
    parse_windows,
    shown,
)

__all__ = ["ALWAYS", "Hours"]


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When a job of ``seconds`` may begin. ``now`` is the clock: the controller's, or a test's."""

    windows: tuple[Window, ...] = ()
    zone: dt.tzinfo = dt.UTC
    seconds: float = 0
    now: Callable[[], dt.datetime] = utc_now

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
