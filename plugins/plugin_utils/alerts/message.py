# SPDX-License-Identifier: GPL-3.0-or-later
"""An alert as a mail and as a webhook's JSON, in French or English. Pure.

Names come from stations, servers and inventories: what is not printable is replaced before it can be a header or a line
of its own, and the HTML part is escaped. Addresses come from the inventory, and are refused unless they are addresses.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from html import escape
from typing import Any

from ...module_utils.base.text import printable
from ...module_utils.product.products import PRODUCTS
from ..audit.history import VANISHED
from ..audit.record import RecordSummary, count
from ..report.words import words
from .decide import Alert

__all__ = ["SCHEMA", "Message", "address", "compose", "mail", "payload", "signature"]

SCHEMA = 1
"""Version of the webhook's JSON."""

_SHOWN = 20
"""Stations of each list in a message; the report has them all."""

_LISTED = 200
"""Of each list in the JSON: on the evening of a new release all stations are late, and a chat refuses a megabyte."""

_NOTHING = "\u200b"  # a space of no width
_UTF8 = {"charset": "utf-8"}  # that of the report
_ADDRESS = re.compile(r"([^@,<>]*)<([^@,<>\s]+@[^@,<>\s]+)>|([^@,<>\s]+@[^@,<>\s]+)")

_FR = {
    "past": "Seuil franchi : {wrong} postes sur {judged} ne sont pas à jour (seuil : {threshold:g} %).",
    "back": "De nouveau sous le seuil : {wrong} postes sur {judged} ne sont pas à jour (seuil : {threshold:g} %).",
    "verdict": "Verdict : {after} (auparavant : {before}).",
    "verdict_now": "Verdict : {after}.",
    "more": "… et {n} autres",
    "linked": "Rapport : {url}",
    "attached": "Le rapport complet est joint ; il s'ouvre dans un navigateur.",
    "crossed": "seuil franchi",
    "below": "retour sous le seuil",
    "changed": "verdict changé",
    "s_newly_late": "{n} à traiter",
    "s_fixed": "{n} remis à jour",
    "s_by_hand": "{n} changés sans nous",
    "s_new": "{n} nouveaux",
    "s_vanished": "{n} disparus",
    "server_of": "{school} : serveur {release}, {ok} postes sur {total} à jour",
    "vanished_now": "disparu",
}
_EN = {
    "past": "Threshold passed: {wrong} of {judged} stations are not up to date (threshold: {threshold:g} %).",
    "back": "Below the threshold again: {wrong} of {judged} stations are not up to date (threshold: {threshold:g} %).",
    "verdict": "Verdict: {after} (before: {before}).",
    "verdict_now": "Verdict: {after}.",
    "more": "… and {n} more",
    "linked": "Report: {url}",
    "attached": "The whole report is attached; it opens in a browser.",
    "crossed": "threshold passed",
    "below": "below the threshold again",
    "changed": "verdict changed",
    "s_newly_late": "{n} to do",
    "s_fixed": "{n} fixed",
    "s_by_hand": "{n} changed without us",
    "s_new": "{n} new",
    "s_vanished": "{n} gone",
    "server_of": "{school}: server {release}, {ok} of {total} stations up to date",
    "vanished_now": "gone",
}


@dataclass(frozen=True, kw_only=True)
class Message:
    """What people read, whatever the way."""

    subject: str
    lines: list[tuple[str, list[str]]]  # (heading, lines below it)

    @property
    def text(self) -> str:
        blocks = ["\n".join([heading, *(f"  - {line}" for line in lines)]) for heading, lines in self.lines]
        return "\n\n".join(blocks) + "\n"

    @property
    def html(self) -> str:
        blocks = []
        for heading, lines in self.lines:
            listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
            blocks.append(f"<p>{escape(heading)}</p>" + (f"<ul>{listed}</ul>" if listed else ""))
        return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{"".join(blocks)}</body></html>\n'


def compose(
    alert: Alert,
    records: Sequence[RecordSummary],
    *,
    language: str,
    product: str = "pronote_client",
    url: str = "",
    attached: bool = False,
) -> Message:
    """The words of an alert. ``product`` is a key of PRODUCTS."""
    w = {**words(language), **(_FR if language == "fr" else _EN)}
    counts = count(records)
    answer = w["answer_one" if counts["compliant"] == 1 else "answer"].format(
        ok=counts["compliant"], total=len(records)
    )
    schools = _schools(records)
    about = next(iter(schools)) if len(schools) == 1 else f"{len(schools)} {w['schools'].lower()}"
    subject = f"[{PRODUCTS[product].title}] {printable(about)} : {', '.join(_reasons(alert, w))} ({answer})"
    verdict = w["verdict" if alert.verdict_before else "verdict_now"].format(
        after=w[f"verdict_{alert.verdict}"], before=w.get(f"verdict_{alert.verdict_before}", "")
    )
    lines = [(answer, [f"{n} {w[f'status_{status}']}" for status, n in counts.items() if n]), (verdict, [])]
    if alert.crossed is not None:
        told = w["past" if alert.crossed else "back"]
        lines.append((told.format(wrong=alert.wrong, judged=alert.judged, threshold=alert.threshold), []))
    for kind, found in alert.changes.items():
        shown = [_line(change, w) for change in found[:_SHOWN]]
        rest = len(found) - len(shown)
        lines.append((f"{w[kind]} : {len(found)}", [*shown, *([w["more"].format(n=rest)] if rest else [])]))
    of_each = [
        w["server_of"].format(school=printable(name), release=printable(release or w["unknown"]), ok=ok, total=total)
        for name, (release, ok, total) in schools.items()
    ]
    lines.append(
        (w["schools"], [*of_each[:_SHOWN], *([w["more"].format(n=len(of_each) - _SHOWN)] if of_each[_SHOWN:] else [])])
    )
    if attached:
        lines.append((w["attached"], []))
    if url:
        lines.append((w["linked"].format(url=printable(url)), []))
    return Message(subject=subject, lines=lines)


def _schools(records: Sequence[RecordSummary]) -> dict[str, tuple[str, int, int]]:
    """Name → (release of its server, stations up to date, stations)."""
    found: dict[str, tuple[str, int, int]] = {}
    for record in records:
        name = " ".join(part for part in (record["school"], record["school_name"]) if part) or "-"
        release, ok, total = found.get(name, ("", 0, 0))
        release = release or record["expected"] or ""
        found[name] = (release, ok + (record["status"] == "compliant"), total + 1)
    return found


def _reasons(alert: Alert, w: Mapping[str, str]) -> list[str]:
    reasons = [] if alert.crossed is None else [w["crossed" if alert.crossed else "below"]]
    reasons += [w[f"s_{kind}"].format(n=len(found)) for kind, found in alert.changes.items()]
    return reasons + ([w["changed"]] if alert.verdict_before else [])


def _line(change: Mapping[str, str], w: Mapping[str, str]) -> str:
    where = ", ".join(part for part in (change["school"], change["room"]) if part)
    after = w["vanished_now"] if change["after"] == VANISHED else w.get(f"status_{change['after']}", change["after"])
    before = w.get(f"status_{change['before']}", change["before"])
    return printable(f"{change['station']} ({where}) : " + (f"{before} → {after}" if before else after))


def address(text: str, *, option: str) -> str:
    """A mail address as given (``a@b.fr`` or ``Name <a@b.fr>``). Raises ValueError for anything else."""
    refusal = f"{option}: {text!r} is not a mail address; give one, as in admin@example.org"
    # A line break would begin another header; a comma, another recipient.
    found = _ADDRESS.fullmatch(text)
    if found is None or not text.isprintable():
        raise ValueError(refusal)
    try:
        made = Address(display_name=(found[1] or "").strip(), addr_spec=found[2] or found[3])
        made.domain.encode("idna")
    except (ValueError, IndexError, MessageError) as exc:
        raise ValueError(refusal) from exc
    return str(made)


def mail(
    message: Message, *, sender: str, recipients: Sequence[str], report: tuple[str, bytes] | None, moment: Any
) -> EmailMessage:
    """The mail: text, the same as HTML, and the report (name and content). Raises ValueError for a bad address."""
    made = EmailMessage()
    made["Subject"] = message.subject
    made["From"] = address(sender, option="mail_from")
    made["To"] = ", ".join(address(each, option="mail_to") for each in recipients)
    made["Date"] = format_datetime(moment)
    made["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    # So that nobody's holiday answers it (RFC 3834).
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(message.text)
    made.add_alternative(message.html, subtype="html")
    if report is not None:
        name, content = report
        made.add_attachment(content, maintype="text", subtype="html", filename=printable(name), params=_UTF8)
    return made


def payload(message: Message, alert: Alert, *, counts: Mapping[str, int], product: str, at: str, url: str) -> bytes:
    """The JSON of a webhook (docs/schedule.md). ``text`` is what Mattermost, Slack and Rocket.Chat show."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "text": _harmless(f"{message.subject}\n\n{message.text}", url=printable(url)),
            "product": product,
            "at": at,
            "verdict": alert.verdict,
            "verdict_before": alert.verdict_before or None,
            "past_threshold": alert.crossed,
            "counts": dict(counts),
            "changed": {kind: len(found) for kind, found in alert.changes.items()},
            "changes": {kind: found[:_LISTED] for kind, found in alert.changes.items()},
            "report": url or None,
        },
        ensure_ascii=True,
    ).encode()


def _harmless(text: str, *, url: str) -> str:
    """Text in which a chat finds neither markup of Slack's (<), nor people to call (@), nor links but ours: an address
    alone becomes one, and so does Markdown's ``[words](address)``."""
    parts = []
    for part in text.split(url) if url else [text]:
        escaped = part.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        parts.append(
            escaped.replace("@", f"@{_NOTHING}").replace("](", f"]{_NOTHING}(").replace("://", f":{_NOTHING}//")
        )
    return url.join(parts)


def signature(body: bytes, secret: str) -> str:
    """The value of the header ``X-Rentree-Signature``: HMAC-SHA-256 of the body as it is sent."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
