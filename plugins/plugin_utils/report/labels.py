# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit concludes, what has changed since the one before, and what was tried last, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils.base.message import Message
from ..words.words import Words

__all__ = ["CHANGES", "LAST", "NEXT", "VERDICTS", "last_words", "unsettled"]

VERDICTS = {
    "compliant": Message("Compliant"),
    "not_compliant": Message("Not compliant"),
    "incomplete": Message("Audit incomplete"),
}
"""By the verdict of audit/outcome.py."""

CHANGES = {
    "newly_late": Message("Newly wrong"),
    "fixed": Message("Fixed"),
    "by_hand": Message("Changed without us (self-update, or a visit)"),
    "new": Message("New stations"),
    "vanished": Message("Gone from the inventory"),
}
"""By the kind of change of audit/history.py."""

LAST = {
    "done": Message.context("deployment", "done"),
    "skipped": Message("left for later"),
    "held": Message("held back"),
    "armed": Message("to be installed at the next start"),
    "failed": Message("failed"),
    "unreachable": Message("unreachable"),
    "refused": Message("access refused"),
    "running": Message("installation under way"),
    "frozen": Message("installed, to confirm after a restart"),
}
"""How a deployment ended, by the outcome of remaining/standing.py."""

NEXT = {
    "free_disk": Message("free disk space"),
    "record": Message("record the answers again"),
    "close_client": Message("close the client"),
    "mend": Message("mend what it failed for"),
    "pilot": Message("mend the pilot, or name another"),
    "wait": Message("wait for its end"),
    "start": Message("have it started anew"),
    "later": Message("deploy at its hours"),
    "deploy": Message("deploy"),
}
"""What comes next, by the step of remaining/next_step.py."""


def unsettled(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The last deployment of a station that is not as wanted, when it says what comes before the next; None otherwise.

    What an earlier release was to be has no say in this one; of one that was off the audit's own status says enough.
    """
    last: Mapping[str, Any] | None = row.get("last")
    if last is None or row["status"] == "compliant" or last["next"] == "deploy":
        return None
    return last if row["expected"] in {None, last["wanted"]} else None


def last_words(last: Mapping[str, Any], *, day: str, words: Words) -> str:
    """In one line: how it ended, on which ``day``, and why."""
    told = words("{outcome} on {date}", outcome=LAST[last["outcome"]], date=day)
    reason = words.field(last, "reason")
    return words("{first}: {then}", first=told, then=reason) if reason and last["outcome"] != "done" else told
