"""Simulated stations for a lab."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from ..backend import Release
from ..journal import Journal
from ..scenario import ReleaseSpec, StationSpec
from ..station import Account, Power
from .from_scenario import build_release, build_station
from .station import SimulatedStation

__all__ = ["SimulatedBackend"]


class SimulatedBackend:
    """Implements ``tests.lab.backend.Backend``."""

    def __init__(self, *, clock: float, journal: Journal, now: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._now = now
        self._journal = journal
        self._stations: list[SimulatedStation] = []

    async def open(self) -> None:
        """Nothing to prepare."""

    async def close(self) -> None:
        """Cut everybody's power: their processes are tasks of this loop."""
        for station in self._stations:
            await station.set_power(Power.OFF)

    async def build_release(self, spec: ReleaseSpec) -> Release:
        """A stand-in installer."""
        files, code = build_release(spec)
        return Release(files=files, product_code=code)

    async def add_station(self, spec: StationSpec, *, address: str, accounts: tuple[Account, ...]) -> SimulatedStation:
        """A station in memory."""
        station = build_station(
            spec, address=address, accounts=accounts, clock=self._clock, journal=self._journal, start=self._now()
        )
        self._stations.append(station)
        if spec.power != "on":
            await station.set_power(Power.OFF)
        return station
