"""Who is asking: Basic, NTLM and Kerberos (Negotiate), client certificate.

One Session per TCP connection ([MS-WSMV] 3.1.4.5).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass, replace
from pathlib import Path

import spnego
from spnego.channel_bindings import GssChannelBindings

from tests.lab.station import Account, Station
from tests.lab.wsman.encryption import SOAP_TYPE, decrypt, encrypt, is_encrypted
from tests.lab.wsman.kerberos import KerberosAcceptor
from tests.lab.wsman.ntlm import Acceptor

__all__ = ["Authenticator", "Session", "UnencryptedError", "Verdict"]

# What pyspnego's parsers raise on tokens that nobody sends by mistake (found by mutating valid ones).
_UNREADABLE = (
    spnego.exceptions.SpnegoError,
    ValueError,
    LookupError,
    ArithmeticError,
    StopIteration,
    struct.error,
)
# Every message of NTLM begins with it, inside of SPNEGO too.
_NTLM = b"NTLMSSP\0"
_MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"


@dataclass
class Session:
    """What one TCP connection has proven so far. ``security`` encrypts its messages."""

    certificate: bytes | None = None  # the client's, DER
    tls: str = ""  # its version, as "TLSv1.3"
    account: Account | None = None
    security: spnego.ContextProxy | None = None
    pending: Acceptor | KerberosAcceptor | None = None
    closed: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """An account, or a 401. ``headers`` are WWW-Authenticate; ``leg``: part of a handshake, not a refusal; ``tried``:
    whose password was looked at, which a domain counts when it is wrong.
    """

    account: Account | None = None
    headers: tuple[str, ...] = ()
    leg: bool = False
    tried: str = ""


class UnencryptedError(Exception):
    """A message in the clear on a listener with AllowUnencrypted=false."""


class Authenticator:
    """The authentication settings of one listener.

    ``certificate`` is the server's (DER) for HTTPS, None for HTTP; ``keytab`` the station's, where it is in a domain;
    ``strict``: CbtHardeningLevel, by default Relaxed: a client may send no bindings, but no wrong ones.
    """

    def __init__(
        self,
        station: Station,
        *,
        methods: frozenset[str],
        allow_unencrypted: bool,
        certificate: bytes | None,
        keytab: Path | None = None,
        strict: bool = False,
    ) -> None:
        self._station = station
        self._keytab = keytab
        self._tls = certificate is not None
        self._bound = strict and self._tls
        self._may_be_clear = self._tls or allow_unencrypted
        self._bindings = None
        if certificate is not None:
            digest = hashlib.sha256(certificate).digest()
            self._bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + digest)
        # Windows offers neither Basic in the clear when that is forbidden, nor certificates without TLS.
        self._methods = (
            methods
            - (set() if self._may_be_clear else {"basic"})
            - (set() if self._tls else {"certificate"})
            - (set() if keytab is not None else {"kerberos"})
        )
        offers = {
            "Negotiate": {"ntlm", "kerberos"},
            "Kerberos": {"kerberos"},
            'Basic realm="WSMAN"': {"basic"},
            _MUTUAL: {"certificate"},
        }
        self._refused = Verdict(headers=tuple(offer for offer, wanted in offers.items() if wanted & self._methods))
        self._unknown = Verdict(headers=self._refused.headers, leg=True)

    @staticmethod
    def resets(session: Session, header: str | None) -> bool:
        """A client certificate over TLS 1.3: Windows asks for it now, and resets clients that did not offer to answer.

        Which clients offer it (post-handshake authentication) the lab does not see: it resets them all
        (diyan/pywinrm#376, ansible-collections/ansible.windows#333).
        """
        return header == _MUTUAL and session.tls == "TLSv1.3"

    def check(self, session: Session, header: str | None) -> Verdict:
        """Judge one request of a connection by its Authorization header."""
        if header is None:
            return Verdict(account=session.account) if session.account is not None else self._unknown
        if header == _MUTUAL:
            return self._mutual(session)
        scheme, _, value = header.partition(" ")
        try:
            token = base64.b64decode(value, validate=True)
        except binascii.Error:
            return self._refused
        if scheme.lower() == "basic" and "basic" in self._methods:
            return self._basic(token)
        if scheme.lower() in {"negotiate", "ntlm", "kerberos"} and self._methods & {"ntlm", "kerberos"}:
            return self._negotiate(session, scheme, token)
        return self._refused

    def _mutual(self, session: Session) -> Verdict:
        if "certificate" in self._methods and session.certificate is not None:
            thumbprint = hashlib.sha1(session.certificate).hexdigest()  # Windows' thumbprint is a SHA-1
            for account in self._station.accounts:
                if account.certificate == thumbprint:
                    return Verdict(account=account)
        return self._refused

    def _basic(self, token: bytes) -> Verdict:
        try:
            text = token.decode()
        except UnicodeDecodeError:
            # RFC 7617 leaves the encoding open; requests sends Latin-1, which Windows reads as its ANSI code page.
            text = token.decode("cp1252", "replace")
        name, _, password = text.partition(":")
        user = name.rpartition("\\")[2].lower()
        for account in self._station.accounts:
            if account.name.lower() == user and account.password == password:
                return Verdict(account=account, tried=name)
        return replace(self._refused, tried=name)

    def _negotiate(self, session: Session, scheme: str, token: bytes) -> Verdict:
        acceptor, session.pending = session.pending, None
        # A new handshake on an authenticated connection starts from nothing, whatever it ends with.
        session.account = session.security = None
        try:
            if acceptor is None:
                acceptor = self._acceptor(scheme.lower(), token)
            if acceptor is None:
                return self._refused
            reply = acceptor.step(token)
        except _UNREADABLE:
            return replace(self._refused, tried="" if acceptor is None else acceptor.tried)
        headers = (f"{scheme} {base64.b64encode(reply).decode()}",) if reply else ()
        if not acceptor.context.complete:
            session.pending = acceptor
            return Verdict(headers=headers, leg=True)
        if acceptor.account is None or (self._bound and not acceptor.bound):
            # Of the domain, but no administrator of this station; or not bound to the channel.
            return replace(self._refused, tried=acceptor.tried)
        session.account, session.security = acceptor.account, acceptor.context
        return Verdict(account=session.account, headers=headers, tried=acceptor.tried)

    def _acceptor(self, scheme: str, token: bytes) -> Acceptor | KerberosAcceptor | None:
        """Who takes the first token of a handshake; None where the listener allows nobody to."""
        accounts = self._station.accounts
        if _NTLM not in token and self._keytab is not None and "kerberos" in self._methods and scheme != "ntlm":
            return KerberosAcceptor(token, keytab=self._keytab, accounts=accounts, bindings=self._bindings)
        if "ntlm" in self._methods and scheme != "kerberos":
            return Acceptor(accounts, self._bindings)
        return None

    def read_body(self, session: Session, content_type: str, body: bytes) -> bytes:
        """The message in a request's body. Raises UnencryptedError, and ValueError for a body nobody can read."""
        if not is_encrypted(content_type):
            if body and not self._may_be_clear:
                raise UnencryptedError
            return body
        if session.security is None:
            raise ValueError("an encrypted message on a connection that has no security context")
        return decrypt(session.security, body)

    @staticmethod
    def write_body(session: Session, content_type: str, message: bytes) -> tuple[str, bytes]:
        """The answer's content type and body: encrypted exactly when the request was."""
        if is_encrypted(content_type) and session.security is not None:
            return encrypt(session.security, message)
        return SOAP_TYPE, message
