# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether stations have an address, and whether anything answers at their ports: nothing is sent. I/O: the network."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from ...module_utils.base.deadline import Deadline
from ...module_utils.base.message import Message
from ..station.causes import Way, from_exception
from ..station.dialling import addresses, dial
from ..station.errors import StationError

__all__ = ["knock"]

_RESOLVING: Final = 12.0
"""Seconds for a name: a resolver's own first time-outs are over by then (resolv.conf(5): 5 s, twice)."""
_AT_ONCE: Final = 256


def knock(stations: Mapping[str, tuple[str, int, float]]) -> dict[str, StationError | None]:
    """Why each is not reached, None for one that is. ``stations``: host, port and seconds for a connection, by name."""
    return asyncio.run(_all(stations))


async def _all(stations: Mapping[str, tuple[str, int, float]]) -> dict[str, StationError | None]:
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(host: str, port: int, seconds: float) -> StationError | None:
        async with room:
            try:
                await _reach(host, port, seconds)
            except Exception as exc:  # noqa: BLE001  (one station's, and told as what it is)
                return from_exception(exc, Way(doing=Message("connecting"), opening=True))
        return None

    found = await asyncio.gather(*(one(*place) for place in stations.values()))
    return dict(zip(stations, found, strict=True))


async def _reach(host: str, port: int, seconds: float) -> None:
    found = await addresses(host, port, Deadline(_RESOLVING))
    until = Deadline(seconds)
    problem: OSError | None = None
    for _family, _kind, _protocol, _name, place in found:
        try:
            (await dial(place[0], place[1], until)).close()
        except OSError as exc:
            problem = exc
        else:
            return
    if problem is not None:
        raise problem
