# SPDX-License-Identifier: GPL-3.0-or-later
"""The last block of a run as plain data: what it was, how many stations ended how, by school, and why. Pure.

It is made where the run's results are, in the reader's words, and drawn where the terminal is known (``draw.py``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ...module_utils.base.message import Message
from ...module_utils.base.text import printable_line
from ...module_utils.base.times import local_minute
from ...module_utils.product.products import PRODUCTS, PRONOTE_CLIENT
from ..audit.outcome import AuditOutcome
from ..audit.record import RecordSummary, by_school
from ..audit.record import count as count_records
from ..audit.status import NEVER_READ, STATUSES, UNREAD
from ..words.words import Words
from .stations import OUTCOMES, StationEnd, count
from .stations import by_school as ends_by_school

__all__ = ["Command", "Count", "EndBlock", "Group", "Mode", "ServerRead", "block_of", "of_audit", "of_deployment"]

Command = Callable[[str], str]
"""The command for one of our playbooks, by its name."""

Mode = Literal["deploy", "dry_run", "stage"]

_TITLES: dict[Mode, Message] = {
    "deploy": Message("{product}, deployment", product=""),
    "dry_run": Message("{product}, dry run (nothing was done)", product=""),
    "stage": Message("{product}, files brought to the stations", product=""),
}

_AUDITED = {
    "compliant": Message.plural("{n} up to date", "{n} up to date"),
    "late": Message.plural("{n} late", "{n} late"),
    "ahead": Message.plural("{n} ahead", "{n} ahead"),
    "older_year_only": Message.plural("{n} with an older year only", "{n} with an older year only"),
    "several": Message.plural("{n} with several clients", "{n} with several clients"),
    "absent": Message.plural("{n} absent", "{n} absent"),
    "unreachable": Message.plural("{n} unreachable", "{n} unreachable"),
    "refused": Message.plural("{n} with access refused", "{n} with access refused"),
    "frozen": Message.plural("{n} to confirm after a restart", "{n} to confirm after a restart"),
    "unknown_release": Message.plural("{n} of unknown release", "{n} of unknown release"),
}
"""Stations by the status of an audit (audit/status.py), counted."""

_TO_BRING = frozenset({"late", "older_year_only", "absent"})
"""Those that a deployment is for."""

_VERDICTS = {
    "compliant": Message("The audit is compliant."),
    "not_compliant": Message("The audit is not compliant."),
    "incomplete": Message("The audit is incomplete: too few stations could be read."),
}

_FILES = {
    "html": Message("Page: {path}", path=""),
    "csv": Message("Spreadsheet (CSV): {path}", path=""),
    "path": Message("For programs (JSON): {path}", path=""),
    "prometheus": Message("Metrics: {path}", path=""),
    "junit": Message("JUnit: {path}", path=""),
}


ASK_AGAIN = Message("What servers said is kept for an hour: -e pronote_server_ask_again=true asks again.")
"""Of a release that is an answer from before."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """So many stations of one kind, in words."""

    text: str
    style: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Stations that ended alike and for one reason. ``kind``: in words, with its number, for the first group of it."""

    mark: str
    style: str
    kind: str
    stations: list[str]
    reason: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class ServerRead:
    """A school's server: the release of its clients, and when it said so (UTC). ``cached``: it was not asked now."""

    release: str
    read_at: str
    cached: bool


@dataclass(frozen=True, kw_only=True)
class EndBlock:
    """One play's part of it. ``schools``: name and counts, empty where there is one; ``after``: lines of their own."""

    title: str
    counts: list[Count]
    schools: list[tuple[str, list[Count]]]
    groups: list[Group]
    after: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for a task's result."""
        return asdict(self)


def block_of(data: Mapping[str, Any]) -> EndBlock:
    """What ``as_dict`` gave, after its way through a result. Raises KeyError, TypeError, ValueError."""
    return EndBlock(
        title=str(data["title"]),
        counts=_counts(data["counts"]),
        schools=[(str(school), _counts(counts)) for school, counts in data["schools"]],
        groups=[Group(**{**group, "stations": [str(name) for name in group["stations"]]}) for group in data["groups"]],
        after=[str(line) for line in data["after"]],
    )


def _counts(data: Iterable[Mapping[str, Any]]) -> list[Count]:
    return [Count(text=str(each["text"]), style=str(each["style"])) for each in data]


def _title(product: str) -> str:
    known = PRODUCTS.get(product, PRONOTE_CLIENT)
    return "PRONOTE" if known is PRONOTE_CLIENT else known.title


def _of_stations(head: str, number: int, words: Words) -> str:
    return words.plural("{head}: {n} station", "{head}: {n} stations", number, head=head)


def of_deployment(
    ends: Sequence[StationEnd],
    *,
    mode: Mode,
    product: str,
    words: Words,
    today: str = "",
    outcome: str = "",
    command: Command | None = None,
    servers: Sequence[ServerRead] = (),
    zone: dt.tzinfo | None = None,
) -> EndBlock:
    """That of a deployment. ``today``: as ``2026-11-26``, whose hours need no day; ``outcome``: the file for programs;
    ``command``: of a playbook that comes next; ``servers``: what the stations are brought to;
    ``zone``: of its times, by default this machine's."""
    head = words.of(_TITLES[mode].given(product=_title(product)))
    dry = mode == "dry_run"
    schools = ends_by_school(ends)
    ordered = [end for rows in schools.values() for end in rows]
    return EndBlock(
        title=_of_stations(head, len(ends), words),
        counts=_ended(ordered, dry=dry, words=words, today=today),
        schools=[
            (printable_line(school or words("no school")), _ended(rows, dry=dry, words=words, today=today))
            for school, rows in schools.items()
        ]
        if len(schools) > 1
        else [],
        groups=_groups(ordered, dry=dry, words=words),
        after=[
            *_servers(servers, words, zone),
            *([words("Outcome for programs (JSON): {path}", path=outcome)] if outcome else []),
            *_next_step(ends, command, mode=mode, words=words),
        ],
    )


def _next_step(ends: Sequence[StationEnd], command: Command | None, *, mode: Mode, words: Words) -> Iterator[str]:
    """What to do next, where something is: list what remains, prove what was done, or do what was only shown."""
    outcomes = {end.outcome for end in ends}
    if mode == "dry_run":
        if outcomes & {"to_install", "to_remove", "to_stage", "to_tidy"}:
            yield words("Next, to do it: the same command without --check.")
    elif mode == "deploy" and command is not None:
        if any(OUTCOMES[each].listed for each in outcomes):
            yield words("What remains: {command}", command=command("remaining"))
        elif "done" in outcomes:
            yield words("Next, to prove it: {command}", command=command("audit"))


def _servers(servers: Sequence[ServerRead], words: Words, zone: dt.tzinfo | None) -> list[str]:
    """When the release was read that stations are brought to, and how to ask again where the server was not asked."""
    if not servers:
        return []
    oldest = min(servers, key=lambda each: each.read_at)
    when = local_minute(oldest.read_at, zone=zone)
    read = (
        words("Server's release: {release}, read {when}", release=printable_line(oldest.release), when=when)
        if len(servers) == 1
        else words.plural(
            "Release of {n} server, read {when} at the earliest",
            "Releases of {n} servers, read {when} at the earliest",
            len(servers),
            when=when,
        )
    )
    return [read, *([words.of(ASK_AGAIN)] if any(each.cached for each in servers) else [])]


def _label(outcome: str, number: int, *, dry: bool, words: Words) -> str:
    known = OUTCOMES[outcome]
    return words.of((known.dry if dry and known.dry is not None else known.label).given(n=number))


def _ended(ends: Sequence[StationEnd], *, dry: bool, words: Words, today: str) -> list[Count]:
    counts = []
    for outcome, number in count(ends).items():
        if not number:
            continue
        text = _label(outcome, number, dry=dry, words=words)
        waits = {end.until for end in ends if end.outcome == outcome}
        if outcome == "left" and len(waits) == 1 and (until := waits.pop()):
            text = words("{stations} (until {moment})", stations=text, moment=until.removeprefix(f"{today} "))
        counts.append(Count(text=text, style=OUTCOMES[outcome].style))
    return counts


def _groups(ends: Sequence[StationEnd], *, dry: bool, words: Words) -> list[Group]:
    """By outcome, then by reason; the most frequent first."""
    groups = []
    for outcome, known in OUTCOMES.items():
        if not known.listed:
            continue
        alike: dict[tuple[str, str], list[str]] = {}
        for end in ends:
            if end.outcome == outcome:
                told = (printable_line(words.of(end.reason)), printable_line(words.of(end.remedy)))
                alike.setdefault(told, []).append(printable_line(end.station))
        kind = _label(outcome, sum(map(len, alike.values())), dry=dry, words=words)
        for (reason, remedy), names in sorted(alike.items(), key=lambda item: -len(item[1])):
            groups.append(
                Group(mark=known.mark, style=known.style, kind=kind, stations=names, reason=reason, remedy=remedy)
            )
            kind = ""
    return groups


def of_audit(
    records: Sequence[RecordSummary],
    *,
    outcome: AuditOutcome,
    product: str,
    written: Mapping[str, str],
    words: Words,
    unread: int = 0,
    check: bool = False,
    concludes: bool = False,
    command: Command | None = None,
) -> EndBlock:
    """That of an audit; ``concludes``: of what others have found.

    ``written``: the reports, by their kind (report/write.py); ``unread``: stations of the inventory that no audit has
    looked at; ``command``: of a playbook that comes next.
    """
    about = Message("{product}, all audits", product="") if concludes else Message("{product}, audit", product="")
    head = words.of(about.given(product=_title(product)))
    schools = by_school(records)
    dry = [words("Dry run: the reports were not written.")] if check else []
    following = []
    if command is not None and any(row["status"] in _TO_BRING for row in records):
        shown = f"{command('deploy')} --check --diff"
        following = [words("Next, to see what changes on the stations: {command}", command=shown)]
    return EndBlock(
        title=_of_stations(head, len(records), words),
        counts=_audited(records, words),
        schools=[
            (printable_line(_named(school, rows) or words("no school")), _audited(rows, words))
            for school, rows in schools.items()
        ]
        if len(schools) > 1
        else [],
        groups=[],
        after=[
            words.of(_VERDICTS[outcome.verdict]),
            *([words.of(NEVER_READ.given(n=unread))] if unread else []),
            *(words.of(_FILES[kind].given(path=printable_line(written[kind]))) for kind in _FILES if kind in written),
            *dry,
            *following,
        ],
    )


def _named(school: str, rows: Sequence[RecordSummary]) -> str:
    name = next((row["school_name"] for row in rows if row["school_name"]), "")
    return " ".join(each for each in (school, name) if each)


def _audited(records: Sequence[RecordSummary], words: Words) -> list[Count]:
    return [
        Count(text=words.of(_AUDITED[status].given(n=number)), style=STATUSES[status].style)
        for status, number in count_records(records).items()
        if number and status not in UNREAD
    ]
