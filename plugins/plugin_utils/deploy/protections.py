# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station's protection makes of a plan: changes undone at the next start, programs that may not run. Pure.

On a frozen station (Deep Freeze, Reboot Restore Rx, UWF in force) whatever is done is gone at its next start, unless
the folder is spared there. So nothing done is "done" before a reading under a later boot shows that it has stayed.
"""

from __future__ import annotations

from dataclasses import replace

from ...module_utils.base.message import Message
from ..station.boot import is_later_boot
from ..station.fitness import LISTED
from ..station.frozen import THAW, confirmed
from ..station.state import StationState
from .goal import Goal, Plan

__all__ = ["protected"]


def protected(state: StationState, goal: Goal, decided: Plan) -> Plan:
    """The plan, with what protection makes of it: a warning, a refusal, or that what is there is not certain yet."""
    begins = [step for step in decided.steps if not step.follow]
    notes = [LISTED[state.code_integrity]] if begins and state.code_integrity in LISTED else []
    if state.arch == "arm64":
        arches = sorted({step.job.arch for step in begins if step.job.sets_up})
        notes += [
            Message("the station has an ARM processor: its Windows runs the {arch} client by emulation", arch=arch)
            for arch in arches
        ]
    decided = replace(decided, notes=[*decided.notes, *notes])
    if not state.frozen:
        return decided
    known = goal.unconfirmed if goal.unconfirmed is not None and goal.unconfirmed.wanted == goal.wanted else None
    if not decided.steps:
        return decided if confirmed(known, goal.wanted, state.boot) else replace(decided, frozen=state.frozen)
    if begins == decided.steps:
        if goal.when_frozen == "fail":
            return decided.refused(Message("the station is frozen ({frozen})", frozen=state.frozen), THAW)
        if goal.when_frozen == "once" and known is not None and is_later_boot(known.boot, state.boot):
            gone = Message("{wanted}, brought to it before, is gone", wanted=known.wanted)
            what = Message("what was removed is back") if goal.state == "absent" else gone
            remedy = Message("{thaw} To try it as it is, set pronote_client_when_frozen to install.", thaw=THAW)
            return decided.refused(
                Message("{frozen} has put the station back at its last start: {what}", frozen=state.frozen, what=what),
                remedy,
            )
    note = Message(
        "the station is frozen ({frozen}): what is done now may be gone at its next start, and "
        "is done only when a later run finds it there after a restart. To be sure, thaw it "
        "first, deploy, then freeze it again",
        frozen=state.frozen,
    )
    return replace(decided, frozen=state.frozen, notes=[*decided.notes, note])
