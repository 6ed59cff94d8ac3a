# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. Which stations can be reached at all: a TCP handshake each, no request, many at once."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Mapping

from ...module_utils.base.deadline import Deadline
from .dialling import dial

__all__ = ["listening"]

_AT_ONCE = 256
_OURS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def listening(addresses: Mapping[str, tuple[str, int]], *, timeout: float) -> set[str]:
    """The names of those (host and port by name) that take a connection within ``timeout`` seconds.

    Raises OSError for want of descriptors or memory here.
    """

    async def answers(limit: asyncio.Semaphore, host: str, port: int) -> bool:
        async with limit:
            try:
                sock = await dial(host, port, Deadline(timeout))
            except (OSError, ValueError) as exc:
                if isinstance(exc, OSError) and exc.errno in _OURS:
                    raise
                # No route, no answer, no such name, nothing that could be one.
                return False
            sock.close()
            return True

    async def ask() -> list[bool]:
        limit = asyncio.Semaphore(_AT_ONCE)
        return await asyncio.gather(*(answers(limit, *address) for address in addresses.values()))

    return {name for name, answered in zip(addresses, asyncio.run(ask()), strict=True) if answered}
