"""Message encryption over plain HTTP: ``multipart/encrypted`` bodies ([MS-WSMV] 2.2.9.1)."""

from __future__ import annotations

import re
import struct

import spnego

__all__ = ["SEALED_TYPE", "SOAP_TYPE", "decrypt", "encrypt", "is_encrypted"]

SOAP_TYPE = "application/soap+xml;charset=UTF-8"
_PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
SEALED_TYPE = f'multipart/encrypted;protocol="{_PROTOCOL}";boundary="Encrypted Boundary"'
_BOUNDARY = b"--Encrypted Boundary"
_END = _BOUNDARY + b"--\r\n"
_LENGTH = re.compile(rb"Length=(\d+)")
_PAYLOAD = b"Content-Type: application/octet-stream\r\n"


def is_encrypted(content_type: str) -> bool:
    """Whether a request with this Content-Type carries an encrypted message."""
    return content_type.lower().startswith("multipart/encrypted")


def decrypt(security: spnego.ContextProxy, body: bytes) -> bytes:
    """The message in an encrypted body. Raises ValueError when a part, its length or its signature is wrong."""
    head, found, payload = body.partition(_PAYLOAD)
    length = _LENGTH.search(head)
    if not found or length is None or not payload.endswith(_END):
        raise ValueError("a multipart/encrypted body without its parts")
    payload = payload[: -len(_END)]
    try:
        (size,) = struct.unpack_from("<i", payload)
        message = security.unwrap_winrm(payload[4 : 4 + size], payload[4 + size :])
    except (spnego.exceptions.SpnegoError, struct.error) as exc:
        raise ValueError("the message's signature is wrong") from exc
    if len(message) != int(length[1]):
        raise ValueError("the message is not as long as it says")
    return message


def encrypt(security: spnego.ContextProxy, message: bytes) -> tuple[str, bytes]:
    """The content type and the body that carry a message."""
    wrapped = security.wrap_winrm(message)
    head = (
        f"\r\n\tContent-Type: {_PROTOCOL}\r\n"
        f"\tOriginalContent: type={SOAP_TYPE};Length={len(message) + wrapped.padding_length}\r\n"
    )
    parts = [_BOUNDARY, head.encode(), _BOUNDARY, b"\r\n\t", _PAYLOAD]
    return SEALED_TYPE, b"".join([*parts, struct.pack("<i", len(wrapped.header)), wrapped.header, wrapped.data, _END])
