# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings: whether a school's next ring may begin. Pure.

Worked out anew before each step, from the school's own stations alone: one school's stop never stops another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, get_args

from ...module_utils.base.message import Message, joined, sourced
from ...module_utils.base.text import some_of
from ..job.installshield import RECORD_AGAIN
from ..station.errors import FORBIDDEN
from .plan import FIRST_INSTALLATION, RingStep, SchoolPlan

__all__ = ["Standing", "StationOutcome", "Stop", "outcome_of", "stand", "told_of"]

Kind = Literal["done", "skipped", "failed", "unfit", "faulty", "unreachable", "deferred"]

_KINDS = {
    "done": Message("{count} done, {why}", count=0, why=""),
    "skipped": Message("{count} skipped, {why}", count=0, why=""),
    "failed": Message("{count} failed, {why}", count=0, why=""),
    "unfit": Message("{count} unfit, {why}", count=0, why=""),
    "faulty": Message("{count} with a fault in the inventory, {why}", count=0, why=""),
    "unreachable": Message("{count} unreachable, {why}", count=0, why=""),
    "deferred": Message("{count} still at work, {why}", count=0, why=""),
}

# Left, or armed: it shows nothing of the release yet.
_UNPROVEN = frozenset({"skip", "arm", "armed"})

_SHOWN = 3  # stations by name, here and in remedies

_MEND_OR_NAME = Message(
    "Mend {names}, or name another pilot (pronote_pilot: true on a station), then deploy again.", names=""
)
_READY_OR_NAME = Message(
    "Have one of {names} on and free, or name another pilot (pronote_pilot: true on a station), then deploy again.",
    names="",
)
_MEND = Message("Mend {names}, or allow more with pronote_client_ring_max.failed, then deploy again.", names="")
_SWITCH_ON = Message(
    "Switch {names} on, or allow more with pronote_client_ring_max.unreachable, then deploy again.", names=""
)
_RECORD = Message("Record the response file again for {release}, then deploy again.", release="")


_WAIT = Message(
    "Wait for its end, then deploy again; if it was killed, its school is free at that time by itself. A run waits for "
    "another one with pronote_timeouts.lease_wait."
)


@dataclass(frozen=True, kw_only=True)
class StationOutcome:
    """How a station ended in this run."""

    kind: Kind
    fact: str = ""
    wrong_response: bool = False
    # It was changed by this run, not found as wanted: only that proves a release and its response file.
    brought: bool = False


def outcome_of(result: Mapping[str, Any] | None, *, gone: bool) -> StationOutcome | None:
    """Read what rentree.pronote.client returned; None when the station has not been through it.

    ``gone``: it left the play before (an earlier task failed on it), which counts as unreachable: nothing was begun.
    """
    if result is None or (result.get("skipped") and "action" not in result):
        return StationOutcome(kind="unreachable", fact=Message("it left the play before its turn")) if gone else None
    fact = told_of(result)
    if result.get("deferred") and not gone:
        # This run comes back to it.
        return StationOutcome(kind="deferred", fact=fact)
    job = result.get("job") or {}
    begun = bool(job.get("started") or job.get("followed"))
    # A station that was lost while its setup ran is no proof against the release: the next run follows the job. Nor is
    # what somebody says in its place.
    if result.get("unreachable") or result.get("kind") in FORBIDDEN:
        return StationOutcome(kind="unreachable", fact=fact)
    if result.get("failed"):
        # Whom nobody has asked, for a fault in the inventory, says nothing against the release.
        faulty = result.get("kind") == "configuration"
        return StationOutcome(
            kind="failed" if begun else "faulty" if faulty else "unfit",
            fact=fact,
            wrong_response=begun and job.get("code") in RECORD_AGAIN,
        )
    if frozen := result.get("frozen"):
        # It may be gone at the next start: no proof, and no failure.
        return StationOutcome(
            kind="skipped", fact=Message("installed on a frozen station ({frozen}), to be confirmed", frozen=frozen)
        )
    action = result.get("action")
    return StationOutcome(
        kind="skipped" if action in _UNPROVEN else "done",
        fact=fact,
        brought=action not in {*_UNPROVEN, "none", None},
    )


def told_of(result: Mapping[str, Any]) -> str:
    """What a station's result says of it: its fact, or else its reason, or its message."""
    name = next((name for name in ("fact", "reason", "msg") if result.get(name)), "")
    return sourced(str(result[name]), result.get(f"{name}_source")) if name else ""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Why a school stopped: the fact, the stations that it stopped for, and how to go on."""

    reason: str = ""
    by: tuple[str, ...] = ()
    remedy: str = ""

    def __bool__(self) -> bool:
        return bool(self.reason)


_NONE = Stop()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a school stands before a step: the stations that go, or why none does."""

    go: tuple[str, ...] = ()
    # Stations of this step that keep back because their school stopped.
    held: tuple[str, ...] = ()
    stop: Stop = _NONE
    # Rings that are behind it, those of earlier runs included.
    passed: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    # Stations that this run brought to the release.
    brought: int = 0
    # A station of an earlier step is still at work, and this run comes back to the school.
    deferred: bool = False

    @property
    def reason(self) -> str:
        """Why the school stopped; empty when it did not."""
        return self.stop.reason


def _count(names: Sequence[str], outcomes: Mapping[str, StationOutcome]) -> dict[str, list[str]]:
    met = [name for name in names if name in outcomes]
    return {kind: [name for name in met if outcomes[name].kind == kind] for kind in get_args(Kind)}


@dataclass(frozen=True)
class _Pilots:
    """What the pilots and their stand-ins showed: proven, stopped for a reason, or neither yet.

    ``idle``: all of them were found as wanted, so that nothing was shown, and nothing speaks against going on.
    """

    tried: tuple[str, ...]
    proven: bool = False
    idle: bool = False
    stop: Stop = _NONE


def _judge_pilots(plan: SchoolPlan, outcomes: Mapping[str, StationOutcome]) -> _Pilots:
    """A reserve counts as a pilot only when it had to stand in: later it goes with its own wave."""
    tried = list(plan.rings[0])
    reserves = [name for name in plan.reserves if name in outcomes]
    while True:
        found = _count(tried, outcomes)
        stop = _too_many_pilots_failed(plan, tried, found["failed"], outcomes)
        proof = [name for name in found["done"] if outcomes[name].brought]
        if stop or proof or not reserves:
            asked = len(tried) - len(found["faulty"])
            idle = asked > 0 and len(found["done"]) == asked
            return _Pilots(tuple(tried), proven=bool(proof), idle=idle, stop=stop)
        tried.append(reserves.pop(0))


def _too_many_pilots_failed(
    plan: SchoolPlan, tried: Sequence[str], failed: Sequence[str], outcomes: Mapping[str, StationOutcome]
) -> Stop:
    rules = plan.rules
    if not failed or (not rules.unproven and len(failed) <= rules.max_fail.of(len(tried))):
        return _NONE
    by = tuple(sorted(failed))
    reason = Message(
        "{count} of {total} pilots failed: {why}", count=len(failed), total=len(tried), why=_why(failed, outcomes)
    )
    if rules.unproven and any(outcomes[name].wrong_response for name in failed):
        return Stop(reason=_does_not_fit(plan, reason), by=by, remedy=_RECORD.given(release=plan.release))
    return Stop(reason=reason, by=by, remedy=_MEND_OR_NAME.given(names=some_of(by, _SHOWN)))


def _does_not_fit(plan: SchoolPlan, reason: str) -> Message:
    rules = plan.rules
    if rules.unproven == FIRST_INSTALLATION:
        return Message(
            "{reason}; its answers are those of a first installation and do not fit over an earlier "
            "release: where there is one, record the answers (pronote_record_modes=update), or have "
            "the client removed first (pronote_client_update: reinstall)",
            reason=reason,
        )
    return Message(
        "{reason}; its response file was recorded for {unproven} and does not fit {release}: record it "
        "again for this release",
        reason=reason,
        unproven=rules.unproven,
        release=plan.release,
    )


def _unproven(tried: Sequence[str], outcomes: Mapping[str, StationOutcome]) -> Stop:
    found = {kind: names for kind, names in _count(tried, outcomes).items() if names}
    said = [_KINDS[kind].given(count=len(names), why=_why(names, outcomes)) for kind, names in found.items()]
    return Stop(
        reason=Message("no pilot proved the release: {said}", said=joined(said, "; ") or Message("none was tried")),
        by=tuple(tried),
        remedy=_READY_OR_NAME.given(names=some_of(tried, _SHOWN)),
    )


def _why(failed: Sequence[str], outcomes: Mapping[str, StationOutcome]) -> str:
    first = sorted(failed)[0]
    return Message(
        "{names} ({first}: {fact})", names=some_of(sorted(failed), _SHOWN), first=first, fact=outcomes[first].fact
    )


def _judge_wave(plan: SchoolPlan, ring: int, names: Sequence[str], outcomes: Mapping[str, StationOutcome]) -> Stop:
    found = _count(names, outcomes)
    failed = found["failed"] + found["unfit"]
    if len(failed) > plan.rules.max_fail.of(len(names)):
        reason = Message(
            "{count} of {total} stations of ring {ring} failed, more than {max_fail}: {why}",
            count=len(failed),
            total=len(names),
            ring=ring,
            max_fail=str(plan.rules.max_fail),
            why=_why(failed, outcomes),
        )
        by = tuple(sorted(failed))
        return Stop(reason=reason, by=by, remedy=_MEND.given(names=some_of(by, _SHOWN)))
    off = found["unreachable"]
    if len(off) > plan.rules.max_unreachable.of(len(names)):
        by = tuple(sorted(off))
        reason = Message(
            "{count} of {total} stations of ring {ring} were unreachable, more than {max_unreachable}: {names}",
            count=len(off),
            total=len(names),
            ring=ring,
            max_unreachable=str(plan.rules.max_unreachable),
            names=some_of(by, _SHOWN),
        )
        return Stop(reason=reason, by=by, remedy=_SWITCH_ON.given(names=some_of(by, _SHOWN)))
    return _NONE


def stand(plan: SchoolPlan, steps: Sequence[RingStep], index: int, outcomes: Mapping[str, StationOutcome]) -> Standing:
    """Where a school stands before the step of this index; ``len(steps)`` is the end of the run.

    ``outcomes`` holds every station of the school that has been through its turn.
    """
    step = steps[index] if index < len(steps) else None
    mine = step.members.get(plan.school, ()) if step else ()
    deferred = {name for name, outcome in outcomes.items() if outcome.kind == "deferred"}
    todo = tuple(name for name in mine if name not in outcomes or name in deferred)
    behind = [s for s in steps[:index] if not s.reserve and plan.school in s.members]
    everybody = [name for ring in plan.rings for name in ring]
    standing = partial(
        Standing,
        counts={kind: len(names) for kind, names in _count(everybody, outcomes).items()},
        brought=sum(outcomes[name].brought for name in everybody if name in outcomes),
    )
    passed = plan.passed
    if any(name in deferred for s in steps[:index] for name in s.members.get(plan.school, ())):
        # What the school showed is not known yet: nobody goes, and nobody is held.
        return standing(passed=passed, deferred=True)
    stop = Stop(reason=plan.problem or plan.elsewhere, remedy=_WAIT if plan.elsewhere else "")
    pilots = _judge_pilots(plan, outcomes) if plan.pilot_ring else _Pilots(())
    for ended in [] if stop else behind:
        if ended.ring == 1 and plan.pilot_ring:
            stop = pilots.stop
            if not stop and not pilots.proven:
                if any(s.reserve and plan.school in s.members for s in steps[index:]):
                    # Off, in use or unfit says nothing about the release: somebody else shows it.
                    return standing(go=todo if step and step.reserve else (), passed=passed)
                stop = _NONE if pilots.idle else _unproven(pilots.tried, outcomes)
        else:
            wave = [name for name in ended.members[plan.school] if name not in pilots.tried]
            stop = _judge_wave(plan, ended.ring, wave, outcomes)
        if stop:
            break
        passed = max(passed, ended.ring)
    if step and step.reserve:
        # Proven, or stopped: either way nobody has to stand in.
        return standing(passed=passed, stop=stop)
    if stop:
        return standing(held=todo, stop=stop, passed=passed)
    return standing(go=todo, passed=passed)
