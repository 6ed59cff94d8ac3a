# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. Which stations can be reached at all: a TCP handshake each, no request, many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

__all__ = ["listening"]

_AT_ONCE = 100


def listening(addresses: Mapping[str, tuple[str, int]], *, timeout: float) -> set[str]:
    """The names of those (host and port by name) that take a connection within ``timeout`` seconds."""

    async def answers(limit: asyncio.Semaphore, host: str, port: int) -> bool:
        async with limit:
            try:
                _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), timeout)
            except (OSError, ValueError):
                # No route, no answer, no such name, nothing that could be one.
                return False
            writer.close()
            return True

    async def ask() -> list[bool]:
        # Names are looked up in its threads, by default a few more than there are cores.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_AT_ONCE))
        limit = asyncio.Semaphore(_AT_ONCE)
        return await asyncio.gather(*(answers(limit, *address) for address in addresses.values()))

    return {name for name, answered in zip(addresses, asyncio.run(ask()), strict=True) if answered}
