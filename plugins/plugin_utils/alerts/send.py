# SPDX-License-Identifier: GPL-3.0-or-later
"""Send an alert: SMTP and HTTP. Raises AlertError, whose text holds neither password nor address of a webhook.

I/O: the network and files.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from ...module_utils.base.deadline import Deadline, reader
from ...module_utils.base.http import Bounds, RequestError, opened
from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import one_line, reason_of
from .message import signature

_TOO_LARGE = 552  # RFC 1870, section 6
_MAX_ANSWERS = 1 << 20  # bytes that a mail server may say in all
_ONE_WORD = re.compile(r"[!-~]+")  # ASCII without blanks, as an address is

__all__ = ["AlertError", "MailServer", "TooLargeError", "Webhook", "post", "send"]


class AlertError(Exception):
    """An alert could not be sent: which way, the fact, and the remedy."""


class TooLargeError(AlertError):
    """The mail server refuses a message of this size."""


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """How to reach it. ``encryption``: starttls, tls or none. ``timeout`` in seconds."""

    host: str
    port: int
    encryption: str = "starttls"
    username: str = ""
    password: str = ""
    ca_path: str | None = None
    timeout: float = 30.0

    def check(self) -> None:
        """Raises ValueError for what would send a password in the clear."""
        if self.username and self.encryption == "none":
            raise ValueError(
                Message(
                    "mail_encryption: with none, the password would cross the network in the clear. Use "
                    "starttls or tls, or no mail_username"
                )
            )
        _check_authorities(self.ca_path, option="mail_ca_path")


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Where to post. ``secret``: of the signature, empty for none. ``timeout`` in seconds."""

    url: str
    secret: str = ""
    ca_path: str | None = None
    timeout: float = 30.0

    def check(self) -> None:
        """Raises ValueError; the address may hold a token and is not repeated."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not _ONE_WORD.fullmatch(self.url):
            raise ValueError(Message("webhook_url is not an address that begins with https:// (or http://)"))
        _check_authorities(self.ca_path, option="webhook_ca_path")


def _check_authorities(path: str | None, *, option: str) -> None:
    if path and not Path(path).expanduser().is_file():
        raise ValueError(
            Message(
                "{option}: {path} is not a file; give the one with your authority's certificate",
                option=option,
                path=path,
            )
        )


def send(message: EmailMessage, server: MailServer) -> list[str]:
    """Send a mail; return the recipients that the server refused while it took others. Raises AlertError."""
    try:
        with _connected(server) as smtp:
            if server.username:
                smtp.login(server.username, server.password)
            return sorted(smtp.send_message(message))
    except smtplib.SMTPAuthenticationError as exc:
        raise _failed(
            server,
            Message("it refuses the login (code {code})", code=exc.smtp_code),
            Message("Check mail_username and its password."),
        ) from exc
    except smtplib.SMTPRecipientsRefused as exc:
        raise _failed(
            server,
            Message("it refuses {recipients}", recipients=", ".join(sorted(exc.recipients))),
            Message("Check mail_to."),
        ) from exc
    except ssl.SSLError as exc:
        raise _failed(
            server,
            f"TLS: {exc.reason or exc}",
            Message("Name your authority's file in mail_ca_path, or check mail_encryption."),
        ) from exc
    except smtplib.SMTPResponseException as exc:
        said = exc.smtp_error.decode("utf-8", "replace") if isinstance(exc.smtp_error, bytes) else exc.smtp_error
        failure = _failed(
            server,
            Message("it answers {code} {said}", code=exc.smtp_code, said=one_line(said)),
            Message("Ask who runs it."),
        )
        raise (TooLargeError(message_of(failure)) if exc.smtp_code == _TOO_LARGE else failure) from exc
    except (OSError, smtplib.SMTPException) as exc:
        raise _failed(server, reason_of(exc), Message("Check mail_server, mail_port and mail_encryption.")) from exc


class _Smtp(smtplib.SMTP):
    """One whose answers are each over at a deadline, whatever drips, and have a largest size."""

    answers: Deadline

    def getreply(self) -> tuple[int, bytes]:
        """The answer to a command. Raises TimeoutError, OSError, SMTPException."""
        if self.file is not None:
            self.answers.renew()
        elif self.sock is not None:
            # What getreply would make itself, for each connection and once more when it is encrypted.
            self.answers = Deadline(float(self.timeout))
            self.file = reader(self.sock, self.answers, most=_MAX_ANSWERS)
        answer = super().getreply()
        if self.sock is not None:
            self.sock.settimeout(self.timeout)
        return answer


class _SmtpTls(_Smtp, smtplib.SMTP_SSL):
    """The same over TLS from the beginning."""


def _connected(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=server.ca_path)
    if server.encryption == "tls":
        return _SmtpTls(server.host, server.port, timeout=server.timeout, context=context)
    smtp = _Smtp(server.host, server.port, timeout=server.timeout)
    try:
        if server.encryption == "starttls":
            # Raises when the server does not offer it: never in the clear because somebody cut that line out.
            smtp.starttls(context=context)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _failed(server: MailServer, fact: str, remedy: str) -> AlertError:
    return AlertError(
        Message(
            "the alert was not sent by the mail server {host}:{port}: {fact}. {remedy}",
            host=server.host,
            port=server.port,
            fact=fact,
            remedy=remedy,
        )
    )


def post(body: bytes, webhook: Webhook) -> None:
    """Post an alert's JSON. Raises AlertError."""
    headers = {"Content-Type": "application/json"}
    if webhook.secret:
        headers["X-Rentree-Signature"] = signature(body, webhook.secret)
    host = urlsplit(webhook.url).hostname
    bounds = Bounds(timeout=webhook.timeout, ca_path=webhook.ca_path)
    try:
        # A redirect would carry names of stations, and the signature, to who knows whom. What it says is not read.
        with opened(webhook.url, data=body, headers=headers, bounds=bounds) as answer:
            status = answer.status
    except RequestError as exc:
        raise AlertError(
            Message(
                "the alert was not taken by the webhook at {host}: {error}. Check webhook_url, and webhook_ca_path.",
                host=host,
                error=message_of(exc),
            )
        ) from exc
    if not 200 <= status < 300:
        raise AlertError(
            Message(
                "the alert was not taken by the webhook at {host}: it answers {status}. Check webhook_url.",
                host=host,
                status=status,
            )
        )
