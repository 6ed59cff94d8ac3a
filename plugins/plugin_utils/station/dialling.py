# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. A TCP connection to a station, among those to hundreds of others."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

from ...module_utils.base.deadline import Deadline

__all__ = ["addresses", "dial"]


async def dial(host: str, port: int, deadline: Deadline) -> socket.socket:
    """A socket that is connected. Each address of a name gets its share of the time, so that one that nobody answers
    leaves some to the next.

    Raises TimeoutError (without a number when the time is over), OSError, UnicodeError, ValueError.
    """
    found = await addresses(host, port, deadline)
    problem: OSError = OSError("the name has no address")
    for number, (family, kind, protocol, _name, place) in enumerate(found):
        try:
            share = deadline.remaining() / (len(found) - number)
            return await _connected(socket.socket(family, kind, protocol), place, share)
        except OSError as exc:
            problem = exc
    raise problem


async def _connected(sock: socket.socket, place: Any, seconds: float) -> socket.socket:
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(sock, place)
    except BaseException:
        sock.close()
        raise
    return sock


async def addresses(host: str, port: int, deadline: Deadline) -> list[Any]:
    """What the name stands for. In a thread of its own: nothing ends a resolver's time-outs, half a minute and more
    (resolv.conf(5)), and names that wait for one must not keep others waiting. Raises OSError: EAI_AGAIN for a
    time that is over.
    """
    with contextlib.suppress(socket.gaierror):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[Any]] = loop.create_future()

    def tell(step: Callable[[Any], None], what: Any) -> None:
        if not found.done():
            step(what)

    def look_up() -> None:
        step: Callable[[Any], None] = found.set_result
        what: Any
        try:
            what = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except Exception as exc:  # noqa: BLE001  (raised again, where it is waited for)
            step, what = found.set_exception, exc
        # The loop is gone when nobody waits any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, step, what)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        async with asyncio.timeout(deadline.remaining()):
            return await found
    except TimeoutError as exc:
        # As the resolver itself says when its own time-outs are over: of the station it says nothing.
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution") from exc
