# SPDX-License-Identifier: GPL-3.0-or-later
"""Encrypted messages in ``multipart/encrypted`` bodies ([MS-WSMV] 2.2.9.1). Pure: what encrypts is given."""

from __future__ import annotations

import re
import struct
from typing import Any, Final, Protocol

from ...module_utils.base.message import Message
from ...module_utils.base.numbers import natural
from ..station.rules import PROTOCOLS, SealError

__all__ = ["SEALED_TYPE", "SOAP_TYPE", "sealed", "unsealed"]

SOAP_TYPE: Final = "application/soap+xml;charset=UTF-8"
_PROTOCOL: Final = PROTOCOLS["ntlm"]
SEALED_TYPE: Final = f'multipart/encrypted;protocol="{_PROTOCOL}";boundary="Encrypted Boundary"'
_BOUNDARY: Final = b"--Encrypted Boundary"
_END: Final = _BOUNDARY + b"--"
_HEAD: Final = b"\r\n".join(
    [
        _BOUNDARY,
        f"\tContent-Type: {_PROTOCOL}".encode(),
        f"\tOriginalContent: type={SOAP_TYPE};Length=%d".encode(),
        _BOUNDARY,
        b"\tContent-Type: application/octet-stream\r\n",
    ]
)
# How long the message is, then the part that holds it; Windows begins its lines with a tab.
_SEALED = re.compile(
    rb"\s*--Encrypted Boundary\r\n[^\0]{1,400}?;\s?Length=([0-9]{1,9})\r\n--Encrypted Boundary\r\n"
    rb"\s*Content-Type: application/octet-stream\r\n"
)


class Security(Protocol):
    """The part of a security context of pyspnego that encrypts."""

    def wrap_winrm(self, data: bytes) -> Any:
        """The signature, the encrypted message and the length of its padding."""

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        """The message, whose signature is right."""


def sealed(security: Security, message: bytes) -> bytes:
    """The body that carries a message; its type is SEALED_TYPE."""
    wrapped = security.wrap_winrm(message)
    head = _HEAD % (len(message) + wrapped.padding_length)
    return b"".join([head, struct.pack("<i", len(wrapped.header)), wrapped.header, wrapped.data, _END, b"\r\n"])


def unsealed(security: Security, body: bytes) -> bytes:
    """The message in a body of this type. Raises SealError, and what the context does at a signature that is wrong."""
    head = _SEALED.match(body)
    end = body.rfind(_END)
    if head is None or end < head.end() + 4:
        raise SealError(Message("an encrypted answer without its parts"))
    (size,) = struct.unpack_from("<i", body, head.end())
    at = head.end() + 4
    if not 0 <= size <= end - at:
        raise SealError(Message("a signature that is longer than its message"))
    message = security.unwrap_winrm(body[at : at + size], body[at + size : end])
    if len(message) != natural(head[1].decode()):
        raise SealError(Message("a message that is not as long as it says"))
    return message
