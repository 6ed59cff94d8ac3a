"""Answers that are not WinRM's: what else stands at a station's address, and what comes damaged from it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import hdrs, web

__all__ = ["DRIPPING", "STRANGERS", "Dripping", "Stranger", "Untyped", "garbled"]

DRIPPING = "dripping"
"""The stranger that is no HTTP at all."""
# The beginning of a TLS record of 16 KiB.
_RECORD = b"\x16\x03\x03\x40\x00"
_PAUSE = 0.05


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """An HTTP answer to whatever is asked."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


_HTML = "text/html; charset=utf-8"
STRANGERS = {
    "printer": Stranger(
        status=404,
        headers={"Server": "HP HTTP Server; HP LaserJet 400 M401dne", "Content-Type": _HTML},
        body=b"<html><head><title>404 Not Found</title></head><body>The requested URL was not found</body></html>",
    ),
    "printer_login": Stranger(
        status=401,
        headers={"Server": "Virata-EmWeb/R6_2_1", "WWW-Authenticate": 'Basic realm="printer"', "Content-Type": _HTML},
    ),
    "web_server": Stranger(
        headers={"Server": "Microsoft-IIS/10.0", "Content-Type": _HTML},
        body=b"<!DOCTYPE html><html><head><title>IIS Windows</title></head><body></body></html>",
    ),
    "proxy": Stranger(
        status=503,
        headers={"Server": "squid/5.7", "Content-Type": "text/html"},
        # In Latin-1, and says nothing of it.
        body="<html><title>ERREUR : l\u2019URL demand\xe9e n'a pas pu \xeatre charg\xe9e</title></html>".encode(
            "cp1252"
        ),
    ),
    "no_service": Stranger(status=503, headers={"Server": "Microsoft-HTTPAPI/2.0"}),
    "empty": Stranger(headers={"Content-Type": "application/soap+xml;charset=UTF-8"}),
}


class Dripping:
    """Takes connections, and sends a byte now and then that leads nowhere, in TLS or out of it."""

    def __init__(self) -> None:
        self.socket: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def open(self, address: str, port: int, _tls: ssl.SSLContext | None) -> None:
        """Listen. Raises OSError when the address is taken."""
        self.socket = await asyncio.start_server(self._drip, address, port)

    async def _drip(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        writer.write(_RECORD)
        while not writer.is_closing():
            await asyncio.sleep(_PAUSE)
            writer.write(b"X")
        self._open.discard(writer)

    def close(self) -> None:
        """Stop listening, and break off."""
        if self.socket is not None:
            self.socket.close()
        for writer in self._open:
            writer.transport.abort()


class Untyped(web.Response):
    """An answer without Content-Type."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        del self.headers[hdrs.CONTENT_TYPE]


def garbled(wire: bytes) -> bytes:
    """A body of the same length whose last third is not what was sent."""
    kept = len(wire) * 2 // 3
    return wire[:kept] + bytes(byte ^ 0x55 for byte in wire[kept:])
