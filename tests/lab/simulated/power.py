"""Power: cuts, restarts and ``shutdown``."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from typing import TYPE_CHECKING

from ..station import Power
from .errors import Win32Error

if TYPE_CHECKING:
    from .station import SimulatedStation

__all__ = ["PowerSwitch"]


class PowerSwitch:
    """Whether the station runs, since when, and what was planned with ``shutdown``."""

    def __init__(self, station: SimulatedStation) -> None:
        self._station = station
        self.power = Power.ON
        self.booted_at = station.clock.now()
        self.installed_at = self.booted_at - dt.timedelta(days=200)
        self._planned: asyncio.Task[None] | None = None
        self._booting: asyncio.Task[None] | None = None
        # Shut down with fast startup: what is in session 0 sleeps on the disk.
        self._asleep = False

    async def set(self, power: Power) -> None:
        """Cut the power (OFF, BOOTING) or restore it (ON)."""
        if power is self.power:
            return
        if self._booting is not None and self._booting is not asyncio.current_task():
            self._booting.cancel()
            self._booting = None
        if power is Power.ON:
            if self._asleep:
                self._wake()
            else:
                self._start()
            return
        was_on = self.power is Power.ON or self._asleep
        self._asleep = False
        self.power = power
        self._station.record("power", power=power.value)
        if was_on:
            await self._halt()

    async def shut_down(self) -> None:
        """Somebody shuts Windows down from its menu. With fast startup the next power-on is no start.

        Sessions end; services, their processes and the last start (LastBootUpTime) are as before when it is switched on
        again. A task that runs then goes on in the lab's time, where a real one sleeps.
        """
        if not self._station.options.fast_startup:
            await self.set(Power.OFF)
            return
        from .provision import close_session  # noqa: PLC0415  (provision needs the station)

        close_session(self._station)
        self.power, self._asleep = Power.OFF, True
        self._station.record("power", power=Power.OFF.value, fast_startup=True)

    async def restart(self) -> None:
        """Off now; on again after the station's boot time."""
        await self.set(Power.BOOTING)
        self._booting = asyncio.get_running_loop().create_task(self._boot())

    def plan(self, seconds: float, *, restart: bool) -> None:
        """``shutdown /s`` or ``/r`` in that many seconds. Error 1190 when one is planned already."""
        if self._planned is not None and not self._planned.done():
            raise Win32Error(1190)
        self._station.record("power", planned="restart" if restart else "shutdown", seconds=seconds)
        self._planned = asyncio.get_running_loop().create_task(self._carry_out(seconds, restart))

    def abort(self) -> None:
        """``shutdown /a``. Error 1116 when nothing was planned."""
        if self._planned is None or self._planned.done():
            raise Win32Error(1116)
        self._planned.cancel()
        self._planned = None
        self._station.record("power", planned=None)

    async def _carry_out(self, seconds: float, restart: bool) -> None:
        # shutdown.exe itself returns before the system goes down.
        await self._station.clock.sleep(max(seconds, 0.05))
        await (self.restart() if restart else self.set(Power.OFF))

    async def _boot(self) -> None:
        await self._station.clock.sleep(self._station.options.boot_seconds)
        self._booting = None
        self._start()

    async def _halt(self) -> None:
        planned, self._planned = self._planned, None
        if planned is not None and planned is not asyncio.current_task():
            planned.cancel()
        self._station.tasks.power_lost()
        await self._station.processes.kill_all()
        self._station.files.power_lost()

    def _wake(self) -> None:
        """Switched on after a shutdown with fast startup."""
        self.power, self._asleep = Power.ON, False
        self._station.record("power", power=Power.ON.value, fast_startup=True)

    def _start(self) -> None:
        from .provision import finish_pending_renames, start_system_processes  # noqa: PLC0415  (provision needs the station)

        self.power = Power.ON
        self.booted_at = self._station.clock.now()
        self._station.record("power", power=Power.ON.value)
        self._station.freezer.started()
        with contextlib.suppress(Win32Error):
            finish_pending_renames(self._station)
        start_system_processes(self._station)
        self._station.tasks.booted()
