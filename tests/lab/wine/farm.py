"""Many Wine stations at once, all of them stopped whatever happens."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import fcntl
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from ..journal import Journal
from ..station import Power
from .build import ensure_template
from .options import WineOptions
from .prefix import Prefix
from .station import WineStation, computer_name
from .toolchain import cache_root

__all__ = ["WineFarm"]


class WineFarm:
    """Makes stations and ends them: ``async with WineFarm(journal) as farm: await farm.add(options)``.

    Stations end with the context, at the exit of the interpreter, and when it is killed (their wineserver gets SIGINT
    from the kernel); folders left by a killed run are removed by the next one.
    """

    def __init__(self, journal: Journal | None = None, *, concurrent_boots: int = 4) -> None:
        self.journal = journal if journal is not None else Journal()
        self.stations: dict[str, WineStation] = {}
        self._boots = asyncio.Semaphore(concurrent_boots)
        self._template = ensure_template()
        parent = cache_root() / "stations"
        parent.mkdir(parents=True, exist_ok=True)
        _sweep(parent)
        # On the template's file system: stations are hard links to it.
        self._folder = Path(tempfile.mkdtemp(prefix="farm-", dir=parent))
        self._lock = (self._folder / "lock").open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        atexit.register(self.close_now)

    async def add(self, options: WineOptions, *, power: Power = Power.ON) -> WineStation:
        """Clone a station and boot it unless ``power`` is OFF. Raises PrefixError; ValueError for a name in use."""
        if options.name in self.stations:
            raise ValueError(f"two stations are called {options.name!r}")
        prefix = Prefix(self._folder / f"{len(self.stations):04d}", self._template, language=options.language)
        station = WineStation(options, prefix, self._template, journal=self.journal, boots=self._boots)
        self.stations[options.name] = station
        await asyncio.to_thread(prefix.clone, computer_name(options.name))
        if options.session_open:
            shutil.copyfile(prefix.lab_file("bin/idle.exe"), prefix.lab_file("explorer.exe"))
        if options.installer_fault is not None:
            station.set_fault(options.installer_fault)
        if power is Power.ON:
            await station.set_power(Power.ON)
        return station

    async def close(self) -> None:
        """Stop and remove every station."""
        await asyncio.gather(*(one.set_power(Power.OFF) for one in self.stations.values()), return_exceptions=True)
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """The same without a loop; harmless when done already."""
        atexit.unregister(self.close_now)
        for station in self.stations.values():
            station.close()
            station.prefix.remove()
        self._lock.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _sweep(parent: Path) -> None:
    """Remove the folders of farms whose process is gone: nobody holds their lock."""
    for folder in parent.glob("farm-*"):
        with contextlib.suppress(OSError), (folder / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
