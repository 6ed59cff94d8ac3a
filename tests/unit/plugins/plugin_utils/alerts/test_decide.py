from __future__ import annotations

import datetime as dt
import json
from email import message_from_bytes, policy
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts.decide import Alert, AlertState, decide
from ansible_collections.rentree.pronote.plugins.plugin_utils.alerts.message import (
    address,
    compose,
    mail,
    payload,
    signature,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.history import Changes
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.record import AuditRecord
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.browser.sample import last
from tests.browser.sample import record as sample_record

ON = ("newly_late", "fixed", "by_hand", "vanished", "verdict")
NONE: dict[str, Any] = Changes().as_dict()
HOSTILE = "Salle\r\nBcc: pirate@example.org\n\u202e<script>alert(1)</script> @channel [x](https://pirate.example.org)"


def record(station: str, status: str, **more: str) -> AuditRecord:
    return sample_record(station, status=status, **{"school_name": "Lycée", "room": "S101", **more})


def change(station: str, before: str = "", after: str = "") -> dict[str, str]:
    return {"station": station, "school": "0310001A", "room": "S101", "before": before, "after": after}


def audit(told: AlertState | None, *statuses: str, **more: Any) -> tuple[Alert | None, AlertState, AlertState]:
    """An audit of stations p0, p1… with these statuses."""
    records = [record(f"p{n}", status) for n, status in enumerate(statuses)]
    options: dict[str, Any] = {
        "changes": NONE,
        "verdict": "compliant",
        "on": ON,
        "threshold": 100.0,
        "limited": False,
        **more,
    }
    return decide(told, records, **options)


def kinds(alert: Alert | None) -> dict[str, list[str]]:
    return {kind: [c["station"] for c in found] for kind, found in alert.changes.items()} if alert else {}


def test_the_first_audit_is_no_news() -> None:
    alert, after, _ = audit(None, "late", "compliant", "unreachable")
    assert alert is None
    assert after.stations == {"p0": True, "p1": False}


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (["compliant"], ["late"], {"newly_late": ["p0"]}),
        (["late"], ["compliant"], {"fixed": ["p0"]}),
        (["late"], ["absent"], {}),  # wrong as before, in another way
        (["late"], ["unreachable"], {}),
        (["compliant", "late"], ["late", "compliant"], {"newly_late": ["p0"], "fixed": ["p1"]}),
        (["compliant"], ["compliant", "late"], {"newly_late": ["p1"]}),  # a new station that is wrong
        (["compliant"], ["compliant", "compliant"], {}),
    ],
)
def test_news(before: list[str], now: list[str], expected: dict[str, list[str]]) -> None:
    _, told, _ = audit(None, *before)
    alert, after, _ = audit(told, *now)
    assert kinds(alert) == expected
    # Once it is told, the same audit is no news.
    assert audit(after, *now)[0] is None


def test_a_station_that_is_off_for_a_night_is_told_once() -> None:
    _, told, _ = audit(None, "compliant")
    alert, told, _ = audit(told, "late")
    assert kinds(alert) == {"newly_late": ["p0"]}
    for status in ("unreachable", "late"):
        alert, told, _ = audit(told, status)
        assert alert is None


def test_what_could_not_be_sent_is_told_the_next_time() -> None:
    _, told, _ = audit(None, "compliant", "compliant")
    seen_once = {**NONE, "by_hand": [change("p1", "2026.1.3 x64", "2026.2.7 x64")]}
    alert, _, unsent = audit(told, "late", "compliant", changes=seen_once)
    assert kinds(alert) == {"newly_late": ["p0"], "by_hand": ["p1"]}
    # A later audit does not find again what changed by hand.
    alert, after, _ = audit(unsent, "late", "compliant")
    assert kinds(alert) == {"newly_late": ["p0"], "by_hand": ["p1"]}
    assert audit(after, "late", "compliant")[0] is None


def test_only_what_is_asked_for() -> None:
    _, told, _ = audit(None, "compliant")
    changes = {**NONE, "new": [change("p9")], "by_hand": [change("p0")]}
    assert audit(told, "late", changes=changes, on=["verdict"])[0] is None
    assert kinds(audit(told, "late", changes=changes, on=["new"])[0]) == {"new": ["p9"]}


def test_what_is_not_told_is_remembered_all_the_same() -> None:
    _, told, _ = audit(None, "compliant")
    alert, told, _ = audit(told, "late", on=["fixed"])
    assert alert is None
    assert kinds(audit(told, "compliant", on=["fixed"])[0]) == {"fixed": ["p0"]}


def test_a_vanished_station_is_forgotten() -> None:
    _, told, _ = audit(None, "late", "compliant")
    alert, after, _ = audit(told, "late", changes={**NONE, "vanished": [change("p1", "compliant", "vanished")]})
    assert kinds(alert) == {"vanished": ["p1"]}
    assert set(after.stations) == {"p0"}


def test_the_threshold_is_told_when_it_is_crossed_and_back() -> None:
    quiet: dict[str, Any] = {"on": [], "threshold": 50.0}
    # At the threshold is not past it; stations that could not be read do not count.
    alert, told, _ = audit(None, "late", "compliant", "unreachable", **quiet)
    assert alert is None
    alert, told, unsent = audit(told, "late", "late", "unreachable", **quiet)
    assert alert is not None
    assert (alert.crossed, alert.wrong, alert.judged) == (True, 2, 2)
    assert audit(unsent, "late", "late", **quiet)[0] is not None
    assert audit(told, "late", "late", **quiet)[0] is None
    # A room says nothing about the whole, and an audit that reads nothing neither.
    assert audit(told, "compliant", limited=True, **quiet)[0] is None
    assert audit(told, "unreachable", **quiet)[0] is None
    alert, _, _ = audit(told, "late", "compliant", **quiet)
    assert alert is not None
    assert alert.crossed is False


def test_past_the_threshold_at_once_is_worth_a_message() -> None:
    alert, _, unsent = audit(None, "late", threshold=10.0)
    assert alert is not None
    assert alert.crossed is True
    assert alert.changes == {}
    # Not sent: next time again.
    assert audit(unsent, "late", threshold=10.0)[0] is not None


def test_the_verdict_of_a_whole_audit() -> None:
    _, told, _ = audit(None, "compliant")
    alert, after, _ = audit(told, "unreachable", verdict="incomplete")
    assert alert is not None
    assert (alert.verdict_before, alert.verdict) == ("compliant", "incomplete")
    assert audit(after, "unreachable", verdict="incomplete")[0] is None
    assert audit(told, "unreachable", verdict="incomplete", limited=True)[0] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [({"on": ["later"]}, "tell: unknown change later; known"), ({"threshold": 101.0}, "threshold is 101, and must be")],
)
def test_options_that_make_no_sense(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        audit(None, "late", **options)


def test_the_words() -> None:
    found = Alert(
        changes={"newly_late": [change("p0", after="late")], "by_hand": [change("p1", "2026.1.3 x64", "2026.2.7 x64")]},
        verdict="not_compliant",
        verdict_before="compliant",
        crossed=True,
        wrong=1,
        judged=2,
        threshold=10.0,
    )
    records = [record("p0", "late"), record("p1", "compliant")]
    french = compose(found, records, words=catalogue("fr"), url="https://audit.example.org/", attached=True)
    assert french.subject == (
        "[Client PRONOTE] 0310001A Lycée : seuil franchi, 1 à traiter, 1 changé sans nous, verdict changé"
        " (1 poste sur 2 à jour)"
    )
    for wanted in (
        "Verdict\u00a0: Non conforme (auparavant\u00a0: Conforme).",
        "Seuil franchi\u00a0: 1 poste sur 2 n'est pas à jour (seuil\u00a0: 10 %).",
        "Nouveaux écarts : 1\n  - p0 (0310001A, S101) : en retard\n",
        "  - p1 (0310001A, S101) : 2026.1.3 x64 → 2026.2.7 x64\n",
        "  - 0310001A Lycée\u00a0: serveur 2026.2.7, 1 poste sur 2 à jour\n",
        "Rapport\u00a0: https://audit.example.org/",
        "joint",
    ):
        assert wanted in french.text
    english = compose(found, records, words=catalogue("en"))
    assert "Verdict: Not compliant (before: Compliant)." in english.text
    assert "attached" not in english.text
    edt = compose(found, records, words=catalogue("fr"), product="edt_monoposte")
    assert edt.subject.startswith("[EDT monoposte] 0310001A Lycée : ")


def test_what_the_last_deployment_has_left_is_told() -> None:
    found = Alert(changes={"newly_late": [change("p0", after="late")]}, verdict="not_compliant")
    records = [record("p0", "late"), record("p1", "compliant"), record("p2", "late")]
    left = {"p0": last("free_disk"), "p1": last("record"), "p2": last("done")}
    text = compose(found, records, words=catalogue("fr"), last=left).text.replace("\u00a0", " ")
    assert (
        "Là où le dernier déploiement a laissé quelque chose à faire : 1\n"
        "  - p0 (0310001A, S101) : en échec le 24 nov. 2026 : 96 Mio libres sur C:, 1024 Mio nécessaires. "
        "Ensuite : libérer de l'espace disque\n"
    ) in text
    # None of them is a deployment's.
    assert "dernier déploiement" not in compose(found, records, words=catalogue("fr")).text


def test_long_lists_are_cut() -> None:
    found = Alert(changes={"fixed": [change(f"p{n}", after="compliant") for n in range(25)]}, verdict="compliant")
    message = compose(found, [record("p0", "compliant")], words=catalogue("fr"))
    assert "p19 (" in message.text
    assert "p20 (" not in message.text
    assert "… et 5 autres" in message.text


def _hostile_message(url: str = "") -> tuple[Alert, Any]:
    named = {"station": HOSTILE, "school": HOSTILE, "room": HOSTILE}
    found = Alert(changes={"newly_late": [{**named, "before": "", "after": "late"}]}, verdict="not_compliant")
    records = [record(HOSTILE, "late", school=HOSTILE, school_name=HOSTILE, expected=HOSTILE)]
    return found, compose(found, records, words=catalogue("fr"), url=url)


def test_hostile_names_are_neither_headers_nor_markup() -> None:
    _, message = _hostile_message()
    made = mail(
        message,
        sender="Audit <audit@example.org>",
        recipients=["a@example.org", "Équipe réseau <b@example.org>"],
        report=(HOSTILE, b"<!DOCTYPE html>"),
        moment=dt.datetime(2026, 11, 25, tzinfo=dt.UTC),
    )
    read = message_from_bytes(made.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert sorted(read.keys()) == sorted(
        ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    assert [a.addr_spec for a in read["To"].addresses] == ["a@example.org", "b@example.org"]
    (html,) = [
        part.get_content()
        for part in read.walk()
        if part.get_content_type() == "text/html" and not part.is_attachment()
    ]
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    text = read.get_body(("plain",))
    assert text is not None
    assert "\u202e" not in text.get_content()
    assert "\nBcc" not in text.get_content()


def test_hostile_names_call_nobody_in_a_chat() -> None:
    found, message = _hostile_message(url="https://audit.example.org/x")
    options: dict[str, Any] = {"counts": {"late": 1}, "product": "pronote_client", "at": "x"}
    body = json.loads(payload(message, found, url="https://audit.example.org/x", **options))
    for harm in ("@channel", "<", "](", "https://pirate"):
        assert harm not in body["text"]
    assert body["text"].endswith("Rapport\u00a0: https://audit.example.org/x\n")
    assert body["report"] == "https://audit.example.org/x"
    body = json.loads(payload(_hostile_message()[1], found, url="", **options))
    assert "https://pirate" not in body["text"]
    # Programs get names as they are.
    assert body["changes"]["newly_late"][0]["station"] == HOSTILE
    assert body["report"] is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "a@example.org\nBcc: b@example.org",
        "a@example.org, b@example.org",
        "a@",
        "@example.org",
        "a b@example.org",
        "a@exa mple.org",
        "Nom\r\n <a@example.org>",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"mail_to: .* is not a mail address"):
        address(text, option="mail_to")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@example.org", "a@example.org"),
        ("Équipe <a.b+c@ent.example.org>", "Équipe <a.b+c@ent.example.org>"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_addresses(text: str, expected: str) -> None:
    assert address(text, option="mail_to") == expected


def test_the_signature_is_the_one_of_rfc_4231() -> None:
    """Test case 2 of the RFC."""
    assert signature(b"what do ya want for nothing?", "Jefe") == (
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_an_audit_of_one_room_is_a_start_for_that_room_only() -> None:
    """A pilot room first, then the whole: four hundred stations that were late all along are no news."""
    alert, told, _ = audit(None, "late", limited=True, verdict="not_compliant")
    assert alert is None
    alert, told, _ = audit(told, "compliant", "late", "late", verdict="incomplete")
    assert kinds(alert) == {"fixed": ["p0"]}
    assert alert is not None
    assert alert.verdict_before == ""
    # From the first whole audit on, a station that was not there and is wrong is news.
    alert, _, _ = audit(told, "compliant", "late", "late", "late", verdict="incomplete")
    assert kinds(alert) == {"newly_late": ["p3"]}


def test_a_webhook_gets_as_many_names_as_a_chat_takes() -> None:
    """A new release makes everybody late on one evening."""
    _, told, _ = audit(None, *["compliant"] * 10_000)
    alert, _, _ = audit(told, *["late"] * 10_000)
    assert alert is not None
    message = compose(alert, [], words=catalogue("fr"))
    body = payload(message, alert, counts={}, product="pronote_client", at="2026-11-25T04:30:00Z", url="")
    said = json.loads(body)
    assert (said["changed"], len(said["changes"]["newly_late"])) == ({"newly_late": 10_000}, 200)
    assert len(body) < 100_000
