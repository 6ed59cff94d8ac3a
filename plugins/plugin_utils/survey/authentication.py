# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks: Basic, a client certificate, NTLM, Kerberos. I/O: Kerberos' libraries, which ask the domain.

NTLM and Kerberos prove it once for a connection ([MS-WSMV] 3.1.4.5), and then encrypt each message where there is no
TLS, or where that is wanted. What may go into the first requests does: a handshake of NTLM takes two of them, or one
on TLS, where its last part comes with the first message; one of Kerberos takes one, or none.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import spnego
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings

from ...module_utils.base.message import Message
from ..station import kerberos
from ..station.refusals import lacks, not_let_in
from ..station.rules import PROTOCOLS
from ..station.soap import OddAnswerError
from .access import Approach
from .sealing import SEALED_TYPE, SOAP_TYPE, sealed, unsealed
from .trust import Trust
from .wire import Received

__all__ = ["Post", "Scheme", "scheme_of"]

Post = Callable[[bytes, str, str], Awaitable[Received]]
"""Sends a body, of a type, with this in Authorization (if anything). -> an answer that is no error, or HTTP 401."""

# What says that the certificate is the log-in ([MS-WSMV] 2.2.1; pywinrm's transport.py).
_MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
_UNAUTHORIZED = 401


class Scheme(Protocol):
    """How one approach proves who asks. ``protocol``: how messages are encrypted, empty when they are not."""

    protocol: str

    async def begin(self, post: Post, certificate: bytes, seconds: float) -> None:
        """Do what comes before the first message of a new connection. ``certificate``: the station's (DER), on TLS;
        ``seconds``: for the domain, where it is asked.
        """

    def authorization(self) -> str:
        """What the next message has in Authorization."""

    def outgoing(self, message: bytes) -> tuple[str, bytes]:
        """The type and the body that carry a message."""

    def incoming(self, answer: Received) -> bytes:
        """The message in an answer."""


class _Plain:
    """Says the same with each message."""

    protocol = ""

    def __init__(self, authorization: str) -> None:
        self._authorization = authorization

    async def begin(self, post: Post, certificate: bytes, seconds: float) -> None:
        """Nothing comes before the first message."""

    def authorization(self) -> str:
        return self._authorization

    def outgoing(self, message: bytes) -> tuple[str, bytes]:
        return SOAP_TYPE, message

    def incoming(self, answer: Received) -> bytes:
        return answer.body


class _Negotiated:
    """A security context for each connection."""

    def __init__(self, approach: Approach) -> None:
        self._approach = approach
        self._context: Any = None
        self._pending = ""
        self.protocol = ""

    async def begin(self, post: Post, certificate: bytes, seconds: float) -> None:
        self.protocol = self._pending = ""
        self._context = self._made(bindings_of(certificate) if certificate and self._approach.bound else None)
        await self._shake(post, seconds)
        if self._approach.encrypted:
            answer = await post(b"", SOAP_TYPE, self.authorization())
            if answer.status == _UNAUTHORIZED:
                raise not_let_in(self._approach.transport, answer.offers)
            self._proven(answer)
            self.protocol = PROTOCOLS[self._approach.kind]

    def _made(self, bindings: GssChannelBindings | None) -> Any:
        raise NotImplementedError

    async def _shake(self, post: Post, seconds: float) -> None:
        raise NotImplementedError

    def _proven(self, answer: Received) -> None:
        """Check what the station has to prove itself."""

    def authorization(self) -> str:
        pending, self._pending = self._pending, ""
        return pending

    def outgoing(self, message: bytes) -> tuple[str, bytes]:
        if not self.protocol:
            return SOAP_TYPE, message
        return SEALED_TYPE, sealed(self._context, message)

    def incoming(self, answer: Received) -> bytes:
        if self.protocol:
            return unsealed(self._context, answer.body)
        self._proven(answer)
        return answer.body


class _Ntlm(_Negotiated):
    def __init__(self, approach: Approach, hashes: spnego.NTLMHash) -> None:
        super().__init__(approach)
        self._hashes = hashes

    def _made(self, bindings: GssChannelBindings | None) -> Any:
        return spnego.client(
            self._hashes,
            hostname=self._approach.host,
            service="http",
            channel_bindings=bindings,
            protocol="ntlm",
            options=spnego.NegotiateOptions.use_ntlm,
        )

    async def _shake(self, post: Post, _seconds: float) -> None:
        first = self._context.step()
        answer, scheme = await self._asked(post, "Negotiate", first), "Negotiate"
        if lacks(self._approach.transport, answer.offers):
            raise not_let_in(self._approach.transport, answer.offers)
        if not _token(answer, scheme) and answer.offers:
            # Refused before anybody looked at it, as IIS does to the first request of all; or offered by its own name
            # alone, which WinRM does not.
            scheme = scheme if _token(answer, "NTLM") is None else "NTLM"
            answer = await self._asked(post, scheme, first)
        challenge = _token(answer, scheme)
        if challenge is None:
            raise not_let_in(self._approach.transport, answer.offers)
        if not challenge:
            raise OddAnswerError(Message("nothing where NTLM was asked for"))
        self._pending = _told(scheme, self._context.step(base64.b64decode(challenge)))

    async def _asked(self, post: Post, scheme: str, first: bytes) -> Received:
        answer = await post(b"", SOAP_TYPE, _told(scheme, first))
        if answer.status != _UNAUTHORIZED:
            raise OddAnswerError(Message("the first message without asking who sends it, which WinRM always does,"))
        return answer


class _Kerberos(_Negotiated):
    def __init__(self, approach: Approach, cache: str) -> None:
        super().__init__(approach)
        self._cache = cache

    def _made(self, bindings: GssChannelBindings | None) -> Any:
        user = self._approach.user or None
        wanted = spnego.ContextReq.default
        return spnego.client(
            spnego.KerberosCCache(self._cache, user) if self._cache else spnego.CredentialCache(user),
            hostname=self._approach.service_host,
            service=self._approach.service,
            channel_bindings=bindings,
            context_req=wanted | spnego.ContextReq.delegate if self._approach.delegated else wanted,
            protocol="kerberos",
        )

    async def _shake(self, _post: Post, seconds: float) -> None:
        """The domain is asked for a ticket."""
        try:
            token = await asyncio.wait_for(asyncio.to_thread(self._context.step), seconds)
        except TimeoutError as exc:
            raise kerberos.unanswered() from exc
        self._pending = _told("Negotiate", token)

    def _proven(self, answer: Received) -> None:
        if self._context.complete:
            return
        token = _token(answer, "Negotiate") or _token(answer, "Kerberos")
        if token:
            self._context.step(base64.b64decode(token))
        if not self._context.complete:
            raise kerberos.not_proven()


def scheme_of(approach: Approach, trust: Trust, *, cache: str = "") -> Scheme:
    """``cache``: where the ticket of Kerberos lies, the process' own by default.

    Raises UnicodeEncodeError, and spnego's errors for an account that cannot be one.
    """
    if approach.kind == "ntlm":
        return _Ntlm(approach, trust.hashes(approach))
    if approach.kind == "kerberos":
        return _Kerberos(approach, cache)
    if approach.kind == "certificate":
        return _Plain(_MUTUAL)
    # As requests encodes it (auth.py).
    return _Plain(_told("Basic", f"{approach.user}:{approach.password}".encode("latin-1")))


def bindings_of(certificate: bytes) -> GssChannelBindings | None:
    """What binds a log-in to the channel of this certificate (RFC 5929 4.1); None for one that cannot be told."""
    read = x509.load_der_x509_certificate(certificate)
    try:
        algorithm = read.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    if algorithm is None or algorithm.name in {"md5", "sha1"}:
        algorithm = hashes.SHA256()
    return GssChannelBindings(application_data=b"tls-server-end-point:" + read.fingerprint(algorithm))


def _told(scheme: str, token: bytes) -> str:
    return f"{scheme} {base64.b64encode(token).decode()}"


def _token(answer: Received, scheme: str) -> str | None:
    """What a listener says with a scheme that it offers; None when it does not offer it."""
    for offer in answer.offers.split(","):
        name, _mark, token = offer.strip().partition(" ")
        if name.lower() == scheme.lower():
            return token.strip()
    return None
