# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell people about an audit, by each way that is configured: decide, compose, send, remember."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...module_utils.base.clock import now, utc_now
from ..audit.verdict import count
from ..store.store import Store, StoreError
from .decide import Alert, Told, decide
from .kept import read_told, save_told
from .message import (
    Message,
    address,
    compose,
    mail,
    payload,
)
from .send import (
    AlertError,
    MailServer,
    TooLargeError,
    Webhook,
    post,
    send,
)

__all__ = ["Audited", "Request", "Telling", "tell"]

_MOST = 10 << 20
"""Bytes of a report that is attached: mail servers refuse messages from 10 to 25 MB on."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is wanted. ``attach``: the HTML report, or empty. ``url``: where people find it, or empty."""

    product: str
    store: Path
    language: str
    on: Sequence[str]
    threshold: float
    attach: str
    url: str
    sender: str
    recipients: Sequence[str]
    server: MailServer | None
    webhook: Webhook | None

    @classmethod
    def of(cls, args: Mapping[str, Any]) -> Request:
        """From the arguments of the action. Raises ValueError for what cannot be used as it is, whatever there is to
        tell: an alert that is misconfigured must not be found out on the day that it is needed."""
        server = webhook = None
        if not args["store"]:
            raise ValueError("alerts need a store to know what was told: give store (pronote_state) a file")
        if args["mail_to"]:
            if not args["mail_server"] or not args["mail_from"]:
                raise ValueError("mail_to needs mail_server and mail_from")
            for option, each in [("mail_from", args["mail_from"]), *(("mail_to", to) for to in args["mail_to"])]:
                address(each, option=option)
            server = MailServer(
                host=args["mail_server"],
                port=args["mail_port"] or _PORTS[args["mail_encryption"]],
                encryption=args["mail_encryption"],
                username=args["mail_username"] or "",
                password=args["mail_password"] or "",
                ca_path=args["mail_ca_path"] or None,
                timeout=args["timeout"],
            )
            server.check()
        if args["webhook_url"]:
            webhook = Webhook(
                url=args["webhook_url"],
                secret=args["webhook_secret"] or "",
                ca_path=args["webhook_ca_path"] or None,
                timeout=args["timeout"],
            )
            webhook.check()
        return cls(
            product=args["product"],
            store=Path(args["store"]).expanduser(),
            language=args["language"],
            on=args["tell"],
            threshold=args["threshold"],
            attach=args["report"] or "",
            url=args["report_url"] or "",
            sender=args["mail_from"] or "",
            recipients=args["mail_to"],
            server=server,
            webhook=webhook,
        )


_PORTS = {"starttls": 587, "tls": smtplib.SMTP_SSL_PORT, "none": smtplib.SMTP_PORT}


@dataclass(kw_only=True)
class Telling:
    """What came of it. ``sent``: ways that told (or would tell, in check mode)."""

    sent: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    message: Message | None = None

    def as_dict(self) -> dict[str, Any]:
        shown = self.message
        return {
            "changed": bool(self.sent),
            "sent": self.sent,
            "failed_ways": self.failed,
            "subject": shown.subject if shown else "",
            "text": shown.text if shown else "",
        }


@dataclass(frozen=True, kw_only=True)
class Audited:
    """The audit: its records, what audit_report said of it, and whether the run left stations out."""

    records: Sequence[Mapping[str, Any]]
    summary: Mapping[str, Any]
    limited: bool


def tell(audited: Audited, request: Request, *, check: bool) -> Telling:
    """Tell what is new, by each way by itself; in check mode only say so. Raises ValueError, StoreError."""
    ways: dict[str, Callable[[Message, Alert, Telling], None]] = {}
    if request.server is not None:
        ways["mail"] = lambda message, _alert, told: _mail(message, request, told)
    if request.webhook is not None:
        ways["webhook"] = lambda message, alert, _told: _post(message, alert, audited, request)
    telling = Telling()
    for way, sender in ways.items():
        try:
            alert, after, unsent = _decide(audited, request, way, check=check)
        except StoreError as exc:
            if not telling.sent:
                raise
            telling.failed.append(way)
            telling.warnings.append(f"{exc} Nothing was told by {way}.")
            continue
        if alert is None:
            _remember(request, way, after, telling, check=check)
            continue
        attached = bool(way == "mail" and request.attach and (check or _readable(request.attach)))
        message = _composed(alert, audited, request, attached=attached)
        telling.message = telling.message or message
        if not check:
            try:
                sender(message, alert, telling)
            except TooLargeError as exc:
                failed = _without_report(alert, audited, request, telling, cause=exc)
            except AlertError as exc:
                failed = str(exc)
            else:
                failed = ""
            if failed:
                telling.failed.append(way)
                telling.warnings.append(f"{failed} It is tried again with the next audit.")
                _remember(request, way, unsent, telling, check=check)
                continue
        telling.sent.append(way)
        _remember(request, way, after, telling, check=check)
    return telling


def _composed(alert: Alert, audited: Audited, request: Request, *, attached: bool) -> Message:
    return compose(
        alert,
        audited.records,
        language=request.language,
        product=request.product,
        url=request.url,
        attached=attached,
    )


def _without_report(alert: Alert, audited: Audited, request: Request, telling: Telling, *, cause: TooLargeError) -> str:
    """Send the mail again as a server with a lower limit takes it; returns why it was not sent, or nothing."""
    message = _composed(alert, audited, request, attached=False)
    try:
        _mail(message, replace(request, attach=""), telling)
    except AlertError as exc:
        return str(exc)
    telling.warnings.append(f"{cause} It was sent again without the report: set pronote_audit_alert_url instead.")
    return ""


def _decide(audited: Audited, request: Request, way: str, *, check: bool) -> tuple[Alert | None, Told, Told]:
    told = None
    # Opening a store that does not exist would make it, and a check makes nothing.
    if not check or request.store.exists():
        with Store(request.store) as store:
            told = read_told(store, product=request.product, channel=way)
    return decide(
        told,
        audited.records,
        changes=audited.summary.get("changes") or {},
        verdict=str(audited.summary.get("verdict", "")),
        on=request.on,
        threshold=request.threshold,
        limited=audited.limited,
    )


def _remember(request: Request, way: str, told: Told, telling: Telling, *, check: bool) -> None:
    if check:
        return
    try:
        with Store(request.store) as store:
            save_told(store, told, product=request.product, channel=way)
    except StoreError as exc:
        # What was sent is sent, and the other ways are still to be told.
        telling.warnings.append(f"{exc} What {way} has told is not remembered: it may be told again.")


def _readable(path: str) -> bool:
    file = Path(path).expanduser()
    return file.is_file() and file.stat().st_size <= _MOST


def _mail(message: Message, request: Request, telling: Telling) -> None:
    assert request.server is not None
    report = None
    if request.attach:
        file = Path(request.attach).expanduser()
        if _readable(request.attach):
            report = (file.name, file.read_bytes())
        else:
            telling.warnings.append(f"the report {file} is not attached: it is not there, or larger than 10 MiB.")
    made = mail(
        message,
        sender=request.sender,
        recipients=request.recipients,
        report=report,
        moment=utc_now().astimezone(),
    )
    if refused := send(made, request.server):
        telling.warnings.append(
            f"the mail server {request.server.host} took the alert, but not for {', '.join(refused)}. Check mail_to."
        )


def _post(message: Message, alert: Alert, audited: Audited, request: Request) -> None:
    assert request.webhook is not None
    body = payload(message, alert, counts=count(audited.records), product=request.product, at=now(), url=request.url)
    post(body, request.webhook)
