"""What a server does to whoever waits for it: below HTTP, so that any of the lab's applications can play it.

Seen of real ones: pages that stand in for others, answers without a length, cut ones, gzip that a proxy adds unasked.
The rest is what an attacker in their place does (RFC 9112 allows most of it).
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from functools import cache

from aiohttp import web

__all__ = ["HOSTILE_MODES", "play", "without_length"]

_PAUSE = 0.05
# One comes in each turn of the lab's loop, and whoever is flooded has to get to its bound (8 MiB) before its time is
# over: on a busy machine a turn took 0.2 s with thirty stations, and pieces of 64 KiB were 1 MiB after 4 s.
_PIECE = b"x" * (1 << 20)


async def _drip(start: bytes, drop: bytes) -> AsyncIterator[bytes]:
    yield start
    while True:
        await asyncio.sleep(_PAUSE)
        yield drop


async def _flood(start: bytes, piece: bytes) -> AsyncIterator[bytes]:
    yield start
    while True:
        # Others have their turn.
        await asyncio.sleep(0)
        yield piece


@cache
def _bomb() -> bytes:
    """60 MiB of nothing in less than 64 KiB; nobody gets to its end, which it has not.

    Made by whoever throws it, of one packed MiB: all of them take longer than a lab's start, and than people wait.
    """
    packer = zlib.compressobj(9, wbits=31)
    first, then = (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + 59 * then


async def _once(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def _moved(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


_OK = b"HTTP/1.1 200 OK\r\nServer: Lab-Hostile/1.0\r\nContent-Type: %s\r\n"
_ANY = "application/octet-stream"
_PLAYS: dict[str, Callable[[bytes], AsyncIterator[bytes]]] = {
    "drip_status": lambda _: _drip(b"HTTP/1.1 200 ", b"O"),
    "drip_headers": lambda ok: _drip(ok, b"X-Drop: 1\r\n"),
    "drip_one_header": lambda ok: _drip(ok + b"X-Long: ", b"1"),
    "drip_body": lambda ok: _drip(ok + b"Content-Length: 1000000\r\n\r\n", b" "),
    "drip_chunks": lambda ok: _drip(ok + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "drip_trailers": lambda ok: _drip(ok + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-End: 1\r\n"),
    "drip_continue": lambda _: _drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "endless_continue": lambda _: _flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 4000),
    "endless_header": lambda ok: _flood(ok + b"X-Long: ", _PIECE),
    "endless_body": lambda ok: _flood(ok + b"\r\n", _PIECE),
    "endless_chunks": lambda ok: _flood(
        ok + b"Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n%s\r\n" % (len(_PIECE), _PIECE)
    ),
    "endless_trailers": lambda ok: _flood(
        ok + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", (b"X-End: " + b"1" * 1000 + b"\r\n") * 1000
    ),
    "many_headers": lambda ok: _once(ok + b"".join(b"X-%d: 1\r\n" % number for number in range(2000)) + b"\r\n"),
    "gzip_bomb": lambda ok: _once(
        ok + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_bomb()),
        *(_bomb()[at : at + (1 << 14)] for at in range(0, len(_bomb()), 1 << 14)),
    ),
    "packed_twice": lambda ok: _once(ok + b"Content-Encoding: gzip, gzip\r\nContent-Length: 3\r\n\r\nabc"),
    "to_ftp": lambda _: _once(_moved("ftp://127.0.0.1/setup.exe")),
    "to_file": lambda _: _once(_moved("file:///etc/passwd")),
    "to_another_host": lambda _: _once(_moved("http://127.99.99.99:9/")),
    "in_a_circle": lambda _: _once(_moved("")),
    "not_http": lambda _: _once(b"220 mail.example.org ESMTP\r\n"),
}
HOSTILE_MODES = tuple(_PLAYS)


async def play(request: web.BaseRequest, mode: str, *, content_type: str = _ANY) -> web.Response:
    """Answer a request with it, until the client has gone or there is nothing more to say."""
    return await _send(request, _PLAYS[mode](_OK % content_type.encode()))


async def without_length(request: web.Request, content: bytes) -> web.Response:
    """The content, which ends where the connection does (RFC 9112, section 6.3, 8)."""
    return await _send(request, _once(_OK % _ANY.encode() + b"\r\n", content))


async def _send(request: web.BaseRequest, pieces: AsyncIterator[bytes]) -> web.Response:
    transport = request.transport
    assert transport is not None
    async for piece in pieces:
        while not transport.is_closing() and transport.get_write_buffer_size() > 1 << 18:  # noqa: ASYNC110 (no event)
            await asyncio.sleep(_PAUSE)
        if transport.is_closing():
            break
        transport.write(piece)
    transport.close()
    # Never sent: the connection is closed.
    return web.Response()
