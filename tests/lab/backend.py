"""Where a lab's stations come from: one interface, simulated or Wine behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tests.lab.journal import Journal
from tests.lab.scenario import ReleaseSpec, StationSpec
from tests.lab.station import Account, Station

__all__ = ["Backend", "Release", "make_backend"]


@dataclass(frozen=True, kw_only=True)
class Release:
    """What a vendor would publish, and what its uninstall entry's product code is."""

    files: dict[str, bytes]  # by the names that a depot gives them
    product_code: str
    technology: str = "installscript"


class Backend(Protocol):
    """Makes installers and stations that go together."""

    async def open(self) -> None:
        """Get ready; what takes time once for all stations."""
        ...

    async def close(self) -> None:
        """End every station, whatever has happened."""
        ...

    async def build_release(self, spec: ReleaseSpec) -> Release:
        """Build a release. Raises TypeError or ValueError for options it does not know."""
        ...

    async def add_station(self, spec: StationSpec, *, address: str, accounts: tuple[Account, ...]) -> Station:
        """Make a station as the scenario wants it, powered as it says. Raises TypeError for unknown options."""
        ...


def make_backend(name: str, *, clock: float, journal: Journal, now: Callable[[], dt.datetime]) -> Backend:
    """The back end of this name; ``now`` is the lab's clock, which Wine goes without.

    Imports are late: Wine's need nothing of the simulation's, nor the other way round.
    """
    if name == "simulated":
        from tests.lab.simulated.backend import SimulatedBackend  # noqa: PLC0415

        return SimulatedBackend(clock=clock, journal=journal, now=now)
    if name == "wine":
        from tests.lab.wine.backend import WineBackend  # noqa: PLC0415

        return WineBackend(clock=clock, journal=journal)
    raise ValueError(f"no back end is called {name!r}")
