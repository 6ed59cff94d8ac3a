# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to a station and what is asked over it, bounded in bytes and in time whatever the station sends.

The head and the framing of an answer are read by aiohttp's parser (the one of its client), the socket by asyncio:
aiohttp's own client counts no bytes of a head, hides the certificate once an answer is complete, and costs a quarter of
a millisecond a request. I/O: the network.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import ConnectionTimeoutError, ServerDisconnectedError, SocketTimeoutError
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpResponseParser, RawResponseMessage
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader

from ...module_utils.base.deadline import Deadline, DrippingError, OverflowingError
from ...module_utils.base.message import Message
from ...module_utils.base.sure import sure
from ..station.dialling import dial
from ..station.rules import LARGEST, LARGEST_HEAD

__all__ = ["Connection", "Received", "connect"]

T = TypeVar("T")

Judge = Callable[[int, Mapping[str, str]], None]
"""Sees the status and the headers of an answer, and raises for one that may not be."""

_PIECE = 1 << 16
_CONTINUE = 100
# As http.client has it.
_MOST_HEADERS = 100
# What the parser may hold is counted here, before it gets it: it has no need to pause anybody.
_UNBOUNDED = 1 << 30


@dataclass(frozen=True, kw_only=True)
class Received:
    """An answer. ``server``: who says that it answered; ``offers``: the ways in which it lets somebody in."""

    status: int
    body: bytes
    server: str = ""
    offers: str = ""


class _Unpaused(BaseProtocol):
    """What the parser tells to wait, and to go on: nobody here."""

    def pause_reading(self) -> None:
        """Go on."""

    def resume_reading(self, resume_parser: bool = True) -> None:
        """Go on."""


class _Answer:
    """An answer while it comes. ``whole``: it is all there; ``last``: nothing more can be asked on this connection."""

    def __init__(self, unpaused: _Unpaused, loop: asyncio.AbstractEventLoop, judge: Judge) -> None:
        # Unfinished lines and all headers together are below the limit of the head, which is counted here.
        self._parser = HttpResponseParser(
            unpaused,
            loop,
            _UNBOUNDED,
            max_line_size=LARGEST_HEAD,
            max_field_size=LARGEST_HEAD,
            max_headers=LARGEST_HEAD,
            read_until_eof=True,
            auto_decompress=False,
        )
        self._judge = judge
        self._came = 0
        self._message: RawResponseMessage | None = None
        self._content: StreamReader | None = None
        self._body = bytearray()
        self.whole = self.last = False

    def feed(self, data: bytes) -> None:
        """Take what has come. Raises what the judge does, OverflowingError, aiohttp's errors."""
        self._came += len(data)
        try:
            messages, upgraded, rest = self._parser.feed_data(data)
        except HttpProcessingError as exc:
            if self._message is None and self._came > LARGEST_HEAD:
                raise OverflowingError(Message("more than {most} bytes came", most=LARGEST_HEAD)) from exc
            raise
        # More than one answer to one request is nobody's.
        self.last = self.last or upgraded or bool(rest)
        for message, content in messages:
            if self._message is not None:
                self.last = True
            elif message.code != _CONTINUE:
                self._begin(message, content)
        self._take()

    def _begin(self, message: RawResponseMessage, content: StreamReader) -> None:
        self._message, self._content = message, content
        self.last = self.last or message.should_close
        if len(message.headers) > _MOST_HEADERS:
            raise OverflowingError(Message("more than {most} headers", most=_MOST_HEADERS))
        self._judge(message.code, message.headers)

    def _take(self) -> None:
        if self._content is not None:
            if (problem := self._content.exception()) is not None:
                raise problem
            self._body += self._content.read_nowait(-1)
            self.whole = self._content.is_eof()
        if len(self._body) > LARGEST:
            raise OverflowingError(Message("more than {most} bytes came", most=LARGEST))
        # The head; with an answer in chunks, what stands around them too: it may be as long as the head.
        if self._came - len(self._body) > LARGEST_HEAD * (1 if self._message is None else 2):
            raise OverflowingError(Message("more than {most} bytes that are no content", most=LARGEST_HEAD))

    def end(self) -> None:
        """The station has closed its end: the end of a body without a length, or of everything.

        Raises aiohttp's ServerDisconnectedError.
        """
        self.last = True
        try:
            self._parser.feed_eof()
        except HttpProcessingError as exc:
            raise ServerDisconnectedError from exc
        if self._content is None:
            raise ServerDisconnectedError
        self._take()
        if not self.whole:
            raise ServerDisconnectedError

    def received(self) -> Received:
        """The answer, once it is whole."""
        message = sure(self._message)
        headers = message.headers
        return Received(
            status=message.code,
            body=bytes(self._body),
            server=headers.get("Server", ""),
            offers=", ".join(headers.getall("WWW-Authenticate", ())),
        )


class Connection:
    """An open connection. ``certificate``: the peer's (DER); empty without TLS."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._unpaused = _Unpaused(self._loop)
        self._tls: ssl.SSLObject | None = None
        self._came, self._going = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._open, self._begun, self._watched = True, False, False
        self._waiter: asyncio.Future[bytes] | None = None
        self.certificate = b""

    async def secure(self, context: ssl.SSLContext, name: str, deadline: Deadline) -> None:
        """Speak TLS from now on. Raises DrippingError, aiohttp's SocketTimeoutError, ssl.SSLError, OSError."""
        self._tls = context.wrap_bio(self._came, self._going, server_hostname=name)
        began = False

        async def more() -> None:
            nonlocal began
            await self._more(deadline)
            began = True

        try:
            async with asyncio.timeout(deadline.remaining()):
                await self._spoken(self._tls.do_handshake, deadline, more)
        except TimeoutError as exc:
            if began:
                raise DrippingError(Message("its TLS handshake is {passed}", passed=deadline.passed())) from exc
            # Somebody has taken the connection: this is nobody who is off.
            raise SocketTimeoutError(f"no TLS within {deadline.seconds:g} s") from exc
        self.certificate = self._tls.getpeercert(binary_form=True) or b""

    @property
    def alive(self) -> bool:
        """Whether a request can be sent over it: the station has neither closed it nor said anything unasked."""
        if self._open:
            try:
                self._sock.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                return True
            except OSError:
                pass
        return False

    async def post(self, head: bytes, body: bytes, *, deadline: Deadline, judge: Judge) -> Received:
        """Send a request and receive its answer. ``judge``: sees the answer's head before its body is read.

        Raises what ``judge`` does, DrippingError, OverflowingError, aiohttp's errors, ssl.SSLError, OSError. The
        connection is closed then.
        """
        if not self._open:
            # The last answer said that it is the last.
            raise ServerDisconnectedError
        try:
            async with asyncio.timeout(deadline.remaining()):
                # Who answers before he has read everything may have closed his end by now.
                with contextlib.suppress(BrokenPipeError):
                    await self._send(head + body, deadline)
                return await self._answer(deadline, judge)
        except TimeoutError as exc:
            self.close()
            if exc.errno:
                # The system's own word.
                raise
            if self._begun:
                raise DrippingError(deadline.passed()) from exc
            raise SocketTimeoutError(f"nothing within {deadline.seconds:g} s") from exc
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it; asked or not, nothing is sent."""
        self._open = False
        self._unwatch()
        self._sock.close()

    async def _answer(self, deadline: Deadline, judge: Judge) -> Received:
        coming = _Answer(self._unpaused, self._loop, judge)
        self._begun = False
        while not coming.whole:
            data = await self._receive(deadline)
            self._begun = True
            if data:
                coming.feed(data)
            else:
                coming.end()
        if coming.last:
            self.close()
        return coming.received()

    async def _send(self, data: bytes, deadline: Deadline) -> None:
        if self._tls is None:
            await self._send_raw(data, deadline)
            return
        tls, at = self._tls, 0
        while at < len(data):
            at += await self._spoken(lambda: tls.write(data[at:]), deadline, lambda: self._more(deadline))  # noqa: B023

    async def _receive(self, deadline: Deadline) -> bytes:
        if self._tls is None:
            return await self._receive_raw(deadline)
        tls = self._tls
        try:
            return await self._spoken(lambda: tls.read(_PIECE), deadline, lambda: self._more(deadline))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    async def _spoken(self, step: Callable[[], T], deadline: Deadline, more: Callable[[], Any]) -> T:
        """Take a step of TLS, with whatever has to come and go for it."""
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._gone(deadline)
                await more()
            except ssl.SSLError:
                # What TLS has to say about it, to whoever still listens.
                with contextlib.suppress(OSError):
                    await self._gone(deadline)
                raise
            else:
                await self._gone(deadline)
                return result

    async def _gone(self, deadline: Deadline) -> None:
        if self._going.pending:
            await self._send_raw(self._going.read(), deadline)

    async def _more(self, deadline: Deadline) -> None:
        data = await self._receive_raw(deadline)
        if data:
            self._came.write(data)
        else:
            self._came.write_eof()

    async def _send_raw(self, data: bytes, deadline: Deadline) -> None:
        deadline.remaining()
        await self._loop.sock_sendall(self._sock, data)

    async def _receive_raw(self, deadline: Deadline) -> bytes:
        """What has come, or comes next. The socket is watched from the first time on: to begin and to end that for each
        answer costs more than an answer.
        """
        # At each piece: none of them moves the end.
        deadline.remaining()
        if not self._watched:
            with contextlib.suppress(BlockingIOError):
                return self._sock.recv(_PIECE)
            self._loop.add_reader(self._sock, self._readable)
            self._watched = True
        self._waiter = self._loop.create_future()
        try:
            return await self._waiter
        finally:
            self._waiter = None

    def _readable(self) -> None:
        waiter = self._waiter
        if waiter is None or waiter.done():
            # Nobody waits: it stays where it is until somebody does.
            self._unwatch()
            return
        try:
            waiter.set_result(self._sock.recv(_PIECE))
        except BlockingIOError:
            pass
        except OSError as exc:
            waiter.set_exception(exc)

    def _unwatch(self) -> None:
        if self._watched:
            self._loop.remove_reader(self._sock)
            self._watched = False


async def connect(host: str, port: int, deadline: Deadline) -> Connection:
    """A connection. Raises aiohttp's ConnectionTimeoutError, OSError, UnicodeError."""
    try:
        return Connection(await dial(host, port, deadline))
    except TimeoutError as exc:
        if exc.errno:
            # The system's own word.
            raise
        raise ConnectionTimeoutError(f"no connection within {deadline.seconds:g} s") from exc
