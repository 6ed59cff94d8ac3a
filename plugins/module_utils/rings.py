# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings: which stations of a school go first, and whether the others may follow. Pure.

A deployment goes through *steps*, one after the other, each over all schools at once: the pilots, their reserves one by
one, then the waves. Ring 1 is the pilots with the reserves that had to stand in for them. Whether a school goes on is
worked out from its own stations alone, so that one school's stop never stops another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

from ansible_collections.rentree.pronote.plugins.module_utils.releases import Release

__all__ = [
    "Limit",
    "Outcome",
    "Rules",
    "SchoolPlan",
    "Standing",
    "Station",
    "Step",
    "load_plan",
    "outcome_of",
    "parse_limit",
    "parse_rings",
    "plan_school",
    "recorded_for",
    "stand",
    "steps_of",
]

RESERVES = 3
"""How many stations may stand in for pilots that were off, in use or unfit: one at a time, a minute or so each."""

_STATED = re.compile(r"(\d{1,6})(%?)")

# Codes by which a setup says that its response file is of another release (facts: InstallShield's ResultCode).
_WRONG_RESPONSE = frozenset({-3, -12})

Kind = Literal["done", "waiting", "failed", "unfit", "unreachable"]


@dataclass(frozen=True)
class Limit:
    """A number of stations, or a percentage of a school's stations."""

    number: int
    percent: bool

    def of(self, total: int) -> int:
        """That many stations of ``total``, rounded down."""
        return total * self.number // 100 if self.percent else self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)


def parse_limit(value: Any) -> Limit:
    """Read ``3``, ``"3"`` or ``"10%"``. Raises ValueError."""
    match = _STATED.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
    if match is None:
        raise ValueError(f"{value!r} is neither a number of stations nor a percentage such as 10%")
    limit = Limit(int(match[1]), bool(match[2]))
    if limit.percent and limit.number > 100:
        raise ValueError(f"{value!r} is more than all stations")
    return limit


def parse_rings(value: Any) -> tuple[Limit, ...]:
    """Read the sizes of the rings. Raises ValueError."""
    sizes = value if isinstance(value, list | tuple) else [value]
    rings = tuple(parse_limit(size) for size in sizes)
    if not rings or any(size.number == 0 for size in rings):
        raise ValueError("there must be at least one ring, and none of size 0, as in [1, 10%, 100%]")
    return rings


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a school wants. ``unproven``: what its release's response file was recorded for, when for another one."""

    rings: tuple[Limit, ...]
    max_fail: Limit
    max_unreachable: Limit
    unproven: str = ""

    @property
    def effective(self) -> tuple[Limit, ...]:
        """The rings; one pilot before anything else when the response file is not proven for the release."""
        one = Limit(1, percent=False)
        return self.rings if not self.unproven or self.rings[0] == one else (one, *self.rings)


@dataclass(frozen=True, kw_only=True)
class Station:
    """A station of the play. ``reachable``: None when nobody asked."""

    name: str
    pilot: bool = False
    reachable: bool | None = None


@dataclass(frozen=True, kw_only=True)
class SchoolPlan:
    """The rings of one school: ``rings[0]`` the pilots, and the reserves, who are in a later ring as well."""

    school: str
    rules: Rules
    rings: tuple[tuple[str, ...], ...]
    reserves: tuple[str, ...] = ()
    # Rings passed in earlier runs: their stations go with the first ring of this one.
    passed: int = 0
    release: str = ""
    # What cannot be right in the school's variables: its stations fail with it.
    problem: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for a task's result."""
        return {
            "school": self.school,
            "rules": {
                "rings": [str(size) for size in self.rules.rings],
                "max_fail": str(self.rules.max_fail),
                "max_unreachable": str(self.rules.max_unreachable),
                "unproven": self.rules.unproven,
            },
            "rings": [list(ring) for ring in self.rings],
            "reserves": list(self.reserves),
            "passed": self.passed,
            "release": self.release,
            "problem": self.problem,
        }

    @property
    def pilot_ring(self) -> bool:
        """Whether there are pilots whom the rest waits for."""
        return self.passed == 0 and len(self.rings) > 1


def plan_school(
    school: str, stations: Sequence[Station], rules: Rules, *, done: int = 0, release: str = ""
) -> SchoolPlan:
    """Put each station of a school into one ring.

    Sizes are read as Ansible's ``serial`` reads them: each is of the whole, the last one is repeated until nobody is
    left. Stations named as pilots are ring 1; otherwise the first ones that can be reached are.

    ``done``: stations of the school that an earlier run brought to this very release. The rings that so many fill are
    passed. Counting stations, and not rings, keeps a run on one room from passing the rings of the whole school.
    """
    names = [station.name for station in stations]
    sizes = rules.effective
    rings: list[tuple[str, ...]] = []
    reserves: tuple[str, ...] = ()
    left = list(names)
    if names and (len(sizes) > 1 or sizes[0].of(len(names)) < len(names)):
        named = [station.name for station in stations if station.pilot]
        count = max(1, sizes[0].of(len(names)))
        ready = [s.name for s in sorted(stations, key=lambda s: (not s.pilot, s.reachable is False))]
        if named and not rules.unproven:
            pilots = named
        else:
            pilots = ready[:count]
            # A station that is known to be off could not stand in for another.
            off = {station.name for station in stations if station.reachable is False}
            reserves = () if named else tuple(name for name in ready[count:] if name not in off)[:RESERVES]
        rings.append(tuple(pilots))
        left = [name for name in names if name not in set(pilots)]
    number = len(rings)
    while left:
        size = sizes[min(number, len(sizes) - 1)]
        count = max(1, math.ceil(size.number * len(names) / 100) if size.percent else size.number)
        rings.append(tuple(left[:count]))
        left = left[count:]
        number += 1
    filled = list(accumulate(len(ring) for ring in rings))
    passed = sum(total <= done for total in filled)
    return SchoolPlan(
        school=school,
        rules=rules,
        rings=tuple(rings),
        # With everybody in one ring, or the pilots proven earlier, nobody waits for a reserve.
        reserves=reserves if passed == 0 and len(rings) > 1 else (),
        passed=passed,
        release=release,
    )


def load_plan(data: Mapping[str, Any]) -> SchoolPlan:
    """A plan from what ``SchoolPlan.as_dict`` made of it, which has been through Ansible's variables since."""
    rules = data["rules"]
    return SchoolPlan(
        school=data["school"],
        rules=Rules(
            rings=parse_rings(rules["rings"]),
            max_fail=parse_limit(rules["max_fail"]),
            max_unreachable=parse_limit(rules["max_unreachable"]),
            unproven=rules["unproven"],
        ),
        rings=tuple(tuple(ring) for ring in data["rings"]),
        reserves=tuple(data["reserves"]),
        passed=data["passed"],
        release=data["release"],
        problem=data["problem"],
    )


def recorded_for(releases: Any, release: str) -> str:
    """The release that the response file of a published release was recorded for, when it is another one.

    ``releases`` is ``pronote_releases``. Empty for a release that is not published: that is said elsewhere.
    """
    try:
        wanted = Release.parse(release)
        arches: Mapping[str, Any] = next(
            (value for key, value in releases.items() if Release.parse(str(key)) == wanted), {}
        )
        recorded = [str(entry.get("response_release") or "") for entry in arches.values()]
        return next((text for text in recorded if text and Release.parse(text) != wanted), "")
    except (ValueError, AttributeError):
        return ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the deployment: ``ring`` as people count them, ``reserve`` the number of the stand-in, 0 for none."""

    ring: int
    reserve: int
    members: Mapping[str, tuple[str, ...]]  # by school


def steps_of(plans: Sequence[SchoolPlan]) -> list[Step]:
    """The steps of all schools together: ring 2 of one school runs beside ring 2 of another."""
    steps: list[Step] = []
    last = max((len(plan.rings) for plan in plans), default=0)
    for ring in range(1, last + 1):
        members: dict[str, tuple[str, ...]] = {}
        for plan in plans:
            # What was passed in earlier runs goes with the first ring of this one, or with the last ring there is.
            start = min(plan.passed + 1, len(plan.rings))
            if ring == start:
                members[plan.school] = tuple(name for part in plan.rings[:ring] for name in part)
            elif start < ring <= len(plan.rings):
                members[plan.school] = plan.rings[ring - 1]
        steps.append(Step(ring=ring, reserve=0, members=members))
        if ring == 1:
            for number in range(RESERVES):
                standing_in = {p.school: (p.reserves[number],) for p in plans if len(p.reserves) > number}
                steps.append(Step(ring=1, reserve=number + 1, members=standing_in))
    return [step for step in steps if step.members]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a station ended in this run."""

    kind: Kind
    fact: str = ""
    wrong_response: bool = False


def outcome_of(result: Mapping[str, Any] | None, *, gone: bool) -> Outcome | None:
    """Read what rentree.pronote.client returned; None when the station has not been through it.

    ``gone``: it left the play before (an earlier task failed on it), which counts as unreachable: nothing was begun.
    """
    if result is None or (result.get("skipped") and "action" not in result):
        return Outcome(kind="unreachable", fact="it left the play before its turn") if gone else None
    fact = str(result.get("fact") or result.get("reason") or result.get("msg") or "")
    job = result.get("job") or {}
    begun = bool(job.get("started") or job.get("followed"))
    # A station that was lost while its setup ran is no proof against the release: the next run follows the job.
    if result.get("unreachable"):
        return Outcome(kind="unreachable", fact=fact)
    if result.get("failed"):
        return Outcome(
            kind="failed" if begun else "unfit", fact=fact, wrong_response=begun and job.get("code") in _WRONG_RESPONSE
        )
    return Outcome(kind="waiting" if result.get("action") == "skip" else "done", fact=fact)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a school stands before a step: the stations that go, or why none does."""

    go: tuple[str, ...] = ()
    # Stations of this step that keep back because their school stopped.
    held: tuple[str, ...] = ()
    reason: str = ""
    # Rings that are behind it, those of earlier runs included.
    passed: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)


def _shown(names: Collection[str]) -> str:
    first = sorted(names)[:3]
    return ", ".join(first) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _count(names: Sequence[str], outcomes: Mapping[str, Outcome]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"done": [], "waiting": [], "failed": [], "unfit": [], "unreachable": []}
    for name in names:
        if name in outcomes:
            found[outcomes[name].kind].append(name)
    return found


@dataclass(frozen=True)
class _Pilots:
    """What the pilots and their stand-ins showed: proven, stopped for a reason, or neither yet."""

    tried: tuple[str, ...]
    proven: bool = False
    reason: str = ""


def _judge_pilots(plan: SchoolPlan, outcomes: Mapping[str, Outcome]) -> _Pilots:
    """A reserve counts as a pilot only when it had to stand in: later it goes with its own wave."""
    tried = list(plan.rings[0])
    reserves = [name for name in plan.reserves if name in outcomes]
    while True:
        found = _count(tried, outcomes)
        reason = _too_many_pilots_failed(plan, tried, found["failed"], outcomes)
        if reason or found["done"] or not reserves:
            return _Pilots(tuple(tried), proven=bool(found["done"]) and not reason, reason=reason)
        tried.append(reserves.pop(0))


def _too_many_pilots_failed(
    plan: SchoolPlan, tried: Sequence[str], failed: Sequence[str], outcomes: Mapping[str, Outcome]
) -> str:
    rules = plan.rules
    if not failed or (not rules.unproven and len(failed) <= rules.max_fail.of(len(tried))):
        return ""
    reason = f"{len(failed)} of {len(tried)} pilots failed: {_why(failed, outcomes)}"
    if rules.unproven and any(outcomes[name].wrong_response for name in failed):
        reason += (
            f"; its response file was recorded for {rules.unproven} and does not fit {plan.release}: "
            "record it again for this release"
        )
    return reason


def _unproven(tried: Sequence[str], outcomes: Mapping[str, Outcome]) -> str:
    found = {kind: names for kind, names in _count(tried, outcomes).items() if names}
    said = "; ".join(f"{len(names)} {kind} ({_shown(names)})" for kind, names in found.items())
    return f"no pilot proved the release: {said or 'none was tried'}"


def _why(failed: Sequence[str], outcomes: Mapping[str, Outcome]) -> str:
    first = sorted(failed)[0]
    return f"{_shown(failed)} ({first}: {outcomes[first].fact})"


def _judge_wave(plan: SchoolPlan, ring: int, names: Sequence[str], outcomes: Mapping[str, Outcome]) -> str:
    found = _count(names, outcomes)
    failed = found["failed"] + found["unfit"]
    if len(failed) > plan.rules.max_fail.of(len(names)):
        return (
            f"{len(failed)} of {len(names)} stations of ring {ring} failed, more than {plan.rules.max_fail}: "
            f"{_why(failed, outcomes)}"
        )
    off = found["unreachable"]
    if len(off) > plan.rules.max_unreachable.of(len(names)):
        return (
            f"{len(off)} of {len(names)} stations of ring {ring} were unreachable, more than "
            f"{plan.rules.max_unreachable}: {_shown(off)}"
        )
    return ""


def stand(plan: SchoolPlan, steps: Sequence[Step], index: int, outcomes: Mapping[str, Outcome]) -> Standing:
    """Where a school stands before the step of this index; ``len(steps)`` is the end of the run.

    ``outcomes`` holds every station of the school that has been through its turn.
    """
    step = steps[index] if index < len(steps) else None
    mine = step.members.get(plan.school, ()) if step else ()
    todo = tuple(name for name in mine if name not in outcomes)
    behind = [s for s in steps[:index] if not s.reserve and plan.school in s.members]
    counts = {k: len(v) for k, v in _count([n for r in plan.rings for n in r], outcomes).items()}
    passed = plan.passed
    reason = plan.problem
    pilots = _judge_pilots(plan, outcomes) if plan.pilot_ring else _Pilots(())
    for ended in [] if reason else behind:
        if ended.ring == 1 and plan.pilot_ring:
            reason = pilots.reason
            if not reason and not pilots.proven:
                if any(s.reserve and plan.school in s.members for s in steps[index:]):
                    # Off, in use or unfit says nothing about the release: somebody else shows it.
                    return Standing(go=todo if step and step.reserve else (), passed=passed, counts=counts)
                reason = _unproven(pilots.tried, outcomes)
        else:
            wave = [name for name in ended.members[plan.school] if name not in pilots.tried]
            reason = _judge_wave(plan, ended.ring, wave, outcomes)
        if reason:
            break
        passed = max(passed, ended.ring)
    if step and step.reserve:
        # Proven, or stopped: either way nobody has to stand in.
        return Standing(passed=passed, counts=counts, reason=reason)
    if reason:
        return Standing(held=todo, reason=reason, passed=passed, counts=counts)
    return Standing(go=todo, passed=passed, counts=counts)
