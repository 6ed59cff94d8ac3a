# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. Ask servers that may be slow, endless, cut off or packed: whom to trust, one request, the body of its answer."""

from __future__ import annotations

import ssl
import time
import zlib
from functools import lru_cache
from http.client import IncompleteRead
from http.cookiejar import CookieJar
from typing import Any
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from ansible.module_utils.urls import make_context

__all__ = ["MAX_BYTES", "USER_AGENT", "open_once", "read_body", "trust", "unpacked"]

# HTML pages of the hosting want a browser-like User-Agent (docs/fidelity.md, H8).
USER_AGENT = "Mozilla/5.0 (compatible; rentree.pronote)"
MAX_BYTES = 1 << 20


@lru_cache(maxsize=16)
def trust(validate_certs: bool, ca_path: str | None) -> ssl.SSLContext:
    """Whom to believe over TLS. Kept: reading the system's authorities takes longer than a request. Raises OSError."""
    context: ssl.SSLContext = make_context(cafile=ca_path, validate_certs=validate_certs)
    return context


class _Unmoved(HTTPRedirectHandler):
    """A redirect is the answer: it is raised as HTTPError, like the other statuses that are none of 200 to 299."""

    def redirect_request(self, *_redirect: Any) -> None:
        return None


def open_once(
    address: str, *, timeout: float, validate_certs: bool, ca_path: str | None, jar: CookieJar | None = None
) -> Any:
    """One GET; a redirect is not followed. Raises HTTPError, URLError, HTTPException, OSError, ValueError.

    Not with Ansible's ``open_url``: it makes each opener the process's own, and schools that are asked at the same time
    would be given one another's authorities and cookies. Passwords of ``.netrc`` have nothing to do here either.
    """
    handlers = [HTTPSHandler(context=trust(validate_certs, ca_path)), _Unmoved(), HTTPCookieProcessor(jar)]
    request = Request(address, headers={"User-Agent": USER_AGENT})  # noqa: S310 (whoever asks has looked at the scheme)
    return build_opener(*handlers).open(request, timeout=timeout)


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
