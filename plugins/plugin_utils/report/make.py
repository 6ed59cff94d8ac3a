# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the reports of a whole audit: gather the records, put them in the store, judge, write.

I/O: the store and files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ...module_utils.base.clock import now
from ...module_utils.base.files import write_atomically
from ...module_utils.base.message import Message, message_of, sentences
from ...module_utils.base.text import some_of
from ...module_utils.product.products import PRODUCTS
from ...module_utils.server.description import ServedRelease
from ..audit.kept import (
    Audit,
    History,
    read_history,
    save_audit,
)
from ..audit.outcome import AuditOutcome, conclude
from ..audit.record import AuditRecord, ShownRecord, make_record, never_read
from ..audit.verdict import Verdict
from ..inventory.identity import Identity
from ..inventory.schools import said
from ..inventory.typed import as_typed
from ..pages.titles import audit_title, board_title
from ..places.product import of_product
from ..remaining.last import LastDeployment, last_deployments
from ..store.errors import StoreError
from ..store.store import Store, store_exists
from ..survey.results import read_results
from ..words.catalogue import catalogue
from ..words.words import Words
from .arguments import KINDS
from .commands import Commands
from .document import document
from .write import ReportError, write_reports

__all__ = [
    "ReportResult",
    "audit_pages",
    "commands",
    "files",
    "make",
    "place_of",
    "records_of",
    "stations_of",
    "tell_outcome",
    "to_audit",
    "unread_in",
    "unread_of",
]

_SHOWN = 5
"""Stations that a message names."""


def audit_pages(html: str | None, words: Words) -> list[tuple[str, str]]:
    """Title and file of the audit of each product, when ``html`` is the client's."""
    return [(audit_title(product, words), of_product(html, product)) for product in PRODUCTS]


@dataclass(frozen=True, kw_only=True)
class ReportResult:
    """What came of it.

    ``outcome``: of the stations of this run; ``verdict``: of all of the inventory, of which ``unread`` were never read.
    ``error``: a report could not be written, after all others were. ``warnings``: the store's, and of an inventory
    that is cut. ``in_part``: the schools that are.
    """

    outcome: AuditOutcome
    verdict: str = ""
    unread: int = 0
    written: dict[str, str] = field(default_factory=dict)
    changes: dict[str, Any] | None = None
    error: str = ""
    warnings: list[str] = field(default_factory=list)
    in_part: list[str] = field(default_factory=list)


def records_of(variables: Mapping[str, Any], name: str) -> Iterator[AuditRecord]:
    """The record of every station of the play; one whose audit failed as a task has one too, that says so.

    What is registered for a station is its own result, or where a survey has put those of many.
    """
    surveyed: dict[str, Mapping[str, Any]] = {}
    read: set[str] = set()
    for host in variables["ansible_play_hosts_all"]:
        registered = surveyed.get(host)
        if registered is None:
            registered = variables["hostvars"][host].get(name)
            if registered and "survey" in registered:
                # Those that a survey left out have its path, too.
                if registered["survey"] not in read:
                    surveyed |= read_results(registered["survey"])
                    read.add(registered["survey"])
                registered = surveyed.get(host)
        if not registered or registered.get("skipped"):
            continue
        known = "record" in registered
        yield cast("AuditRecord", {**registered["record"]}) if known else _failed(str(host), variables, registered)


def unread_of(variables: Mapping[str, Any], name: str) -> str:
    """Which stations of a survey have no record, and why; empty when all have one.

    With a worker each, such a station fails, and the play with it; a survey has one result for all.
    """
    registered = variables["hostvars"][variables["ansible_play_batch"][0]].get(name) or {}
    unread = dict(registered.get("unread") or {})
    if not unread:
        return ""
    return Message(
        "Stations that could not be audited: {shown}. A variable is corrected in the inventory.",
        shown=some_of([f"{station} ({why})" for station, why in unread.items()], _SHOWN),
    )


def _failed(station: str, variables: Mapping[str, Any], registered: Mapping[str, Any]) -> AuditRecord:
    place = place_of(variables)(station)
    why = str(registered["msg"]) if "msg" in registered else Message("see the log")
    reason = Message("the audit's task failed: {why}", why=why)
    remedy = Message("Correct the station's variables in the inventory.")
    return make_record(
        Verdict(status="unknown_release", reason=reason, remedy=remedy),
        station=station,
        school=place["school"],
        school_name=place["school_name"],
        room=place["room"],
        expected=ServedRelease(),
    )


def commands(variables: Mapping[str, Any]) -> Commands:
    """How the admin who runs this would type a command: paths relative to where they are."""
    return Commands(
        inventories=tuple(as_typed(source) for source in variables.get("ansible_inventory_sources") or ()),
        playbooks=as_typed(str(variables.get("playbook_dir") or "playbooks")),
        groups={name: frozenset(hosts) for name, hosts in variables["groups"].items() if name not in _EVERYTHING},
    )


_EVERYTHING = {"all", "ungrouped"}


def stations_of(variables: Mapping[str, Any], product: str) -> list[str]:
    """The stations that a run without a limit would audit: those of the product's group, or the whole inventory when
    this play is about others. A station that has left the group is not audited any more, and has vanished."""
    return to_audit(variables, product) or [str(host) for host in variables["groups"]["all"]]


def to_audit(variables: Mapping[str, Any], product: str, *, of_play: bool = False) -> list[str]:
    """The stations of the product's group, when this play is about some of them; none when it is about others.
    ``of_play``: no more than those of this play."""
    own = [str(host) for host in variables["groups"].get(PRODUCTS[product].group, ())]
    play = {str(host) for host in variables["ansible_play_hosts_all"]}
    return [host for host in own if host in play or not of_play] if play <= set(own) else []


def place_of(variables: Mapping[str, Any]) -> Callable[[str], dict[str, str]]:
    """School and room of a station, by its name. Each costs what working out its variables does (2 ms)."""

    def place(station: str) -> dict[str, str]:
        values = variables["hostvars"][station]
        names = (("school", "pronote_uai"), ("school_name", "pronote_school"), ("room", "pronote_room"))
        return {name: said(values, variable) for name, variable in names}

    return place


def make(
    records: list[AuditRecord],
    paths: Mapping[str, str | None],
    *,
    product: str,
    words: Words,
    fail_on: list[str],
    max_unreachable: float,
    max_unknown: float,
    store: str | None,
    keep_days: int,
    outcome: str | None,
    board: str | None,
    stations: list[str],
    inventory: Identity,
    commands: Commands,
    check: bool,
    later: bool = False,
    awaited: Sequence[str] = (),
    place: Callable[[str], dict[str, str]] = lambda _station: {"school": "", "school_name": "", "room": ""},
) -> ReportResult:
    """Judge an audit, keep it and write its reports; in check mode nothing is kept or written. Raises ValueError.

    ``paths``: as in report/write.py's KINDS. ``store`` empty: no history. ``outcome``: the file for bin/pronote-audit.
    ``board``: the file of the board, which the page may have beside it. ``stations``, ``inventory`` and ``later`` as in
    Audit. ``awaited``: the stations that audits are to look at, and ``place`` what is known of one that none has seen.
    """
    if keep_days < 1:
        raise ValueError(Message("keep_days is {days}, and must be at least 1", days=keep_days))
    concluded = conclude(records, fail_on=fail_on, max_unreachable=max_unreachable, max_unknown=max_unknown)
    audit = Audit(
        at=now(),
        records=records,
        stations=stations,
        inventory=inventory,
        verdict=concluded.verdict,
        product=product,
        later=later,
    )
    warnings: list[str] = []
    last: Mapping[str, LastDeployment] = {}
    try:
        history = _history(audit, store or "", keep_days=keep_days, check=check)
        shown_of = {row["station"] for row in history.picture} if later else None
        last = last_deployments(store, product, stations=shown_of)
    except StoreError as exc:
        # The history is lost for today; the report is not.
        history = History.none(audit)
        warnings.append(
            Message(
                "{error} This audit is not in the history, nor is the history in its reports.", error=message_of(exc)
            )
        )
    unread = unread_in(history, awaited, place)
    shown = [*history.picture, *unread]
    for record in records:
        record["last"] = last.get(record["station"])
    for row in shown:
        row["last"] = last.get(row["station"])
    report = document(
        shown,
        at=audit.at,
        outcome=conclude(shown, max_unreachable=max_unreachable, max_unknown=max_unknown),
        run=concluded,
        changes=history.changes,
        releases=history.releases,
        product=product,
        history_problem=sentences(warnings),
        french=catalogue("fr"),
    )
    written, error = ({}, "") if check else files(report, history, paths, board=board, commands=commands, words=words)
    result = ReportResult(
        outcome=concluded,
        verdict=report["verdict"],
        unread=len(unread),
        written=written,
        changes=report["changes"],
        error=error,
        warnings=[*warnings, *_in_part(history.cut)],
        in_part=list(history.cut),
    )
    if outcome:
        # In a check too: it is the exit code of this run, not a state.
        tell_outcome(result, of_product(outcome, product), words=words)
    return result


def unread_in(history: History, awaited: Sequence[str], place: Callable[[str], dict[str, str]]) -> list[ShownRecord]:
    """Who of the inventory no audit has looked at. Without a history nobody knows whom an earlier one has."""
    seen = {row["station"] for row in history.picture}
    return [never_read(n, **place(n)) for n in awaited if n not in seen] if history.changes is not None else []


def files(
    report: dict[str, Any],
    history: History,
    paths: Mapping[str, str | None],
    *,
    board: str | None,
    commands: Commands,
    words: Words,
) -> tuple[dict[str, str], str]:
    """Write the reports: which were written, by their kind, and why one was not."""
    try:
        written = write_reports(
            {kind: of_product(paths[kind], report["product"]) for kind in KINDS},
            report,
            trends=history.trend,
            commands=commands,
            words=words,
            pages=(*audit_pages(paths["html"], words), (board_title(words), board or "")),
        )
    except ReportError as exc:
        return {}, message_of(exc)
    return written, ""


def tell_outcome(result: ReportResult, path: str, *, words: Words) -> None:
    """Write what ``bin/pronote-audit`` reads. Raises OSError."""
    said = {
        **result.outcome.as_dict(),
        "failed": result.outcome.failed,
        # For people: the command prints them as they are.
        "language": words.language,
        "gaps": [words.of(gap) for gap in result.outcome.gaps],
        "error": words.of(result.error),
    }
    write_atomically(Path(path), json.dumps(said).encode(), mode=0o600)


def _in_part(cut: Mapping[str, int]) -> list[Message]:
    if not cut:
        return []
    return [
        Message(
            "this job's inventory lacks stations that it is known to have ({shown}): it looks like one of AWX's "
            "slices. Nothing is concluded about them, nor about who has vanished. Set job_slice_count to 1, and make a "
            "job of each school (docs/plusieurs-noeuds.md).",
            shown=some_of([f"{school} −{n}" for school, n in cut.items()], _SHOWN),
        )
    ]


def _history(audit: Audit, file: str, *, keep_days: int, check: bool) -> History:
    """The history with this audit in it. Raises StoreError."""
    # Opening a store that does not exist would make it, and a check makes nothing.
    if not file or (check and not store_exists(file)):
        return History.none(audit)
    with Store(file) as store:
        return read_history(store, audit) if check else save_audit(store, audit, keep_days=keep_days)
