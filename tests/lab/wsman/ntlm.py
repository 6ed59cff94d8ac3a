"""NTLM on the server's side, by pyspnego; what it cannot be told through its API is read from the messages.

[MS-NLMP] 2.2.1.3 has the layout of the AUTHENTICATE message, 2.2.2.1 that of its AV pairs.
"""

from __future__ import annotations

import functools
import os
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import spnego

# The hash of a password is not part of pyspnego's API. Its user file takes passwords too, but none with a colon, and
# then costs a DES computation in pure Python for an LM hash nobody uses (1.1 ms a handshake).
from spnego._ntlm_raw.crypto import ntowfv1
from spnego.channel_bindings import GssChannelBindings

from tests.lab.station import Account

__all__ = ["Acceptor", "Identity"]

_AUTHENTICATE = b"NTLMSSP\x00\x03\x00\x00\x00"
_UNICODE = 0x1
_AV_CHANNEL_BINDINGS = 10
_AV_END = 0
# Proof (16 bytes), then the fixed part of NTLMv2_CLIENT_CHALLENGE (28 bytes).
_AV_OFFSET = 44


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whom an AUTHENTICATE message speaks for, and whether it is bound to a TLS channel."""

    domain: str
    user: str
    bound: bool


def read_identity(token: bytes) -> Identity | None:
    """The identity in a token, raw NTLM or wrapped in SPNEGO; None when it holds no AUTHENTICATE message."""
    start = token.find(_AUTHENTICATE)
    if start < 0:
        return None
    message = token[start:]
    try:
        (flags,) = struct.unpack_from("<I", message, 60)
        encoding = "utf-16-le" if flags & _UNICODE else "cp437"
        return Identity(
            domain=_field(message, 28).decode(encoding),
            user=_field(message, 36).decode(encoding),
            bound=any(_bindings(_field(message, 20))),
        )
    except (struct.error, UnicodeDecodeError):
        return None


def _field(message: bytes, at: int) -> bytes:
    length, _room, offset = struct.unpack_from("<HHI", message, at)
    return message[offset : offset + length]


def _bindings(response: bytes) -> bytes:
    at = _AV_OFFSET
    while at + 4 <= len(response):
        kind, length = struct.unpack_from("<HH", response, at)
        if kind == _AV_CHANNEL_BINDINGS:
            return response[at + 4 : at + 4 + length]
        if kind == _AV_END:
            break
        at += 4 + length
    return b""


@functools.lru_cache(maxsize=256)
def _nt_hash(password: str) -> str:
    return bytes(ntowfv1(password)).hex().upper()


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="lab-ntlm-")


@contextmanager
def _user_file(line: str | None = None) -> Iterator[None]:
    """Let pyspnego's server know one user (by its line), or none at all, while a step runs.

    It takes users from the file that NTLM_USER_FILE names, nowhere else. A step is synchronous, so that stations with
    different passwords share one process and one file. Without a line the file only has to exist: nobody is looked up.
    """
    path = Path(_folder().name) / "users"
    if line is not None or not path.exists():
        path.write_text(line or "", encoding="utf-8")
    os.environ["NTLM_USER_FILE"] = str(path)
    try:
        yield
    finally:
        del os.environ["NTLM_USER_FILE"]


class Acceptor:
    """One handshake. ``context`` encrypts once it is complete, ``account`` is who it proved to be."""

    def __init__(self, accounts: tuple[Account, ...], bindings: GssChannelBindings | None) -> None:
        self._accounts = accounts
        self._bindings = bindings
        with _user_file():
            # Both Negotiate (SPNEGO) and raw NTLM tokens, whatever the header's scheme says, as Windows' SSPI takes.
            self.context = spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
        self.account: Account | None = None
        # Whose password was looked at, and whether the log-in is bound to the channel.
        self.tried, self.bound = "", False

    def step(self, token: bytes) -> bytes | None:
        """Take the client's token, return the answer's. Raises spnego.exceptions.SpnegoError when it is refused."""
        identity = read_identity(token)
        if identity is None:
            with _user_file():
                return self.context.step(token)
        self.tried = _full_name(identity.domain, identity.user)
        account = next((a for a in self._accounts if _is(a, identity)), None)
        # Wrong ones are refused; whether there may be none is Authenticator's.
        self.bound = identity.bound
        bindings = self._bindings if identity.bound else None
        with _user_file("" if account is None else _line(identity, account)):
            reply = self.context.step(token, channel_bindings=bindings)
        self.account = account
        return reply


def _full_name(domain: str, user: str) -> str:
    return f"{domain}\\{user}" if domain else user


def _is(account: Account, identity: Identity) -> bool:
    """Its own accounts are tried whatever domain is named; one of a domain is asked of that domain alone."""
    if account.principal and account.principal.lower() == identity.user.lower():
        return True
    named = account.name.lower() == identity.user.lower()
    return named and (not account.domain or account.domain.lower() == identity.domain.lower())


def _line(identity: Identity, account: Account) -> str:
    """The account in smbpasswd's format."""
    return f"{_full_name(identity.domain, identity.user)}:0:{'0' * 32}:{_nt_hash(account.password)}:[U]:LCT-00000000\n"
