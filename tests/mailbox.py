"""A real SMTP server for tests of alerts: STARTTLS, TLS or neither, with a login, on a loopback address."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

__all__ = ["Mailbox", "mail_server"]


@dataclass
class Mailbox:
    """What arrived, and where to send more. ``refused``: recipients that the server does not take."""

    host: str
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    @property
    def variables(self) -> dict[str, Any]:
        """Of an audit that writes here."""
        return {"pronote_audit_mail": self.mail()}

    def mail(self, **more: Any) -> dict[str, Any]:
        """The keys of ``pronote_audit_mail`` for it, with some others."""
        return {
            "to": ["equipe@example.org"],
            "from": "Audit <audit@example.org>",
            "server": self.host,
            "port": self.port,
            "encryption": "none",
            **more,
        }

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.refused:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        # Lines on the wire end as RFC 5321 wants them, which is no part of their text.
        message = message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


class _Controller(Controller):
    def _trigger_server(self) -> None:
        """A first connection. aiosmtpd's own goes to the port that it was given (0), with a server's TLS context."""
        assert isinstance(self.server, asyncio.Server)
        socket.create_connection(self.server.sockets[0].getsockname(), timeout=self.ready_timeout).close()


@contextmanager
def mail_server(
    address: str,
    *,
    tls: ssl.SSLContext | None = None,
    implicit: bool = False,
    login: tuple[str, str] | None = None,
    largest: int = 32 << 20,
) -> Iterator[Mailbox]:
    """Serve on a free port. ``tls``: offered by STARTTLS, or from the first byte (``implicit``). ``login`` is required
    when given. ``largest``: bytes of a mail that it takes."""
    box = Mailbox(host=address)

    def authenticate(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == login
        return AuthResult(success=known, handled=False)

    controller = _Controller(
        box,
        hostname=address,
        port=0,
        ssl_context=tls if implicit else None,
        tls_context=None if implicit else tls,
        authenticator=authenticate if login else None,
        auth_required=login is not None,
        data_size_limit=largest,
        # aiosmtpd knows STARTTLS only; from the first byte is encrypted as well.
        auth_require_tls=not implicit,
    )
    controller.start()
    try:
        server = controller.server
        assert isinstance(server, asyncio.Server)
        box.port = server.sockets[0].getsockname()[1]
        yield box
    finally:
        controller.stop(no_assert=True)
