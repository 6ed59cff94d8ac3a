# SPDX-License-Identifier: GPL-3.0-or-later
"""The conclusion over all schools: from what the store has of every audit, whichever job or node made it.

No station is asked anything. I/O: the store and files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from ...module_utils.base.clock import now, utc_now
from ...module_utils.base.message import Message
from ...module_utils.base.text import some_of
from ...module_utils.base.times import iso
from ..audit.kept import Audit, conclude_audits
from ..audit.outcome import AuditOutcome, conclude
from ..audit.record import RecordSummary, ShownRecord
from ..inventory.identity import Identity
from ..places.product import of_product
from ..remaining.last import last_deployments
from ..store.store import Store, store_exists
from ..words.catalogue import catalogue
from ..words.words import Words
from .commands import Commands
from .document import document
from .make import ReportResult, files, tell_outcome, unread_in

__all__ = ["conclude_all", "too_old"]

_SHOWN = 5
"""Schools that a message names."""

_TOO_OLD = Message.plural(
    "{n} of {total} stations was not audited in the last {hours} h ({schools})",
    "{n} of {total} stations were not audited in the last {hours} h ({schools})",
    0,
    total=0,
    hours="",
    schools="",
)


def too_old(rows: Sequence[ShownRecord], *, since: str, hours: float) -> list[Message]:
    """Why a conclusion is incomplete: no audit has looked at these stations since then, whatever it found.

    One station is enough. An audit has a word on each of its own, be it that it does not answer: what is missing is
    a job.
    """
    old = [row for row in rows if (row["at"] or "") < since]
    if not old:
        return []
    schools = some_of(sorted({row["school"] for row in old}), _SHOWN)
    return [_TOO_OLD.given(n=len(old), total=len(rows), hours=f"{hours:g}", schools=schools)]


def conclude_all(
    paths: Mapping[str, str | None],
    *,
    product: str,
    words: Words,
    fail_on: Sequence[str],
    max_unreachable: float,
    max_unknown: float,
    max_age: float,
    store: str,
    keep_days: int,
    outcome: str | None,
    board: str | None,
    stations: Sequence[str],
    inventory: Identity,
    commands: Commands,
    check: bool,
    place: Callable[[str], dict[str, str]],
) -> tuple[ReportResult, list[ShownRecord]]:
    """Judge the last word on every station, and write the reports; returns the rows too. In check mode nothing is kept
    or written.

    ``max_age``: hours; the others as of ``make``. Raises ValueError, StoreError, OSError.
    """
    if keep_days < 1:
        raise ValueError(Message("keep_days is {days}, and must be at least 1", days=keep_days))
    if not 0 < max_age <= _LONGEST:
        raise ValueError(Message("max_age is {hours}, and must be from 1 hour to {most}", hours=max_age, most=_LONGEST))
    # Opening a store that does not exist would make it, and there is nothing in it to conclude from.
    if not store_exists(store):
        raise ValueError(
            Message(
                "there is no store in {path}: a conclusion is made of what audits have kept. Audit first, with the "
                "same pronote_state.",
                path=store or "pronote_state",
            )
        )
    since = iso(utc_now() - dt.timedelta(hours=max_age))

    def judged(rows: Sequence[RecordSummary], gaps: Sequence[Message]) -> AuditOutcome:
        return conclude(rows, fail_on=fail_on, max_unreachable=max_unreachable, max_unknown=max_unknown, more_gaps=gaps)

    judged([], [])  # what is wrong with the arguments is found before anything is written
    audit = Audit(
        at=now(), records=[], stations=stations, inventory=inventory, verdict="", product=product, concludes=True
    )
    with Store(store) as opened:
        history = conclude_audits(
            opened,
            audit,
            judge=lambda rows: judged(rows, too_old(rows, since=since, hours=max_age)).verdict,
            keep_days=keep_days,
            check=check,
        )
    unread = unread_in(history, stations, place)
    shown = [*history.picture, *unread]
    last = last_deployments(store, product)
    for row in shown:
        row["last"] = last.get(row["station"])
    whole = judged(shown, too_old(shown, since=since, hours=max_age))
    report = document(
        shown,
        at=audit.at,
        outcome=whole,
        changes=history.changes,
        releases=history.releases,
        product=product,
        french=catalogue("fr"),
    )
    written, error = ({}, "") if check else files(report, history, paths, board=board, commands=commands, words=words)
    result = ReportResult(
        outcome=whole,
        verdict=whole.verdict,
        unread=len(unread),
        written=written,
        changes=report["changes"],
        error=error,
    )
    if outcome:
        tell_outcome(result, of_product(outcome, product), words=words)
    return result, shown


_LONGEST = 24 * 366
