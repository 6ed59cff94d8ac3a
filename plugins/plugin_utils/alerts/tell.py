# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell people about an audit, by each way that is configured: decide, compose, send, remember.

I/O: the store, the network and files.
"""

from __future__ import annotations

import json
import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ...module_utils.base.clock import now, utc_now
from ...module_utils.base.message import Message, message_of
from ..audit.record import AuditRecord, count
from ..remaining.last import LastDeployment, last_deployments
from ..store.errors import StoreError
from ..store.rows import put
from ..store.schema import alert
from ..store.store import Store, store_exists
from ..words.words import Words
from .decide import Alert, AlertState, decide
from .message import (
    Letter,
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

__all__ = ["AlertRequest", "Delivery", "read_state", "save_state", "tell"]

_MOST = 10 << 20
"""Bytes of a report that is attached: mail servers refuse messages from 10 to 25 MB on."""


@dataclass(frozen=True, kw_only=True)
class AlertRequest:
    """What is wanted. ``attach``: the HTML report, or empty. ``url``: where people find it, or empty."""

    product: str
    store: str
    words: Words
    on: Sequence[str]
    threshold: float
    attach: str
    url: str
    sender: str
    recipients: Sequence[str]
    server: MailServer | None
    webhook: Webhook | None

    @classmethod
    def of(cls, args: Mapping[str, Any], words: Words) -> AlertRequest:
        """From the arguments of the action. Raises ValueError for what cannot be used as it is, whatever there is to
        tell: an alert that is misconfigured must not be found out on the day that it is needed."""
        server = webhook = None
        if not args["store"]:
            raise ValueError(Message("alerts need a store to know what was told: give store (pronote_state) a file"))
        if args["mail_to"]:
            if not args["mail_server"] or not args["mail_from"]:
                raise ValueError(Message("mail_to needs mail_server and mail_from"))
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
            store=args["store"],
            words=words,
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
class Delivery:
    """What came of it. ``sent``: ways that told (or would tell, in check mode)."""

    sent: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    message: Letter | None = None

    def fail(self, way: str, why: str) -> None:
        """This way told nothing."""
        self.failed.append(way)
        self.warnings.append(why)

    def as_dict(self) -> dict[str, Any]:
        shown = self.message
        return {
            "changed": bool(self.sent),
            "sent": self.sent,
            "failed_ways": self.failed,
            "subject": shown.subject if shown else "",
            "text": shown.text if shown else "",
        }


def tell(
    records: Sequence[AuditRecord], summary: Mapping[str, Any], request: AlertRequest, *, limited: bool, check: bool
) -> Delivery:
    """Tell what is new, by each way by itself; in check mode only say so. Raises ValueError.

    ``summary``: what audit_report said of the audit; ``limited``: whether the run left stations out.
    """
    delivery = Delivery()
    for way in [name for name, there in (("mail", request.server), ("webhook", request.webhook)) if there]:
        try:
            told = _told(request, way, check=check)
        except StoreError as exc:
            # Telling without knowing what was told would tell the same every night.
            delivery.fail(way, Message("{error} Nothing was told by {way}.", error=message_of(exc), way=way))
            continue
        alert, after, unsent = decide(
            told,
            records,
            changes=summary.get("changes") or {},
            verdict=str(summary.get("verdict", "")),
            on=request.on,
            threshold=request.threshold,
            limited=limited,
        )
        failure = "" if alert is None else _deliver(alert, records, request, way, delivery, check=check)
        if failure:
            delivery.fail(way, Message("{error} It is tried again with the next audit.", error=failure))
        elif alert is not None:
            delivery.sent.append(way)
        if not check:
            _remember(request, way, unsent if failure else after, delivery)
    return delivery


def _deliver(
    alert: Alert, records: Sequence[AuditRecord], request: AlertRequest, way: str, delivery: Delivery, *, check: bool
) -> str:
    """Send an alert; returns why it was not sent, or nothing."""
    message = compose(
        alert,
        records,
        words=request.words,
        product=request.product,
        url=request.url,
        last=_last(request),
        attached=bool(way == "mail" and request.attach and (check or _readable(request.attach))),
    )
    delivery.message = delivery.message or message
    if check:
        return ""
    try:
        if request.server is not None and way == "mail":
            _mail(message, request, request.server, delivery)
        elif request.webhook is not None:
            post(
                payload(message, alert, counts=count(records), product=request.product, at=now(), url=request.url),
                request.webhook,
            )
    except TooLargeError as exc:
        if not request.attach:
            return message_of(exc)
        # As a server with a lower limit takes it.
        failure = _deliver(alert, records, replace(request, attach=""), way, delivery, check=False)
        if not failure:
            delivery.warnings.append(
                Message(
                    "{error} It was sent again without the report: set pronote_audit_alert.url instead.",
                    error=message_of(exc),
                )
            )
        return failure
    except AlertError as exc:
        return message_of(exc)
    return ""


def _told(request: AlertRequest, way: str, *, check: bool) -> AlertState | None:
    # Opening a store that does not exist would make it, and a check makes nothing.
    if check and not store_exists(request.store):
        return None
    with Store(request.store) as store:
        return read_state(store, product=request.product, channel=way)


def _last(request: AlertRequest) -> Mapping[str, LastDeployment]:
    try:
        return last_deployments(request.store, request.product)
    except StoreError:
        # What there is to tell is told all the same.
        return {}


def _remember(request: AlertRequest, way: str, told: AlertState, delivery: Delivery) -> None:
    try:
        with Store(request.store) as store:
            save_state(store, told, product=request.product, channel=way)
    except StoreError as exc:
        # What was sent is sent, and the other ways are still to be told.
        delivery.warnings.append(
            Message(
                "{error} What {way} has told is not remembered: it may be told again.", error=message_of(exc), way=way
            )
        )


def _readable(path: str) -> bool:
    file = Path(path).expanduser()
    return file.is_file() and file.stat().st_size <= _MOST


def _mail(message: Letter, request: AlertRequest, server: MailServer, delivery: Delivery) -> None:
    report = None
    if request.attach:
        file = Path(request.attach).expanduser()
        if _readable(request.attach):
            report = (file.name, file.read_bytes())
        else:
            delivery.warnings.append(
                Message("the report {file} is not attached: it is not there, or larger than 10 MiB.", file=file)
            )
    made = mail(
        message,
        sender=request.sender,
        recipients=request.recipients,
        report=report,
        moment=utc_now().astimezone(),
    )
    if refused := send(made, server):
        delivery.warnings.append(
            Message(
                "the mail server {host} took the alert, but not for {recipients}. Check mail_to.",
                host=server.host,
                recipients=", ".join(refused),
            )
        )


def read_state(store: Store, *, product: str, channel: str) -> AlertState | None:
    """What this way last told of a product; None when it never did."""
    what = select(alert.c.told).where(alert.c.product == product, alert.c.channel == channel)
    with store.read() as db:
        told = db.execute(what).scalar_one_or_none()
    return AlertState(**json.loads(told)) if told is not None else None


def save_state(store: Store, told: AlertState, *, product: str, channel: str) -> None:
    """Remember what this way has told. Raises StoreError."""
    row = {"product": product, "channel": channel, "at": now(), "told": json.dumps(asdict(told))}
    with store.write() as db:
        put(db, alert, [row])
