"""The WS-Man listeners of many stations in one process: a socket per address, 5985 (HTTP) and 5986 (HTTPS).

A station without power has no listening socket and its connections are reset: clients are refused at once. (A machine
that is unplugged from the network lets them time out instead; no test should wait for that.)
"""

from __future__ import annotations

import asyncio
import contextlib

from tests.lab.faults import FaultPlan
from tests.lab.journal import Event, Journal
from tests.lab.station import Power, Station
from tests.lab.wsman.endpoint import Endpoint, Listening
from tests.lab.wsman.tls import Tls

__all__ = ["WsmanServer"]


class WsmanServer:
    """Serves stations. Their power is followed through the journal: back ends add a "power" event at each change."""

    def __init__(
        self, *, journal: Journal, http_port: int = 5985, https_port: int | None = None, tls: Tls | None = None
    ) -> None:
        self._journal = journal
        self._http_port = http_port
        self._https_port = https_port if tls is not None else None
        self._certificate = tls.server_der if tls is not None else None
        self._context = tls.server_context() if tls is not None else None
        self._endpoints: dict[str, Endpoint] = {}
        self._following: set[asyncio.Task[None]] = set()
        journal.listeners.append(self._journal_event)

    async def add_station(self, station: Station, listening: Listening, faults: FaultPlan) -> None:
        """Listen for a station, unless it has no power. Raises OSError when its address is taken."""
        endpoint = Endpoint(station, listening, faults, self._journal, certificate=self._certificate)
        self._endpoints[station.name] = endpoint
        await self._follow(endpoint)

    async def power_changed(self, station_name: str) -> None:
        """Return once sockets agree with the station's power (for who switches it and cannot wait for the event)."""
        await self._follow(self._endpoints[station_name])

    def shells(self) -> dict[str, int]:
        """How many shells are open, by station."""
        return {name: endpoint.shells for name, endpoint in self._endpoints.items()}

    async def stop(self) -> None:
        """Close everything."""
        self._journal.listeners.remove(self._journal_event)
        for task in list(self._following):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for endpoint in self._endpoints.values():
            await endpoint.close()

    async def _follow(self, endpoint: Endpoint) -> None:
        await endpoint.follow_power(self._http_port, self._https_port, self._context)

    def _journal_event(self, event: Event) -> None:
        endpoint = self._endpoints.get(event.station)
        if event.kind == "power" and endpoint is not None:
            if endpoint.station.power is not Power.ON:
                endpoint.power_lost()
            task = asyncio.get_running_loop().create_task(self._follow(endpoint))
            self._following.add(task)
            task.add_done_callback(self._following.discard)
