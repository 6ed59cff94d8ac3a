"""The station's clock: station seconds pass ``scale`` times faster than real ones."""

from __future__ import annotations

import asyncio
import datetime as dt
import time

__all__ = ["Clock"]


class Clock:
    """Station time. ``scale`` is station seconds per real second; waits are divided by it."""

    def __init__(self, *, scale: float = 1.0, start: dt.datetime | None = None, utc_offset_minutes: int = 120) -> None:
        if scale <= 0:
            raise ValueError(f"a clock's scale must be positive, not {scale}")
        self.scale = scale
        self.zone = dt.timezone(dt.timedelta(minutes=utc_offset_minutes))
        self._start = (start or dt.datetime.now(dt.UTC)).astimezone(self.zone)
        self._origin = time.monotonic()

    def now(self) -> dt.datetime:
        """The station's local time, aware."""
        return self._start + dt.timedelta(seconds=(time.monotonic() - self._origin) * self.scale)

    def set(self, when: dt.datetime) -> None:
        """It is this moment now, and goes on from there; what waits goes on waiting as long as before."""
        self._start = when.astimezone(self.zone)
        self._origin = time.monotonic()

    def jump(self, seconds: float) -> None:
        """Somebody, or a dead battery, sets the clock; what waits goes on waiting as long as before."""
        self._start += dt.timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait that many station seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.scale)
