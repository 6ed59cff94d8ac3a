# SPDX-License-Identifier: GPL-3.0-or-later
"""A station's turn in the rings, as rentree.pronote.ring_step told it: go, keep back, or it had its turn before.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.base.message import Message, advised, sentences, sourced
from ...module_utils.product.release import Release

__all__ = ["Turn", "closed", "deferred", "in_ring", "keep_back", "nothing_to_bring", "other_release", "turn_of"]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Of one station in one step.

    ``plan``: its id; ``release``: what the school's server ran when the rings were made, empty when that is not looked
    at; ``held``: why it keeps back when its school stopped, ``by`` which stations, and how to go on (``remedy``);
    ``wrong``: that is an error of the school's variables; ``elsewhere``: another run has the school; ``earlier``: its
    result of an earlier step of the same plan.
    """

    plan: str
    release: str = ""
    go: bool = True
    held: str = ""
    by: tuple[str, ...] = ()
    remedy: str = ""
    wrong: bool = False
    elsewhere: bool = False
    earlier: Mapping[str, Any] = field(default_factory=dict)


def turn_of(name: str, planned: Mapping[str, Any], step: Mapping[str, Any], *, earlier: Any) -> Turn:
    """A station's turn. ``planned``, ``step``: the results of rings and of ring_step; ``earlier``: whatever the
    variable of the results has.
    """
    go_on = step.get("go_on", {}).get(name, {})
    return Turn(
        plan=planned["id"],
        release=planned["releases"].get(name, ""),
        go=name in step["go"],
        held=sourced(step["held"].get(name, ""), step.get("held_source", {}).get(name)),
        by=tuple(go_on.get("by", ())),
        remedy=sourced(go_on.get("remedy", ""), go_on.get("remedy_source")),
        wrong=name in step["wrong"],
        elsewhere=name in step.get("elsewhere", ()),
        earlier=earlier if isinstance(earlier, Mapping) else {},
    )


def in_ring(result: dict[str, Any], turn: Turn | None) -> dict[str, Any]:
    """Mark a result as one of this run's rings: an earlier play may have left another in the same variable."""
    return {**result, "ring_plan": turn.plan} if turn else result


def closed(reason: str) -> dict[str, Any]:
    """The result of a station whose school is not ready (rentree_gate): a failure, and the station was not asked."""
    remedy = Message("See playbooks/rentree.yml, or deploy all the same with pronote_rentree_gate=warn.")
    return _failed(reason, remedy, sentences([reason, remedy]))


def nothing_to_bring() -> dict[str, Any]:
    """The result of a station that is asked nothing: files are brought to it, and its product is to be removed."""
    return {**_nothing_done("none", Message("nothing is brought to a station for a removal")), "warnings": []}


def keep_back(turn: Turn | None) -> dict[str, Any] | None:
    """The result of a station that does not go now; None when it goes."""
    if turn is None or turn.go:
        return None
    if not turn.held:
        # It had its turn (it stood in for a pilot, or is the first station, which is in every step): what it showed
        # then stays its result, in the variable too. Skipped: it is neither shown nor counted twice.
        earlier = turn.earlier if turn.earlier.get("ring_plan") == turn.plan else {}
        return {**earlier, "skipped": True}
    if turn.wrong:
        remedy = Message("Correct the variable in the inventory of this school.")
        return in_ring(_failed(turn.held, remedy, advised(turn.held, remedy)), turn)
    kept = {**_skipped(turn.held, turn), "held_by": list(turn.by), "remedy": turn.remedy}
    return {**kept, "elsewhere": True} if turn.elsewhere else kept


def deferred(reason: str) -> dict[str, Any]:
    """The result of a station that this run comes back to, once schools that wait have gone on."""
    return {**_nothing_done("skip", reason), "deferred": True}


def other_release(turn: Turn | None, release: str) -> dict[str, Any] | None:
    """The result of a station whose server was updated while the run was going on: no pilot has tried what it runs now.

    ``release``: what it would be brought to. None when that is what it was.
    """
    try:
        if not turn or not turn.release or Release.parse(turn.release) == Release.parse(release):
            return None
    except ValueError:
        return None
    now = Release.parse(release).client
    reason = Message(
        "the school's server went from {release} to {now} during this run: left for the next "
        "one, whose pilots try it first",
        release=turn.release,
        now=str(now),
    )
    return _skipped(reason, turn)


def _skipped(reason: str, turn: Turn) -> dict[str, Any]:
    return in_ring(_nothing_done("skip", reason), turn)


def _nothing_done(action: str, reason: str) -> dict[str, Any]:
    return {"changed": False, "action": action, "reason": reason, "before": [], "after": [], "diff": []}


def _failed(fact: str, remedy: str, text: str) -> dict[str, Any]:
    return {
        "failed": True,
        "changed": False,
        "msg": text,
        "fact": fact,
        "remedy": remedy,
        "kind": "configuration",
    }
