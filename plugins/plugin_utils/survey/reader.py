# SPDX-License-Identifier: GPL-3.0-or-later
"""Read many stations at once: as many as this machine can hold, the schools in turn, each for itself.

I/O: the network, and this process' limits.
"""

from __future__ import annotations

import asyncio
import resource
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final, Generic, TypeVar

from ...module_utils.base.numbers import natural
from ..station.errors import StationError
from ..station.plain_causes import BUG
from ..station.questions import Reading
from .access import Access
from .client import Client
from .ending import run_to_an_end
from .trust import Trust

__all__ = ["Station", "default_parallel", "in_turn", "read_all", "read_each"]

T = TypeVar("T")

MOST: Final = 256
"""Stations at a time: with more, nothing is done earlier, since two cores read about as many in a second."""
_LEAST: Final = 4
_MEMORY: Final = {
    "meminfo": Path("/proc/meminfo"),
    **{name: Path("/sys/fs/cgroup", name) for name in ("memory.max", "memory.current")},
}
# Bytes of a station that is being read: its largest answer, its tree, its connection (measured: half of it).
_ROOM = 1 << 20
# Descriptors that are somebody else's, and those of a station: its socket and a file of Kerberos.
_OTHERS, _OF_A_STATION = 64, 2


@dataclass(frozen=True, kw_only=True)
class Station(Generic[T]):
    """What is read of a station. ``group``: its school; ``seconds``: for all of it, None for as long as it takes."""

    name: str
    group: str
    access: Access
    reading: Callable[[], Reading[T]]
    seconds: float | None = None


def default_parallel() -> int:
    """How many stations this process can read at a time: by its memory, and by the files that it may open."""
    descriptors, _other = resource.getrlimit(resource.RLIMIT_NOFILE)
    by_files = MOST if descriptors == resource.RLIM_INFINITY else (descriptors - _OTHERS) // _OF_A_STATION
    return max(_LEAST, min(MOST, _free() // 2 // _ROOM, by_files))


def _free() -> int:
    """Bytes of memory that a program can have without making others wait: of this machine, and of its container."""
    found = [_number(line.split()[1]) << 10 for line in _lines("meminfo") if line.startswith("MemAvailable:")]
    limits, used = _lines("memory.max"), _lines("memory.current")
    if limits and used and natural(limits[0]) is not None:
        found.append(max(0, _number(limits[0]) - _number(used[0])))
    return min(found, default=MOST * 2 * _ROOM)


def _number(text: str) -> int:
    return natural(text) or 0


def _lines(name: str) -> list[str]:
    try:
        return _MEMORY[name].read_text(encoding="ascii").splitlines()
    except OSError:
        # Not Linux, or no container.
        return []


def in_turn(stations: Sequence[Station[T]]) -> Iterator[Station[T]]:
    """One of each school, then the next of each: none waits until another one's stations that are off are through."""
    groups: defaultdict[str, list[Station[T]]] = defaultdict(list)
    for station in stations:
        groups[station.group].append(station)
    return (station for station in chain.from_iterable(zip_longest(*groups.values())) if station is not None)


def read_all(
    stations: Sequence[Station[T]],
    *,
    parallel: int = 0,
    told: Callable[[Station[T], T | StationError], None] = lambda _station, _result: None,
) -> dict[str, T | StationError]:
    """Read every station; what was read, or why it was not, by name and in this order. As ``read_each``."""
    results: dict[str, T | StationError] = {}

    def keep(station: Station[T], result: T | StationError) -> None:
        results[station.name] = result
        told(station, result)

    read_each(stations, keep, parallel=parallel)
    return {station.name: results[station.name] for station in stations}


def read_each(
    stations: Sequence[Station[T]], told: Callable[[Station[T], T | StationError], None], *, parallel: int = 0
) -> None:
    """Read every station, and keep nothing: what was read, or why it was not, is told as each is done, in this thread.

    ``parallel``: how many at a time, 0 for as many as this machine can hold. What ``told`` raises ends everything, and
    so does an interrupt: each shell is given back, briefly, before.
    """
    run_to_an_end(_read_each(stations, told, parallel or default_parallel()))


async def _read_each(
    stations: Sequence[Station[T]], told: Callable[[Station[T], T | StationError], None], parallel: int
) -> None:
    waiting, trust = in_turn(stations), Trust()

    async def reader() -> None:
        for station in waiting:
            result = await _read(station, trust)
            told(station, result)

    readers = [asyncio.create_task(reader()) for _turn in range(min(parallel, len(stations)))]
    if readers:
        try:
            await asyncio.wait(readers, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            # Once: a second time would break off the giving back of shells.
            for each in readers:
                each.cancel()
            await asyncio.wait(readers)
    for each in readers:
        if not each.cancelled():
            each.result()


async def _read(station: Station[T], trust: Trust) -> T | StationError:
    client = Client(station.access, trust, seconds=station.seconds)
    try:
        return await client.read(station.reading())
    except StationError as exc:
        return exc
    except Exception as exc:  # noqa: BLE001  (ours, or of a library: one station's, and the others go on)
        return BUG.error(text=f"{type(exc).__name__}: {exc}")
    finally:
        await client.close()
