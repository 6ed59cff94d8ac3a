# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings: which stations of a school go first. Pure. Whether the others may follow: ``rings/judge.py``.

A deployment goes through *steps*, one after the other, each over all schools at once: the pilots, their reserves one by
one, then the waves. Ring 1 is the pilots with the reserves that had to stand in for them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from ...module_utils.base.message import Message, sourced

__all__ = [
    "FIRST_INSTALLATION",
    "RESERVES",
    "Limit",
    "RingStep",
    "Rules",
    "SchoolPlan",
    "Station",
    "load_plan",
    "parse_limit",
    "parse_rings",
    "plan_school",
    "steps_of",
]

RESERVES = 3
"""How many stations may stand in for pilots that were off, in use or unfit: one at a time, a minute or so each."""

FIRST_INSTALLATION = "a first installation"
"""What a response file was recorded for (``Rules.unproven``) when a release goes over an earlier one of its year and
has no answers of an update."""

_STATED = re.compile(r"(\d{1,6})(%?)")


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
    match = _STATED.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(
            Message("{value} is neither a number of stations nor a percentage such as 10%", value=repr(value))
        )
    limit = Limit(int(match[1]), bool(match[2]))
    if limit.percent and limit.number > 100:
        raise ValueError(Message("{value} is more than all stations", value=repr(value)))
    return limit


def parse_rings(value: Any) -> tuple[Limit, ...]:
    """Read the sizes of the rings. Raises ValueError."""
    sizes = value if isinstance(value, list | tuple) else [value]
    rings = tuple(parse_limit(size) for size in sizes)
    if not rings or any(size.number == 0 for size in rings):
        raise ValueError(Message("there must be at least one ring, and none of size 0, as in [1, 10%, 100%]"))
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
    """A station of the play. ``reachable``: None when nobody asked; ``older``: it had an earlier release of the year
    when it was last seen, so that it shows what a first installation does not; ``failed``: the last run failed on it
    for a reason of its own; ``right``: it had the release when it was last seen, so that it has nothing to show;
    ``faulty``: a fault of the inventory is its own, so that nobody asks it."""

    name: str
    pilot: bool = False
    reachable: bool | None = None
    older: bool = False
    failed: bool = False
    right: bool = False
    faulty: bool = False


@dataclass(frozen=True, kw_only=True)
class SchoolPlan:
    """The rings of one school: ``rings[0]`` the pilots, and the reserves, who are in a later ring as well."""

    school: str
    rules: Rules
    rings: tuple[tuple[str, ...], ...]
    reserves: tuple[str, ...] = ()
    # Rings passed in earlier runs: their stations go with the first ring of this one.
    passed: int = 0
    # Stations that earlier runs brought to the release, and that are in no ring of this one.
    before: int = 0
    release: str = ""
    # What cannot be right in the school's variables: its stations fail with it.
    problem: str = ""
    # Which other run has the school: its stations keep back, and it is theirs alone.
    elsewhere: str = ""

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
            "before": self.before,
            "release": self.release,
            "problem": self.problem,
            "elsewhere": self.elsewhere,
        }

    def left_to(self, elsewhere: str) -> SchoolPlan:
        """The plan of a school that another run has: one ring, which does not begin."""
        everybody = tuple(dict.fromkeys(name for ring in self.rings for name in ring))
        return replace(self, rings=(everybody,), reserves=(), passed=0, elsewhere=elsewhere)

    @property
    def pilot_ring(self) -> bool:
        """Whether there are pilots whom the rest waits for."""
        return self.passed == 0 and len(self.rings) > 1


def plan_school(
    school: str, stations: Sequence[Station], rules: Rules, *, done: int = 0, before: int = 0, release: str = ""
) -> SchoolPlan:
    """Put each station of a school into one ring.

    Sizes are read as Ansible's ``serial`` reads them: each is of the whole, the last one is repeated until nobody is
    left. Stations named as pilots are ring 1; otherwise the first ones that can be reached are. Those that failed last
    time, or have nothing to show, are pilots only where there is nobody else, and come last in the waves: the same
    broken stations would otherwise hold the others every evening. One that nobody asks, for a fault in the
    inventory, is no pilot where there is anybody else, named or not.

    ``done``: stations of the school that an earlier run brought to this very release. The rings that so many fill are
    passed. Counting stations, and not rings, keeps a run on one room from passing the rings of the whole school.
    ``before``: the same, when they are not among ``stations``: each ring has so many fewer to take.
    """
    names = [station.name for station in stations]
    sizes = rules.effective
    whole = len(names) + before
    places = _Places(before)
    rings: list[tuple[str, ...]] = []
    reserves: tuple[str, ...] = ()
    rest = list(names)
    if names and (len(sizes) > 1 or sizes[0].of(whole) < whole):
        named = [s.name for s in stations if s.pilot and not (s.failed or s.right or s.faulty)]
        if not before:
            # All of them are broken: mended, or no pilots any more, is what their school waits for.
            named = named or [s.name for s in stations if s.pilot and not s.faulty]
        by_name = bool(named) and not rules.unproven
        count = places.left_in(len(named) if by_name else max(1, sizes[0].of(whole)))
        ready = sorted(
            stations, key=lambda s: (s.faulty, s.right, not s.pilot, s.reachable is False, s.failed, not s.older)
        )
        if by_name:
            pilots = named if count else []
        else:
            pilots = [station.name for station in ready[:count]]
            # A station that is known to be off could not stand in for another.
            others = tuple(s.name for s in ready[count:] if s.reachable is not False and not s.faulty)
            reserves = () if named else others[:RESERVES]
        rings.append(tuple(pilots))
        rest = [s.name for s in sorted(stations, key=lambda s: (s.faulty, s.failed)) if s.name not in set(pilots)]
    while rest:
        size = sizes[min(len(rings), len(sizes) - 1)]
        count = places.left_in(max(1, math.ceil(size.number * whole / 100) if size.percent else size.number))
        rings.append(tuple(rest[:count]))
        rest = rest[count:]
    passed = places.filled or sum(filled <= done for filled in accumulate(map(len, rings)))
    return SchoolPlan(
        school=school,
        rules=rules,
        rings=tuple(rings),
        # With everybody in one ring, or the pilots proven earlier, nobody waits for a reserve.
        reserves=reserves if passed == 0 and len(rings) > 1 else (),
        passed=passed,
        before=before,
        release=release,
    )


class _Places:
    """The places of rings, one ring after the other. ``filled``: how many rings have none left."""

    def __init__(self, taken: int) -> None:
        self._taken, self.filled = taken, 0

    def left_in(self, size: int) -> int:
        """How many stations the next ring, of this size, still takes."""
        taken = min(self._taken, size)
        self._taken -= taken
        self.filled += taken == size
        return size - taken


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
        before=data["before"],
        release=data["release"],
        problem=sourced(data["problem"], data.get("problem_source")),
        elsewhere=sourced(data.get("elsewhere", ""), data.get("elsewhere_source")),
    )


@dataclass(frozen=True, kw_only=True)
class RingStep:
    """One step of the deployment: ``ring`` as people count them, ``reserve`` the number of the stand-in, 0 for none."""

    ring: int
    reserve: int
    members: Mapping[str, tuple[str, ...]]  # by school


def steps_of(plans: Sequence[SchoolPlan]) -> list[RingStep]:
    """The steps of all schools together: ring 2 of one school runs beside ring 2 of another."""
    steps: list[RingStep] = []
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
        steps.append(RingStep(ring=ring, reserve=0, members=members))
        if ring == 1:
            for number in range(RESERVES):
                standing_in = {p.school: (p.reserves[number],) for p in plans if len(p.reserves) > number}
                steps.append(RingStep(ring=1, reserve=number + 1, members=standing_in))
    return [step for step in steps if step.members]
