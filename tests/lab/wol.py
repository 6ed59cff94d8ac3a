"""The network cards of stations that are off: they wait for a magic packet on the lab's own UDP port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from tests.lab.journal import Journal
from tests.lab.station import Power, Station

__all__ = ["WAKE_HOST", "WAKE_PORT", "WakeListener"]

WAKE_HOST = "0.6"
# Port 9 is the usual one; the lab runs without root.
WAKE_PORT = 9009


class WakeListener(asyncio.DatagramProtocol):
    """Boots the station whose MAC address a packet holds sixteen times after six 0xFF, anywhere in it (AMD 20213)."""

    def __init__(self, stations: Mapping[str, Callable[[], Station]], journal: Journal) -> None:
        """``stations`` by MAC address, lower case with colons."""
        self._stations = stations
        self._journal = journal
        self._booting: set[asyncio.Task[None]] = set()

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        """A packet for nobody is ignored, as on a real network."""
        for mac, find in self._stations.items():
            if b"\xff" * 6 + bytes.fromhex(mac.replace(":", "")) * 16 not in data:
                continue
            station = find()
            self._journal.add("wake", station.name, mac=mac, power=station.power.value, sender=addr[0])
            if station.power is Power.OFF:
                task = asyncio.get_running_loop().create_task(station.restart())
                self._booting.add(task)
                task.add_done_callback(self._booting.discard)
