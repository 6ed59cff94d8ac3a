"""Alerts meet a real mail server and a real web server."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts.message import Letter, mail
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts.send import (
    AlertError,
    MailServer,
    Webhook,
    post,
    send,
)

from tests.mailbox import Mailbox, mail_server
from tests.unit.web_thread import serving

ADDRESS = "127.0.0.1"
LOGIN = ("audit", "Lab-only-2!")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_path(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(ADDRESS).configure_cert(context)
    return context


def _mail(*recipients: str) -> EmailMessage:
    return mail(
        Letter(subject="Été : 3 à traiter", lines=[("45 postes sur 60 à jour", ["3 en retard"])]),
        sender="Audit <audit@example.org>",
        recipients=recipients or ["a@example.org"],
        report=("audit.html", b"<!DOCTYPE html><title>Rapport</title>"),
        moment=dt.datetime.now(dt.UTC),
    )


def _server(box: Mailbox, **more: Any) -> MailServer:
    return MailServer(host=box.host, port=box.port, timeout=20.0, **more)


# Of aiosmtpd, which knows encryption by STARTTLS only.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_encrypted_with_a_login(encryption: str, tls: ssl.SSLContext, ca_path: str) -> None:
    with mail_server(ADDRESS, tls=tls, implicit=encryption == "tls", login=LOGIN) as box:
        refused = send(
            _mail("a@example.org", "b@example.org"),
            _server(box, encryption=encryption, username=LOGIN[0], password=LOGIN[1], ca_path=ca_path),
        )
    assert refused == []
    (received,) = box.mails
    assert box.recipients == [["a@example.org", "b@example.org"]]
    assert box.encrypted == [True] or encryption == "tls"
    assert received["Subject"] == "Été : 3 à traiter"
    text = received.get_body(("plain",))
    assert text is not None
    assert text.get_content() == "45 postes sur 60 à jour\n  - 3 en retard\n"
    (report,) = received.iter_attachments()
    assert report.get_filename() == "audit.html"
    assert "<title>Rapport</title>" in report.get_content()


def test_neither_encryption_nor_login() -> None:
    with mail_server(ADDRESS) as box:
        send(_mail(), _server(box, encryption="none"))
    assert len(box.mails) == 1


def test_some_recipients_are_refused() -> None:
    with mail_server(ADDRESS) as box:
        box.refused.add("gone@example.org")
        assert send(_mail("a@example.org", "gone@example.org"), _server(box, encryption="none")) == ["gone@example.org"]
        with pytest.raises(AlertError, match=r"refuses gone@example.org\. Check mail_to"):
            send(_mail("gone@example.org"), _server(box, encryption="none"))
    assert box.recipients == [["a@example.org"]]


def test_a_wrong_password_is_not_repeated(tls: ssl.SSLContext, ca_path: str) -> None:
    with (
        mail_server(ADDRESS, tls=tls, login=LOGIN) as box,
        pytest.raises(AlertError, match=r"refuses the login \(code 535\)") as caught,
    ):
        send(_mail(), _server(box, username="audit", password="Wrong-1!", ca_path=ca_path))
    assert "Wrong-1!" not in str(caught.value)
    assert box.mails == []


def test_a_server_without_starttls_gets_nothing() -> None:
    with mail_server(ADDRESS) as box, pytest.raises(AlertError, match="STARTTLS extension not supported"):
        send(_mail(), _server(box))
    assert box.mails == []


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
def test_a_server_that_nobody_vouches_for_gets_nothing(encryption: str, tls: ssl.SSLContext) -> None:
    with (
        mail_server(ADDRESS, tls=tls, implicit=encryption == "tls") as box,
        pytest.raises(AlertError, match=r"TLS: CERTIFICATE_VERIFY_FAILED\. Name your authority's file in mail_ca_path"),
    ):
        send(_mail(), _server(box, encryption=encryption))
    assert box.mails == []


def _closed_port() -> int:
    with socket.socket() as listener:
        listener.bind((ADDRESS, 0))
        port: int = listener.getsockname()[1]
        return port


def test_a_server_that_is_down() -> None:
    with pytest.raises(AlertError, match=r"mail server 127\.0\.0\.1:\d+: .*refused\. Check mail_server"):
        send(_mail(), MailServer(host=ADDRESS, port=_closed_port()))


def test_no_password_in_the_clear() -> None:
    with pytest.raises(ValueError, match="in the clear"):
        MailServer(host=ADDRESS, port=25, encryption="none", username="audit", password="x").check()
    MailServer(host=ADDRESS, port=25, encryption="none").check()


def test_authorities_that_are_not_there() -> None:
    with pytest.raises(ValueError, match="mail_ca_path: /nowhere is not a file"):
        MailServer(host=ADDRESS, port=25, ca_path="/nowhere").check()
    with pytest.raises(ValueError, match="webhook_ca_path: /nowhere is not a file"):
        Webhook(url="https://example.org/", ca_path="/nowhere").check()


@contextmanager
def _hook(status: int = 200, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[tuple[bytes, str, str]]]]:
    received: list[tuple[bytes, str, str]] = []

    async def take(request: web.Request) -> web.Response:
        headers = request.headers
        received.append((await request.read(), headers["Content-Type"], headers.get("X-Rentree-Signature", "")))
        # Where a redirect would lead: here again, which would be seen.
        return web.Response(status=status, headers={"Location": "/hooks/elsewhere"})

    app = web.Application()
    app.router.add_route("*", "/hooks/{token}", take)
    with serving(app, address=ADDRESS, tls=tls) as base:
        yield f"{base}/hooks/s3cr3t-token", received


def test_a_webhook_gets_the_body_and_its_signature(tls: ssl.SSLContext, ca_path: str) -> None:
    with _hook(tls=tls) as (url, received):
        post(b'{"text": "x"}', Webhook(url=url, secret="key", ca_path=ca_path))
        post(b"{}", Webhook(url=url, ca_path=ca_path))
    wanted = "sha256=" + hmac.new(b"key", b'{"text": "x"}', hashlib.sha256).hexdigest()
    assert received == [(b'{"text": "x"}', "application/json", wanted), (b"{}", "application/json", "")]


@pytest.mark.parametrize("status", [404, 500, 302, 307])
def test_a_webhook_that_refuses_or_sends_elsewhere(status: int) -> None:
    with _hook(status) as (url, received), pytest.raises(AlertError, match=f"it answers {status}") as caught:
        post(b"{}", Webhook(url=url))
    assert len(received) == 1
    assert "s3cr3t" not in str(caught.value)


def test_a_webhook_that_is_down_or_not_trusted(tls: ssl.SSLContext) -> None:
    with pytest.raises(AlertError, match=r"webhook at 127\.0\.0\.1: .*refused.* Check webhook_url") as caught:
        post(b"{}", Webhook(url=f"http://{ADDRESS}:{_closed_port()}/hooks/s3cr3t-token"))
    assert "s3cr3t" not in str(caught.value)
    with _hook(tls=tls) as (url, received), pytest.raises(AlertError, match="webhook_ca_path") as caught:
        post(b"{}", Webhook(url=url))
    assert received == []
    assert "s3cr3t" not in str(caught.value)


def test_an_error_that_quotes_the_address_is_not_repeated() -> None:
    """http.client's, for a blank (which check() refuses before)."""
    with pytest.raises(AlertError, match="control characters") as caught:
        post(b"{}", Webhook(url=f"http://{ADDRESS}:{_closed_port()}/hooks/s3cr3t token"))
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "hooks.example.org/s3cr3t", "file:///etc/passwd", "https://", "https://a\n/", "https://a/s3cr3t t"]
)
def test_what_is_no_address_of_a_webhook(url: str) -> None:
    with pytest.raises(ValueError, match="webhook_url is not an address") as caught:
        Webhook(url=url).check()
    assert "s3cr3t" not in str(caught.value)
