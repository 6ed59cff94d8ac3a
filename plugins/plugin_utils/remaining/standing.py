# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a station stands between two runs: what was found on it, how the last deployment went, whom to try again.

Pure. ``found`` is what the station showed when it was last seen: "" (never seen), ``right``, ``late`` (older, absent or
of an earlier year), ``ahead``, ``several``, ``unknown``. ``outcome`` is how the last deployment ended: "" (none yet),
``done``, ``skipped`` (in use, outside its hours…), ``armed`` (left to the station's next start), ``held`` (its school
stopped before its turn), ``failed``, ``unreachable``, ``refused``, ``running`` (the job goes on by itself), ``frozen``
(installed on a station that is put back at each start: the next has to show that it stays).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.product.release import Release
from ..station.judgement import judged

__all__ = [
    "CONFIRM_REMEDY",
    "GROUPS",
    "MAX_FAILURES",
    "TO_CONFIRM",
    "Standing",
    "after",
    "found_in",
    "groups_of",
    "outcome_of",
    "reaimed",
]

MAX_FAILURES = 3
"""Failures in a row after which a station is no longer tried by itself: the same cause would fail it every evening."""

GROUPS = ("pronote_late", "pronote_pending", "pronote_failed", "pronote_never_seen")
"""The groups of the inventory plugin, in the order in which they are shown."""

TO_CONFIRM = Message("done on a frozen station ({freezer}), to be confirmed after a restart")
"""Why a frozen station is not done."""

CONFIRM_REMEDY = Message("Run again after a restart of the station: it then shows whether the client has stayed.")

# A quota, a fault or a cut is the evening's; only what the station itself shows comes back as it is the next day.
_LASTING = frozenset({"fact", "configuration"})


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One station and one product."""

    found: str = ""
    outcome: str = ""
    since: str | None = None
    reason: str = ""
    remedy: str = ""
    failures: int = 0
    # What releases before 0.3 have stored, whose reason is no Message.
    reason_fr: str = ""

    @property
    def right(self) -> bool:
        """Nothing is left to do: as wanted when last seen, and no job under way since."""
        return self.found == "right" and self.outcome not in {"failed", "running", "frozen"}

    @property
    def given_up(self) -> bool:
        """Trying once more by itself would change nothing: it takes an administrator."""
        return self.failures >= MAX_FAILURES or self.found == "ahead"


def found_in(clients: Iterable[Mapping[str, Any]], wanted: Release, *, absent: bool = False) -> str:
    """Judge what a station shows (``StationState.as_dict()["clients"]``) against what a deployment wants of it."""
    of_year = [c for c in clients if c["year"] == wanted.year]
    if absent:
        return "late" if of_year else "right"
    found = judged(
        [(c["year"], Release.parse(c["release"]) if c["release"] else None, c["condition"]) for c in of_year], wanted
    )
    if found.right:
        return "right"
    return "ahead" if found.newer else "late"


def outcome_of(kind: str) -> str:
    """``outcome`` for the kind of a StationError."""
    return kind if kind in {"unreachable", "refused", "running"} else "failed"


def reaimed(before: Standing) -> Standing:
    """The standing when another release is wanted from now on: what was right is late, what failed may be tried."""
    return replace(before, found="late" if before.found == "right" else before.found, failures=0)


def after(
    before: Standing,
    *,
    now: str,
    found: str | None,
    outcome: str | None,
    reason: str,
    remedy: str = "",
    kind: str = "",
) -> Standing:
    """The standing after a run. ``found`` None: not seen this time; ``outcome`` None: an audit, which tries nothing."""
    if outcome == "held" and before.outcome == "failed":
        # Nothing was tried: what it failed for is still what is to be mended.
        return before
    failures = before.failures
    if outcome == "failed":
        failures += kind in _LASTING
    elif outcome in {"done", "running"} or found == "right":
        failures = 0
    told = Standing(
        found=before.found if found is None else found,
        # A station that an audit has found right needs no remedy any more, whatever the last deployment met.
        outcome=(before.outcome if found != "right" else "done") if outcome is None else outcome,
        since=before.since or now,
        reason=reason,
        remedy=remedy,
        failures=failures,
    )
    if told.right:
        return Standing(found=told.found, outcome=told.outcome)
    if outcome is None and before.outcome in {"failed", "skipped", "held", "armed"}:
        # What the deployment met says more than the audit's "late".
        return replace(told, reason=before.reason, remedy=before.remedy, reason_fr=before.reason_fr)
    return told


def groups_of(standing: Standing | None, *, seen: bool) -> list[str]:
    """The groups of a station; ``standing`` None when no run has met it yet."""
    known = standing or Standing()
    belongs = {
        "pronote_late": known.found == "late",
        "pronote_pending": not known.right and not known.given_up,
        "pronote_failed": known.outcome == "failed",
        "pronote_never_seen": not seen,
    }
    return [group for group in GROUPS if belongs[group]]
