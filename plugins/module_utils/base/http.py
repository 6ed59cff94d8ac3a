# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of an answer of a server that may be slow, endless, cut off or packed. Shared by those that ask servers."""

from __future__ import annotations

import time
import zlib
from http.client import IncompleteRead
from typing import Any

__all__ = ["MAX_BYTES", "USER_AGENT", "read_body", "unpacked"]

# HTML pages of the hosting want a browser-like User-Agent (docs/fidelity.md, H8).
USER_AGENT = "Mozilla/5.0 (compatible; rentree.pronote)"
MAX_BYTES = 1 << 20


def read_body(response: Any, *, timeout: float, limit: int = MAX_BYTES) -> bytes:
    """What comes within ``timeout`` seconds, ``limit`` bytes at most. Raises TimeoutError when it takes longer.

    A socket's own timeout begins again at each byte: a server that answers drop by drop would hold the lock, and with
    it every worker, for hours. Byte by byte, because read(n) waits for all n; the answer is about 1 KB.
    """
    deadline = time.monotonic() + timeout
    body = bytearray()
    while len(body) < limit and (piece := response.read(1)):
        body += piece
        if time.monotonic() > deadline:
            raise TimeoutError(f"still not complete after {timeout:g} s")
    return bytes(body)


def unpacked(response: Any, body: bytes) -> bytes:
    """The body without its gzip, which some proxies add unasked. Raises zlib.error, IncompleteRead."""
    if response.headers.get("Content-Encoding", "").strip().lower() != "gzip":
        return body
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    plain = unpacker.decompress(body, MAX_BYTES)
    if not unpacker.eof and len(plain) < MAX_BYTES:
        raise IncompleteRead(body)
    return plain
