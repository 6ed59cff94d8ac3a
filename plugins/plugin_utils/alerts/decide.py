# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an audit is worth a message, and what is new in it. Pure.

Each way of telling (mail, webhook) has a memory of its own: what it last *told* of each station. An audit is compared
with that, not with the audit before: what could not be sent tonight is told tomorrow, and what was told is not told
again, however many audits were made by hand in between.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...module_utils.base.message import Message
from ..audit.record import RecordSummary
from ..audit.status import FAULTY, JUDGED

__all__ = ["KINDS", "Alert", "AlertState", "decide"]

EVENTS = ("by_hand", "new", "vanished")
KINDS = ("newly_late", "fixed", *EVENTS, "verdict")
"""What may be worth a message."""


@dataclass(frozen=True, kw_only=True)
class AlertState:
    """What was last told. ``stations``: wrong or not, of each that was judged. ``pending``: changes that are seen once
    only, and could not be told yet. ``whole``: a whole audit was looked at; until then a station that is not among
    ``stations`` was left out by a limit, and is no news."""

    stations: dict[str, bool] = field(default_factory=dict)
    verdict: str = ""
    past: bool = False  # past the threshold
    pending: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    whole: bool = True


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What there is to tell. ``crossed``: the threshold was passed (True), or is no longer (False)."""

    changes: dict[str, list[dict[str, str]]]
    verdict: str
    verdict_before: str = ""
    crossed: bool | None = None
    wrong: int = 0
    judged: int = 0
    threshold: float = 100.0


def decide(
    told: AlertState | None,
    records: Sequence[RecordSummary],
    *,
    changes: Mapping[str, Sequence[Mapping[str, str]]],
    verdict: str,
    on: Collection[str],
    threshold: float,
    limited: bool,
) -> tuple[Alert | None, AlertState, AlertState]:
    """What to tell, if anything; what to remember once it is told; what to remember when it could not be.

    ``told`` None: nothing was ever told. What is found then is where to start from, not news, but for the threshold.
    ``changes`` are those of audit_report, of which only what no later audit can find again is used. ``threshold`` is a
    percentage of the stations that could be judged. A ``limited`` run knows neither verdict nor share of the whole, and
    is where to start from for its own stations only.
    Raises ValueError for a kind of change that does not exist or a threshold that is no percentage.
    """
    if unknown := sorted(set(on) - set(KINDS)):
        raise ValueError(
            Message(
                "tell: unknown change {unknown}; known: {kinds}", unknown=", ".join(unknown), kinds=", ".join(KINDS)
            )
        )
    if not 0 <= threshold <= 100:
        raise ValueError(
            Message(
                "threshold is {threshold}, and must be a percentage from 0 to 100", threshold=format(threshold, "g")
            )
        )
    now = {r["station"]: r["status"] in FAULTY for r in records if r["status"] in JUDGED}
    before = told or AlertState(stations=now, verdict="" if limited else verdict, whole=not limited)
    events = {
        kind: [*before.pending.get(kind, ()), *(dict(change) for change in changes.get(kind, ()))]
        for kind in EVENTS
        if kind in on
    }
    news = {**_news(before, now, records, on), **events}
    wrong = sum(now.values())
    past = before.past if limited or not now else 100 * wrong > threshold * len(now)
    said = before.verdict if limited else verdict
    turned = "verdict" in on and before.verdict not in {"", said}
    gone = {change["station"] for change in changes.get("vanished", ())}
    after = AlertState(
        stations={name: bad for name, bad in {**before.stations, **now}.items() if name not in gone},
        verdict=said,
        past=past,
        whole=before.whole or not limited,
    )
    unsent = replace(before, pending={kind: found for kind, found in events.items() if found})
    if not any(news.values()) and not turned and past == before.past:
        return None, after, unsent
    alert = Alert(
        changes={kind: news[kind] for kind in KINDS if news.get(kind)},
        verdict=verdict,
        verdict_before=before.verdict if turned else "",
        crossed=past if past != before.past else None,
        wrong=wrong,
        judged=len(now),
        threshold=threshold,
    )
    return alert, after, unsent


def _news(
    before: AlertState, now: Mapping[str, bool], records: Sequence[RecordSummary], on: Collection[str]
) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for record in records:
        name = record["station"]
        was = before.stations.get(name, False if before.whole else now.get(name))
        kind = "newly_late" if now.get(name) else "fixed"
        if name in now and now[name] != was and kind in on:
            where = {"station": name, "school": record["school"], "room": record["room"]}
            found.setdefault(kind, []).append({**where, "before": "", "after": record["status"]})
    return found
