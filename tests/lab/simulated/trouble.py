"""What a fault rule does at a step on a simulated station itself: a program that starts, a file that is made."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from ..faults import Fault, FaultPlan
from ..station import Power
from .errors import Win32Error

if TYPE_CHECKING:
    from .station import SimulatedStation

__all__ = ["Trouble"]

_QUARANTINE_SECONDS = 60.0  # real ones, before an antivirus gives up on a file that stays in use


class Trouble:
    """The rules of one station, carried out on it."""

    def __init__(self, station: SimulatedStation, plan: FaultPlan) -> None:
        self._station = station
        self._plan = plan
        self._tasks: set[asyncio.Task[None]] = set()
        self._free_space: int | None = None
        self._dying = False

    def step(self, what: str, path: str) -> None:
        """Something is about to be done. Raises Win32Error when it cannot be."""
        self.require_power(path)
        rule = self._plan.check(what)
        if rule is None:
            return
        self._station.record("fault", effect=rule.effect, what=what)
        self._carry_out(rule, path)

    def require_power(self, path: str) -> None:
        """Raises Win32Error when it is gone already; the programs are told a moment later."""
        if self._dying:
            raise Win32Error(1115, path)

    def heal(self) -> None:
        """The disk has room again."""
        if self._free_space is not None:
            self._station.files.free_space, self._free_space = self._free_space, None

    def _carry_out(self, rule: Fault, path: str) -> None:
        match rule.effect:
            case "power_off" | "reboot":
                self._dying = True
                self._later(self._lose_power(restart=rule.effect == "reboot"))
                raise Win32Error(1115, path)
            case "access_denied":
                raise Win32Error(5, path)
            case "note":
                pass
            case "disk_full":
                if self._free_space is None:
                    self._free_space, self._station.files.free_space = self._station.files.free_space, 0
            case "clock_jump":
                self._station.clock.jump(rule.seconds)
            case "quarantine":
                self._later(self._quarantine(path))
            case _:
                raise ValueError(f"the effect {rule.effect!r} is for a request, not for a step on the station")

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _lose_power(self, *, restart: bool) -> None:
        try:
            await (self._station.restart() if restart else self._station.set_power(Power.OFF))
        finally:
            self._dying = False

    async def _quarantine(self, path: str) -> None:
        """Delete the file once nobody writes it; a program that runs from it is ended first, as an antivirus does."""
        station = self._station
        async with asyncio.timeout(_QUARANTINE_SECONDS):
            while True:
                await asyncio.sleep(0)
                for process in list(station.processes):
                    if process.path.lower() == path.lower():
                        station.processes.kill(process)
                with contextlib.suppress(Win32Error):
                    station.files.delete(path, token=station.system)
                    return
                if not station.files.is_file(path):
                    return
                await asyncio.sleep(0.005)
