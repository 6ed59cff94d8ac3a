"""Alerts through the audit's playbook: told once, whatever the audit ends with, and never at its cost."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun
from tests.mailbox import Mailbox, mail_server
from tests.unit.web_thread import serving

HOSTILE = "<script>alert(1)</script>"
STATIONS: list[dict[str, Any]] = [
    {"name": "compliant", "clients": [{"release": "2026.2.7"}]},
    {"name": "late", "clients": [{"release": "2026.1.3"}]},
    {"name": "off", "power": "off"},
    {"name": HOSTILE, "clients": [{"release": "2026.1.3"}]},
]


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS, language="fr")


@contextmanager
def _hook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    received: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        received.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hooks/s3cr3t-token", take)
    with serving(app, address="127.0.0.1") as base:
        yield f"{base}/hooks/s3cr3t-token", received


def _options(folder: Path, box: Mailbox | None = None, **more: Any) -> tuple[str, str]:
    mail = {} if box is None else box.variables
    values = {
        "pronote_reports_dir": str(folder),
        "pronote_state": str(folder / "state/pronote.sqlite3"),
        **mail,
        **more,
    }
    return "-e", json.dumps(values)


def _alert(run: PlaybookRun) -> dict[str, Any]:
    (result,) = run.of("audit_alert").values()
    return result


@contextmanager
def _broken_by_hand(school: School) -> Iterator[None]:
    school.play("deploy", "--limit", "compliant", "-e", "pronote_client_state=absent").assert_code(0)
    try:
        yield
    finally:
        school.play("deploy", "--limit", "compliant").assert_code(0)


def test_told_once_by_mail_and_webhook(school: School, tmp_path: Path) -> None:
    with mail_server("127.0.0.1") as box, _hook() as (url, received):
        options = _options(tmp_path, box, pronote_audit_webhook={"url": url}, pronote_audit_fail_on=["absent"])
        first = _alert(school.play("audit", *options).assert_code(0))
        assert (first["changed"], first["sent"], first["subject"]) == (False, [], "")
        with _broken_by_hand(school):
            # Matrix: check, apply, check, apply. The audit itself fails (fail_on) and tells all the same.
            outcomes, pages = [], []
            for check in (["--check", "--diff"], [], ["--check"], []):
                run = school.play("audit", *check, *options).assert_code(2)
                told = _alert(run)
                pages.append((tmp_path / "audit.html").read_text(encoding="utf-8"))
                outcomes.append((told["changed"], told["sent"]))
                if check:
                    assert len(box.mails) == len(received) == (0 if "--diff" in check else 1)
                if "--diff" in check:
                    assert "told by mail, webhook" in run.output
                    assert told["subject"] in run.output
                assert "s3cr3t" not in run.output + json.dumps(run.results)
        both = ["mail", "webhook"]
        assert outcomes == [(True, both), (True, both), (False, []), (False, [])]
    (mail,) = box.mails
    # The deployment that removed the client wrote its job into the inventory's store. That of this test knows of none,
    # and so cannot tell whether it was one of ours.
    reasons = "1 à traiter"
    assert mail["Subject"] == f"[Client PRONOTE] 0310001A Lycée d'essai : {reasons} (0 poste sur 4 à jour)"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "  - compliant (0310001A, Salle 101) : absent\n" in text.get_content()
    (report,) = mail.iter_attachments()
    # That of the audit it tells of, not of one before or after.
    assert report.get_content() == pages[1] != pages[0]
    assert [c["station"] for c in received[0]["changes"]["newly_late"]] == ["compliant"]
    assert received[0]["counts"]["absent"] == 1
    assert received[0]["text"].startswith(mail["Subject"])


def test_each_product_has_its_own_report_attached(start_school: StartSchool, tmp_path: Path) -> None:
    late = {"release": "2026.1.3"}
    school = start_school(
        [{"name": "chef", "edt": True, "clients": [late, {**late, "product": "edt_monoposte"}]}], language="fr"
    )
    with mail_server("127.0.0.1") as box:
        school.play("audit", *_options(tmp_path, box, pronote_audit_alert={"threshold": 0})).assert_code(0)
    client, edt = box.mails
    for mail, name, title in (
        (client, "audit.html", "Client PRONOTE"),
        (edt, "audit-edt_monoposte.html", "EDT monoposte"),
    ):
        assert title in mail["Subject"]
        (report,) = mail.iter_attachments()
        assert report.get_filename() == name
        assert report.get_content().strip() == (tmp_path / name).read_text(encoding="utf-8").strip()


def _closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_a_mail_server_that_is_down_costs_the_alert_only_and_it_is_told_later(school: School, tmp_path: Path) -> None:
    down = Mailbox(host="127.0.0.1", port=_closed_port())
    with _hook() as (url, received):
        # Past the threshold at once: 2 of the 3 stations that could be read.
        more: dict[str, Any] = {"pronote_audit_webhook": {"url": url}, "pronote_audit_alert": {"threshold": 50}}
        run = school.play("audit", *_options(tmp_path, down, **more)).assert_code(0)
        told = _alert(run)
        assert (told["sent"], told["failed_ways"]) == (["webhook"], ["mail"])
        words = " ".join(run.output.split())
        assert f"[WARNING]: l'alerte n'a pas été envoyée par le serveur de courrier 127.0.0.1:{down.port}" in words
        assert "Nouvel essai au prochain audit." in words
        assert (tmp_path / "audit.html").exists()
        with mail_server("127.0.0.1") as box:
            told = _alert(school.play("audit", *_options(tmp_path, box, **more)).assert_code(0))
            assert told["sent"] == ["mail"]
    assert len(received) == len(box.mails) == 1
    assert "seuil franchi" in box.mails[0]["Subject"]


def test_a_check_on_a_new_inventory_makes_no_store(school: School, tmp_path: Path) -> None:
    with mail_server("127.0.0.1") as box:
        options = _options(tmp_path, box, pronote_audit_alert={"threshold": 50})
        assert _alert(school.play("audit", "--check", *options).assert_code(0))["sent"] == ["mail"]
    assert box.mails == []
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_told_unless_configured(school: School, tmp_path: Path) -> None:
    run = school.play("audit", *_options(tmp_path, pronote_audit_alert={"threshold": 0})).assert_code(0)
    assert {result["outcome"] for result in run.of("audit_alert").values()} == {"skipped"}


def test_a_wrong_option_is_said_at_once(school: School, tmp_path: Path) -> None:
    """Each of them: tests/unit/plugins/plugin_utils/alerts/test_configured.py."""
    box = Mailbox(host="127.0.0.1", port=_closed_port())
    options = _options(tmp_path, pronote_audit_mail=box.mail(**{"from": "a@example.org\nBcc: b@example.org"}))
    run = school.play("audit", "-e", "pronote_language=en", *options).assert_code(2)
    result = _alert(run)
    assert result["outcome"] == "failed"
    assert re.search("mail_from: .* is not a mail address", result["msg"])
