"""The way of an alert from the decision to what is remembered of it, with a real mail server and a real store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts import tell as _alert
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts.tell import (
    AlertRequest,
    Delivery,
    tell,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.errors import StoreError
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.sample import record
from tests.mailbox import Mailbox, mail_server
from tests.unit.web_thread import serving

ADDRESS = "127.0.0.1"


def _request(folder: Path, box: Mailbox, **more: Any) -> AlertRequest:
    return AlertRequest.of(
        {
            **dict.fromkeys(["mail_username", "mail_password", "mail_ca_path", "webhook_secret", "webhook_ca_path"]),
            "product": "pronote_client",
            "store": str(folder / "state.sqlite3"),
            "tell": ["newly_late", "fixed"],
            "threshold": 100.0,
            "report": str(folder / "audit.html"),
            "report_url": "",
            "mail_server": box.host,
            "mail_port": box.port,
            "mail_encryption": "none",
            "mail_from": "audit@example.org",
            "mail_to": ["equipe@example.org"],
            "webhook_url": "",
            "timeout": 10.0,
            **more,
        },
        catalogue("fr"),
    )


def _tell(request: AlertRequest, status: str) -> Delivery:
    summary = {"verdict": "compliant", "changes": {}}
    return tell([record("a", status=status)], summary, request, limited=False, check=False)


def _attached(box: Mailbox) -> list[list[str | None]]:
    return [[part.get_filename() for part in mail.iter_attachments()] for mail in box.mails]


def test_a_report_that_the_server_refuses_for_its_size_is_left_out(tmp_path: Path) -> None:
    """Postfix takes 10 MB by default, others less: the alert would be refused every night."""
    (tmp_path / "audit.html").write_bytes(b"x" * 200_000)
    with mail_server(ADDRESS, largest=100_000) as box:
        request = _request(tmp_path, box)
        _tell(request, "compliant")
        told = _tell(request, "late")
    assert (told.sent, told.failed, _attached(box)) == (["mail"], [], [[]])
    assert "joint" not in str(box.mails[0].get_body(("plain",)))
    (warning,) = told.warnings
    assert "552" in warning
    assert "without the report" in warning


def test_a_server_that_takes_no_mail_of_any_size_is_asked_again_the_next_night(tmp_path: Path) -> None:
    (tmp_path / "audit.html").write_bytes(b"x" * 200_000)
    with mail_server(ADDRESS, largest=100) as box:
        request = _request(tmp_path, box)
        _tell(request, "compliant")
        told = _tell(request, "late")
    assert (told.sent, told.failed, box.mails) == ([], ["mail"], [])
    with mail_server(ADDRESS) as box:
        assert _tell(_request(tmp_path, box), "late").sent == ["mail"]


def test_a_store_that_fails_after_the_mail_stops_neither_the_webhook_nor_the_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = []

    async def take(asked: web.Request) -> web.Response:
        bodies.append(await asked.json())
        return web.Response()

    def full(*_: Any, **__: Any) -> None:
        raise StoreError(str(tmp_path), "database or disk is full", remedy="Make room.")

    app = web.Application()
    app.router.add_post("/hook", take)
    with mail_server(ADDRESS) as box, serving(app, address=ADDRESS) as base:
        request = _request(tmp_path, box, webhook_url=f"{base}/hook", report="")
        _tell(request, "compliant")
        monkeypatch.setattr(_alert, "save_state", full)
        told = _tell(request, "late")
    assert (told.sent, told.failed, len(box.mails), len(bodies)) == (["mail", "webhook"], [], 1, 1)
    assert [warning.partition("What ")[2] for warning in told.warnings] == [
        "mail has told is not remembered: it may be told again.",
        "webhook has told is not remembered: it may be told again.",
    ]


def test_a_store_that_cannot_be_used_is_a_warning_and_no_end_of_the_audit(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite3").write_text("no store\n" * 200, encoding="utf-8")
    with mail_server(ADDRESS) as box:
        told = _tell(_request(tmp_path, box, webhook_url=f"http://{ADDRESS}:9/hook"), "late")
        assert box.mails == []
    assert (told.sent, told.failed) == ([], ["mail", "webhook"])
    assert all("not usable (file is not a database)" in warning for warning in told.warnings)
    assert [warning.rpartition("Nothing")[2] for warning in told.warnings] == [
        " was told by mail.",
        " was told by webhook.",
    ]
