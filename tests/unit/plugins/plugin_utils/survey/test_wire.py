"""An answer while it comes, in whatever pieces, and what of it is too much."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import ServerDisconnectedError
from aiohttp.http_exceptions import HttpProcessingError
from ansible_collections.rentree.pronote.plugins.module_utils.base.deadline import Deadline, OverflowingError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.rules import (
    LARGEST,
    LARGEST_HEAD,
    BreachError,
    SealError,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import wire
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.sealing import sealed, unsealed
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.wire import Received, connect

_OK = b"HTTP/1.1 200 OK\r\nServer: S\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: Kerberos\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"


def _nothing(_status: int, _headers: Mapping[str, str]) -> None:
    """Any answer may be."""


def _answer(judge: Any = _nothing) -> wire._Answer:
    async def make() -> wire._Answer:
        loop = asyncio.get_running_loop()
        return wire._Answer(wire._Unpaused(loop), loop, judge)

    return asyncio.run(make())


def _read(*pieces: bytes, end: bool = False, judge: Any = _nothing) -> tuple[Received, bool]:
    coming = _answer(judge)
    for piece in pieces:
        assert not coming.whole
        coming.feed(piece)
    if end:
        coming.end()
    assert coming.whole
    return coming.received(), coming.last


@pytest.mark.parametrize(
    ("pieces", "status", "body", "last"),
    [
        ([_OK + b"Content-Length: 3\r\n\r\nabc"], 200, b"abc", False),
        ([_OK, b"Content-Length: 3\r\n", b"\r\n", b"a", b"bc"], 200, b"abc", False),
        ([_OK + b"Content-Length: 0\r\n\r\n"], 200, b"", False),
        ([_OK + b"Connection: close\r\nContent-Length: 1\r\n\r\na"], 200, b"a", True),
        ([_CHUNKED + b"1\r\na\r\n", b"2\r\nbc\r\n0\r\n\r\n"], 200, b"abc", False),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", _OK + b"Content-Length: 1\r\n\r\na"], 200, b"a", False),
        ([b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"], 401, b"", False),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], 204, b"", False),
        # An answer to a question that nobody put.
        ([_OK + b"Content-Length: 1\r\n\r\na" + _OK + b"Content-Length: 1\r\n\r\nb"], 200, b"a", True),
    ],
)
def test_answers_in_pieces(pieces: list[bytes], status: int, body: bytes, last: bool) -> None:
    received, is_last = _read(*pieces)
    assert (received.status, received.body, is_last) == (status, body, last)


def test_one_without_a_length_ends_with_its_connection() -> None:
    received, last = _read(_OK + b"\r\nab", b"c", end=True)
    assert (received.body, received.server, received.offers, last) == (b"abc", "S", "Negotiate, Kerberos", True)


@pytest.mark.parametrize(
    "pieces", [[], [b"HTTP/1.1 200 O"], [_OK], [_OK + b"Content-Length: 3\r\n\r\nab"], [_CHUNKED + b"2\r\nab\r\n"]]
)
def test_one_that_is_cut(pieces: list[bytes]) -> None:
    with pytest.raises(ServerDisconnectedError):
        _read(*pieces, end=True)


@pytest.mark.parametrize(
    "pieces",
    [
        [b"220 mail.example.org ESMTP\r\n"],
        [b"HTTP/1.1 two hundred\r\n\r\n"],
        [_OK + b"Content-Length: minus\r\n\r\n"],
        [_CHUNKED + b"zz\r\n"],
    ],
)
def test_one_that_is_none(pieces: list[bytes]) -> None:
    with pytest.raises(HttpProcessingError):
        _read(*pieces)


def _fed(start: bytes, piece: bytes) -> int:
    """Bytes that are taken before it is too much."""
    coming, fed = _answer(), len(start)
    coming.feed(start)
    with suppress(OverflowingError):
        while True:
            fed += len(piece)
            coming.feed(piece)
    return fed


@pytest.mark.parametrize(
    ("start", "piece", "most"),
    [
        (b"HTTP/1.1 200 O", b"K" * 1000, LARGEST_HEAD),
        (_OK, b"X-Drop: 1\r\n" * 100, LARGEST_HEAD),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 40, LARGEST_HEAD),
        (_OK + b"\r\n", b"x" * (1 << 16), LARGEST),
        (_CHUNKED, b"10000\r\n" + b"x" * (1 << 16) + b"\r\n", LARGEST),
        # What stands around them costs more than they hold: a second for a few megabytes.
        (_CHUNKED, b"1\r\nx\r\n" * 100, 2 * LARGEST_HEAD),
        (_CHUNKED + b"0\r\n", b"X-End: 1\r\n" * 100, 2 * LARGEST_HEAD),
    ],
)
def test_too_much_is_not_taken(start: bytes, piece: bytes, most: int) -> None:
    assert most / 2 < _fed(start, piece) < most * 1.3 + len(piece)


def test_a_head_of_many_headers_is_too_much() -> None:
    def made(count: int) -> bytes:
        return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + b"X: 1\r\n" * (count - 1) + b"\r\n"

    assert _read(made(100))[0].status == 200
    with pytest.raises(OverflowingError, match="more than 100 headers"):
        _read(made(101))


def test_the_head_is_judged_before_the_body_is_there() -> None:
    def judge(status: int, headers: Mapping[str, str]) -> None:
        raise BreachError("redirect", f"{status} {headers['location']}")

    with pytest.raises(BreachError, match="302 /x"):
        _answer(judge).feed(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 9\r\n\r\n")


def _talk(said: Callable[[socket.socket], None]) -> bool:
    """Whether a connection can be asked over, after the other side has said this unasked."""

    async def run() -> bool:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            host, port = listener.getsockname()
            made = await connect(host, port, Deadline(5))
            other, _ = listener.accept()
            with other:
                said(other)
                await asyncio.sleep(0)
                alive = made.alive
            made.close()
            made.close()
            return alive

    return asyncio.run(run())


def test_a_connection_that_says_something_unasked_is_not_used() -> None:
    assert _talk(lambda _other: None)
    assert not _talk(lambda other: other.sendall(b"HTTP/1.1 200 OK\r\n"))
    assert not _talk(lambda other: other.shutdown(socket.SHUT_WR))
    assert not _talk(lambda other: other.close())


def test_what_nobody_waits_for_stays_where_it_is() -> None:
    """And costs nothing until somebody does."""

    async def run() -> list[bytes]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            host, port = listener.getsockname()
            made = await connect(host, port, Deadline(5))
            other, _ = listener.accept()
            with other:
                first = asyncio.create_task(made._receive_raw(Deadline(5)))
                await asyncio.sleep(0)
                other.sendall(b"a")
                came = [await first]
                assert made._watched
                other.sendall(b"b")
                for _ in range(1000):
                    await asyncio.sleep(0)
                assert not made._watched
                came.append(await made._receive_raw(Deadline(5)))
            made.close()
            return came

    assert asyncio.run(run()) == [b"a", b"b"]


@pytest.mark.parametrize(("more", "alive"), [(b"", True), (_OK + b"\r\n", False)])
def test_a_connection_with_more_than_an_answer_on_it_is_closed(more: bytes, alive: bool) -> None:
    async def run() -> bool:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            host, port = listener.getsockname()
            made = await connect(host, port, Deadline(5))
            other, _ = listener.accept()
            with other:
                other.sendall(_OK + b"Content-Length: 1\r\n\r\na" + more)
                await made.post(b"POST / HTTP/1.1\r\n\r\n", b"", deadline=Deadline(5), judge=_nothing)
                open_still = made.alive
            made.close()
            return open_still

    assert asyncio.run(run()) == alive


class _Security:
    """Encrypts by turning everything around."""

    def wrap_winrm(self, data: bytes) -> Any:
        class Wrapped:
            header, padding_length = b"signature", 0

        Wrapped.data = data[::-1]  # type: ignore[attr-defined]
        return Wrapped

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        assert header == b"signature"
        return data[::-1]


def test_an_encrypted_message_comes_back() -> None:
    for message in (b"", b"<a/>", b"--Encrypted Boundary--\r\n", bytes(range(256)) * 99):
        assert unsealed(_Security(), sealed(_Security(), message)) == message


@pytest.mark.parametrize(
    ("find", "replace", "wrong"),
    [
        (b"Length=4", b"Length=5", "not as long as it says"),
        (b"Length=4", b"Length=x", "without its parts"),
        (b"--Encrypted Boundary--", b"", "without its parts"),
        (b"\tContent-Type: application/octet-stream\r\n", b"", "without its parts"),
        (b"\x09\0\0\0", b"\x7f\0\0\0", "longer than its message"),
        (b"\x09\0\0\0", b"\xff\xff\xff\xff", "longer than its message"),
        (b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP", b"x", "without its parts"),
    ],
)
def test_one_that_is_damaged_is_told(find: bytes, replace: bytes, wrong: str) -> None:
    body = sealed(_Security(), b"<a/>")
    assert find in body
    with pytest.raises(SealError, match=wrong):
        unsealed(_Security(), body.replace(find, replace))
