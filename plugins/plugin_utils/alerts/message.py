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

from ...module_utils.base.message import Message
from ...module_utils.base.text import printable
from ...module_utils.base.times import local
from ...module_utils.product.products import PRODUCTS
from ..audit.history import VANISHED
from ..audit.record import RecordSummary, count
from ..audit.status import STATUSES
from ..report.labels import CHANGES, NEXT, VERDICTS, last_words, unsettled
from ..report.view import answer
from ..words.words import Words
from .decide import Alert

__all__ = ["SCHEMA", "Letter", "address", "compose", "mail", "payload", "signature"]

SCHEMA = 1
"""Version of the webhook's JSON."""

_SHOWN = 20
"""Stations of each list in a message; the report has them all."""

_LISTED = 200
"""Of each list in the JSON: on the evening of a new release all stations are late, and a chat refuses a megabyte."""

_NOTHING = "\u200b"  # a space of no width
_UTF8 = {"charset": "utf-8"}  # that of the report
_ADDRESS = re.compile(r"([^@,<>]*)<([^@,<>\s]+@[^@,<>\s]+)>|([^@,<>\s]+@[^@,<>\s]+)")


@dataclass(frozen=True, kw_only=True)
class Letter:
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
    words: Words,
    product: str = "pronote_client",
    url: str = "",
    attached: bool = False,
    last: Mapping[str, Mapping[str, Any]] | None = None,
) -> Letter:
    """The words of an alert. ``product`` is a key of PRODUCTS; ``last``: how each station's last deployment ended."""
    counts = count(records)
    told = answer(counts["compliant"], len(records), words)
    schools = _schools(records)
    about = (
        printable(next(iter(schools))) if len(schools) == 1 else words.plural("{n} school", "{n} schools", len(schools))
    )
    subject = f"[{PRODUCTS[product].title}] {about} : {', '.join(_reasons(alert, words))} ({told})"
    by_status = [f"{words.number(n)} {words.of(STATUSES[status].label)}" for status, n in counts.items() if n]
    lines = [(told, by_status), (_verdict(alert, words), [])]
    if alert.crossed is not None:
        lines.append((_crossed(alert, words), []))
    for kind, found in alert.changes.items():
        heading = f"{words.of(CHANGES[kind])} : {words.number(len(found))}"
        lines.append((heading, _some([_line(change, words) for change in found], words)))
    if left := _left(records, last or {}, words):
        heading = words("Where the last deployment has left something to do")
        lines.append((f"{heading} : {words.number(len(left))}", _some(left, words)))
    of_each = [
        words(
            "{school}: server {release}, {answer}",
            school=printable(name),
            release=printable(release or words("unknown")),
            answer=answer(ok, total, words),
        )
        for name, (release, ok, total) in schools.items()
    ]
    lines.append((words("Schools"), _some(of_each, words)))
    if attached:
        lines.append((words("The whole report is attached; it opens in a browser."), []))
    if url:
        lines.append((words("Report: {url}", url=printable(url)), []))
    return Letter(subject=subject, lines=lines)


def _left(records: Sequence[RecordSummary], last: Mapping[str, Mapping[str, Any]], words: Words) -> list[str]:
    """A line for each station that its last deployment has left as it is: how it ended, and what comes next."""
    found = []
    for record in records:
        left = unsettled({**record, "last": last.get(record["station"])})
        if left is not None:
            told = last_words(left, day=words.date(local(left["at"])), words=words)
            following = words("Next: {step}", step=NEXT[left["next"]])
            where = ", ".join(part for part in (record["school"], record["room"]) if part)
            found.append(printable(f"{record['station']} ({where}) : {told}. {following}"))
    return found


def _schools(records: Sequence[RecordSummary]) -> dict[str, tuple[str, int, int]]:
    """Name → (release of its server, stations up to date, stations)."""
    found: dict[str, tuple[str, int, int]] = {}
    for record in records:
        name = " ".join(part for part in (record["school"], record["school_name"]) if part) or "-"
        release, ok, total = found.get(name, ("", 0, 0))
        release = release or record["expected"] or ""
        found[name] = (release, ok + (record["status"] == "compliant"), total + 1)
    return found


def _some(lines: list[str], words: Words) -> list[str]:
    """The first of them, and how many more there are."""
    rest = len(lines) - _SHOWN
    return [*lines[:_SHOWN], words.plural("… and {n} more", "… and {n} more", rest)] if rest > 0 else lines


def _verdict(alert: Alert, words: Words) -> str:
    after = VERDICTS[alert.verdict]
    if not alert.verdict_before:
        return words("Verdict: {after}.", after=after)
    return words("Verdict: {after} (before: {before}).", after=after, before=VERDICTS.get(alert.verdict_before, ""))


def _crossed(alert: Alert, words: Words) -> str:
    values = {"judged": words.number(alert.judged), "threshold": words.number(alert.threshold)}
    if alert.crossed:
        return words.plural(
            "Threshold passed: {n} of {judged} stations is not up to date (threshold: {threshold} %).",
            "Threshold passed: {n} of {judged} stations are not up to date (threshold: {threshold} %).",
            alert.wrong,
            **values,
        )
    return words.plural(
        "Below the threshold again: {n} of {judged} stations is not up to date (threshold: {threshold} %).",
        "Below the threshold again: {n} of {judged} stations are not up to date (threshold: {threshold} %).",
        alert.wrong,
        **values,
    )


def _reasons(alert: Alert, words: Words) -> list[str]:
    reasons = []
    if alert.crossed is not None:
        reasons.append(words("threshold passed") if alert.crossed else words("below the threshold again"))
    reasons += [_counted(kind, len(found), words) for kind, found in alert.changes.items()]
    return reasons + ([words("verdict changed")] if alert.verdict_before else [])


def _counted(kind: str, number: int, words: Words) -> str:
    """How many changes of a kind, for the subject."""
    match kind:
        case "newly_late":
            return words.plural("{n} to do", "{n} to do", number)
        case "fixed":
            return words.plural("{n} fixed", "{n} fixed", number)
        case "by_hand":
            return words.plural("{n} changed without us", "{n} changed without us", number)
        case "new":
            return words.plural("{n} new", "{n} new", number)
    return words.plural("{n} gone", "{n} gone", number)


def _line(change: Mapping[str, str], words: Words) -> str:
    where = ", ".join(part for part in (change["school"], change["room"]) if part)
    before, after = (_status(change[side], words) for side in ("before", "after"))
    return printable(f"{change['station']} ({where}) : " + (f"{before} → {after}" if before else after))


def _status(code: str, words: Words) -> str:
    """A status in words; what is none (a release, in a change by hand) as it is."""
    if code == VANISHED:
        return words("gone")
    return words.of(STATUSES[code].label) if code in STATUSES else code


def address(text: str, *, option: str) -> str:
    """A mail address as given (``a@b.fr`` or ``Name <a@b.fr>``). Raises ValueError for anything else."""
    refusal = Message(
        "{option}: {text} is not a mail address; give one, as in admin@example.org", option=option, text=repr(text)
    )
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
    message: Letter, *, sender: str, recipients: Sequence[str], report: tuple[str, bytes] | None, moment: Any
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


def payload(message: Letter, alert: Alert, *, counts: Mapping[str, int], product: str, at: str, url: str) -> bytes:
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
