"""Kerberos on the server's side, by pyspnego and the system's GSS library.

Each station accepts with a keytab of its own, as a domain's computer does: a ticket for another station is refused.
I/O: the keytab, and the library's replay cache.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import spnego
from spnego.channel_bindings import GssChannelBindings

from tests.lab.station import Account

__all__ = ["KerberosAcceptor"]

# What a token of the Kerberos mechanism (RFC 1964) holds before its length becomes visible; SPNEGO's has another.
_MECHANISM = bytes.fromhex("06092a864886f712010202")

# Of the acceptor, where bindings of both sides are there and the same (MIT 1.19: GSS_C_CHANNEL_BOUND_FLAG).
_CHANNEL_BOUND = 2048


@contextmanager
def _accepting_with(keytab: Path) -> Iterator[None]:
    """Let the GSS library accept with one keytab, whose name it takes from the environment as it begins."""
    before = os.environ.get("KRB5_KTNAME")
    os.environ["KRB5_KTNAME"] = f"FILE:{keytab}"
    try:
        yield
    finally:
        if before is None:
            del os.environ["KRB5_KTNAME"]
        else:
            os.environ["KRB5_KTNAME"] = before


class KerberosAcceptor:
    """One handshake. ``context`` encrypts once it is complete, ``account`` is who it proved to be."""

    def __init__(
        self, token: bytes, *, keytab: Path, accounts: tuple[Account, ...], bindings: GssChannelBindings | None
    ) -> None:
        """Begin with the client's first token. Raises spnego.exceptions.SpnegoError without a usable keytab."""
        self._accounts = accounts
        self._bindings = bindings
        wrapped = _MECHANISM not in token[:20]
        with _accepting_with(keytab):
            # Windows' SSPI takes both behind "Negotiate": SPNEGO, and the bare token that pywinrm sends.
            self.context = spnego.server(
                protocol="negotiate" if wrapped else "kerberos",
                options=spnego.NegotiateOptions.use_negotiate if wrapped else spnego.NegotiateOptions.none,
            )
        self.account: Account | None = None
        # A ticket was, and no password.
        self.tried, self.bound = "", False

    def step(self, token: bytes) -> bytes | None:
        """Take the client's token, return the answer's. Raises SpnegoError or ValueError when it is refused."""
        try:
            # The library passes over a client without bindings; whether there may be none is Authenticator's.
            reply = self.context.step(token, channel_bindings=self._bindings)
        except AttributeError as exc:
            # Where the library has a token that says why, gssapi 1.12 keeps its error back, and pyspnego 0.12 asks the
            # context that never came to be for its flags.
            raise ValueError("the ticket is refused") from exc
        if self.context.complete:
            self.bound = bool(getattr(self.context, "_context_attr", 0) & _CHANNEL_BOUND)
            principal = (self.context.client_principal or "").lower()
            self.account = next((a for a in self._accounts if a.principal and a.principal.lower() == principal), None)
        return reply
