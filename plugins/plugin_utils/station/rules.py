# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer of a station may be, whatever it says of itself. Pure; ``guard.py`` applies it to a session.

Whoever answers at a station's address may be anybody. WinRM never redirects, never packs, says nothing in the clear
once messages are encrypted, and keeps each answer below its ``MaxEnvelopeSizekb`` (500 by default).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line

__all__ = [
    "LARGEST",
    "LARGEST_HEAD",
    "MOST_ROWS",
    "PROTOCOLS",
    "Breach",
    "BreachError",
    "SealError",
    "UnsealedError",
    "check",
    "too_many",
]

LARGEST: Final = 8 << 20
"""Bytes of an answer; of a command's output and of a query's answers, all together."""
LARGEST_HEAD: Final = 1 << 16
"""Bytes of an answer before its body: what it says to be continued, the status line, the headers."""
MOST_ROWS: Final = 20_000
"""Rows of a query."""
_SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
PROTOCOLS: Final = {"ntlm": _SPNEGO, "kerberos": _SPNEGO, "credssp": "application/HTTP-CredSSP-session-encrypted"}
"""How messages are encrypted, by transport ([MS-WSMV] 2.2.9.1; pywinrm says SPNEGO for Kerberos too)."""
# The second of them: CredSSP, for messages of more than 16 KiB.
_SEALED = ("multipart/encrypted;", "multipart/x-multi-encrypted;")
_UNAUTHORIZED = 401

Breach = Literal["redirect", "unencrypted", "packed", "oversize", "endless"]


class BreachError(Exception):
    """An answer that may not be. ``text``: what it is, to stand in brackets; a Message, or the station's own word.
    ``server``: who says that it answered."""

    def __init__(self, breach: Breach, text: str, *, server: str = "") -> None:
        super().__init__(f"{breach}: {text}")
        self.breach = breach
        self.text = text
        self.server = server


class SealError(Exception):
    """An encrypted answer that cannot be opened. Its text, a Message, says what it is."""


class UnsealedError(Exception):
    """An HTTP error in the clear where messages are encrypted: its status may be told, its body is nobody's word."""

    def __init__(self, status: int, body: bytes, *, server: str = "") -> None:
        super().__init__(f"HTTP {status} in the clear")
        self.status = status
        self.body = body
        self.server = server


def check(status: int, headers: Mapping[str, str], *, protocol: str) -> bool:
    """Judge an answer before its body is read; whether its body may be believed.

    ``headers``: found whatever their case. ``protocol``: how messages are encrypted, empty when they are not; that is
    what was agreed, and never what the answer says. Raises BreachError.
    """
    server = headers.get("Server", "")
    if 300 <= status < 400:
        where = _shown(headers, "Location")
        raise BreachError(
            "redirect", Message("to {address}", address=where) if where else Message("to nowhere"), server=server
        )
    coding = headers.get("Content-Encoding", "").strip().lower()
    if coding not in {"", "identity"}:
        raise BreachError("packed", _shown(headers, "Content-Encoding"), server=server)
    if not protocol or status == _UNAUTHORIZED or _sealed(headers, protocol):
        return True
    if status < 300:
        kind = _shown(headers, "Content-Type")
        text = Message("Content-Type {kind}", kind=kind) if kind else Message("Content-Type missing")
        raise BreachError("unencrypted", text, server=server)
    return False


def too_many(*, rows: int = 0, size: int = 0) -> None:
    """Refuse more rows, or more bytes of several answers, than there may be. Raises BreachError."""
    if rows > MOST_ROWS:
        raise BreachError("oversize", Message("more than {most} rows", most=MOST_ROWS))
    if size > LARGEST:
        raise BreachError("oversize", Message("more than {most} MiB in several answers", most=LARGEST >> 20))


def _sealed(headers: Mapping[str, str], protocol: str) -> bool:
    # In the very form in which pywinrm looks for it: it takes any other for plain text, without a word.
    kind = headers.get("Content-Type", "")
    return kind.startswith(_SEALED) and f'protocol="{protocol}"' in kind


def _shown(headers: Mapping[str, str], name: str) -> str:
    return one_line(headers.get(name, ""), longest=100)
