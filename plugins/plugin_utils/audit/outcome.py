# SPDX-License-Identifier: GPL-3.0-or-later
"""What a whole audit comes to: compliant, not compliant, or too incomplete to say; and the exit code of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.base.message import Message, enumerated, linked
from .record import RecordSummary, count
from .status import FAULTY, SILENT, STATUSES, UNKNOWN, UNREAD

__all__ = ["EXIT_CODES", "VERDICTS", "AuditOutcome", "conclude"]

EXIT_CODES = {"compliant": 0, "not_compliant": 1, "incomplete": 3}
"""Those of ``bin/pronote-audit``. 2 is an error, as it is for ansible-playbook; 3 is "unknown" for monitoring plugins
(monitoring-plugins.org guidelines), which is what an incomplete audit is."""

VERDICTS = tuple(EXIT_CODES)

_SILENT_GAP = Message.plural(
    "{n} of {total} stations is unreachable or refused, more than {limit} %",
    "{n} of {total} stations are unreachable or refused, more than {limit} %",
    0,
    total=0,
    limit="",
)
_UNREAD_GAP = Message.plural(
    "{n} of {total} stations is unreachable, refused or was never read, more than {limit} %",
    "{n} of {total} stations are unreachable, refused or were never read, more than {limit} %",
    0,
    total=0,
    limit="",
)
_UNKNOWN_GAP = Message.plural(
    "{n} of {total} stations is of unknown release, more than {limit} %",
    "{n} of {total} stations are of unknown release, more than {limit} %",
    0,
    total=0,
    limit="",
)


@dataclass(frozen=True, kw_only=True)
class AuditOutcome:
    """``verdict`` says how things are; ``failing``, ``failed`` and ``exit_code`` what the admin wants to be told."""

    verdict: str
    complete: bool
    gaps: list[Message] = field(default_factory=list)  # why it is incomplete
    failing: list[str] = field(default_factory=list)
    failed: bool = False
    exit_code: int = 0
    message: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for the result of the task and the JSON report."""
        return {
            "verdict": self.verdict,
            "complete": self.complete,
            "gaps": [str(gap) for gap in self.gaps],
            "failing": self.failing,
            "exit_code": self.exit_code,
        }


def conclude(
    records: Sequence[RecordSummary],
    *,
    fail_on: Iterable[str] = (),
    max_unreachable: float = 50,
    max_unknown: float = 5,
    more_gaps: Sequence[Message] = (),
) -> AuditOutcome:
    """Judge a whole audit.

    ``max_unreachable`` and ``max_unknown`` are percentages of the stations: with more than that silent (or never read,
    in the picture of all), or of unknown release, the audit is incomplete. A station known to be wrong outweighs those
    not known: ``not_compliant`` wins, and ``complete`` still says that there are gaps. ``fail_on`` holds statuses and
    verdicts; ``more_gaps``: why it is incomplete beside that. Raises ValueError.
    """
    # A field that a scheduler leaves empty (-e pronote_audit_fail_on=) is a list of one empty text.
    wanted = {each for each in fail_on if each}
    # No station of a run is one that no run has looked at.
    given = [each for each in STATUSES if each not in UNREAD]
    if unknown := wanted - {*given, *VERDICTS}:
        known = [each for each in (*given, *VERDICTS) if each != "compliant"]
        raise ValueError(
            Message(
                "fail_on: unknown status {unknown}; known: {known}",
                unknown=", ".join(sorted(unknown)),
                known=", ".join(known),
            )
        )
    for name, percent in (("max_unreachable", max_unreachable), ("max_unknown", max_unknown)):
        if not 0 <= percent <= 100:
            raise ValueError(
                Message(
                    "{name} is {percent}, and must be a percentage from 0 to 100",
                    name=name,
                    percent=format(percent, "g"),
                )
            )
    counts = count(records)
    gaps = [*_gaps(counts, len(records), max_unreachable=max_unreachable, max_unknown=max_unknown), *more_gaps]
    faulty = any(counts[status] for status in FAULTY)
    verdict = "not_compliant" if faulty else "incomplete" if gaps else "compliant"
    named = set(FAULTY) | wanted if "not_compliant" in wanted else wanted
    failing = [r["station"] for r in records if r["status"] in named]
    too_incomplete = bool(gaps) and "incomplete" in wanted
    # Without ``fail_on`` the verdict decides; with it, only what it names.
    told = "not_compliant" if failing else "incomplete" if too_incomplete else "compliant"
    return AuditOutcome(
        verdict=verdict,
        complete=not gaps,
        gaps=gaps,
        failing=failing,
        failed=bool(failing) or too_incomplete,
        exit_code=EXIT_CODES[told if wanted else verdict],
        message=_message(failing, records, named, gaps if too_incomplete else []),
    )


def _gaps(counts: Mapping[str, int], total: int, *, max_unreachable: float, max_unknown: float) -> list[Message]:
    if not total:
        return [Message("no station was audited")]
    gaps = []
    unread = any(counts[status] for status in UNREAD)
    for statuses, limit, gap in (
        ((*SILENT, *UNREAD), max_unreachable, _UNREAD_GAP if unread else _SILENT_GAP),
        (UNKNOWN, max_unknown, _UNKNOWN_GAP),
    ):
        number = sum(counts[status] for status in statuses)
        if 100 * number > limit * total:
            gaps.append(gap.given(n=number, total=total, limit=f"{limit:g}"))
    return gaps


def _message(failing: list[str], records: Sequence[object], named: set[str], gaps: list[Message]) -> str:
    incomplete = Message("the audit is incomplete: {gaps}", gaps=enumerated(gaps)) if gaps else ""
    if not failing:
        return incomplete
    told = Message.plural(
        "{n} of {total} stations is {statuses}: {names}",
        "{n} of {total} stations are {statuses}: {names}",
        len(failing),
        total=len(records),
        statuses=linked(
            Message("{first} or {then}"), [each.label for status, each in STATUSES.items() if status in named]
        ),
        names=", ".join(failing[:10]) + (" …" if len(failing) > 10 else ""),
    )
    return Message("{first}. {then}", first=told, then=incomplete) if gaps else told
