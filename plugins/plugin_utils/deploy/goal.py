# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan is made of: what is wanted of a station, the steps, and when each is done. Pure; ``plan.py`` decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ...module_utils.base.message import Message, joined
from ...module_utils.base.text import lines_diff
from ...module_utils.product.products import Product
from ...module_utils.product.release import Release
from ..station.frozen import Unconfirmed, wanted_text
from ..station.job_name import JobName
from ..station.state import Installation, StationState
from .old_years import Removals
from .people import People, Way
from .restarts import Restarts

__all__ = ["DOWNGRADE", "UPDATE", "WHEN", "WHEN_CLOSED", "WHEN_FROZEN", "Action", "Goal", "JobStep", "Plan"]

Action = Literal["none", "install", "remove", "stage", "finish", "arm", "armed", "skip", "refuse"]
DOWNGRADE = ("over", "remove_first")
UPDATE = ("over", "reinstall")
WHEN = ("now", "next_start")
WHEN_CLOSED = ("skip", "next_start")
WHEN_FROZEN = ("once", "install", "fail")


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What the admin asks for one station."""

    product: Product
    state: Literal["present", "absent", "staged"]
    release: Release
    arch: Literal["auto", "x64", "x86"]
    # SHA-256 of install.cmd, which pins the rest, by architecture: which one is needed is known on the station only.
    digests: Mapping[str, str]
    # The version of each published script by its digest, where it is known.
    scripts: Mapping[str, int] = field(default_factory=dict)
    # The technology of its installer, by architecture, where the lock file says it.
    technologies: Mapping[str, str] = field(default_factory=dict)
    allow_downgrade: bool = False
    # How an older release goes over a newer one of its year.
    downgrade: str = "over"
    # How it goes over an older one where no answers of an update are published, and where they are.
    update: str = "over"
    updates: frozenset[str] = frozenset()
    remove_older: bool = False
    # What can be removed, by year and architecture.
    removals: Removals = field(default_factory=dict)
    people: People = field(default_factory=People)
    restarts: Restarts = field(default_factory=Restarts)
    min_free_bytes: int = 0
    # At once, or at the next start of the station; what is done outside the hours; for how many days it waits there.
    when: str = "now"
    when_closed: str = "skip"
    armed_days: int = 14
    # Why nothing may be begun at this hour, empty when it may (plugin_utils/deploy/hours.py). Staging may at any hour.
    not_now: str = ""
    # What an earlier run brought to the station while it was frozen; read from the store for a frozen one alone.
    unconfirmed: Unconfirmed | None = None
    # What is done to a frozen station: tried once, tried whatever its last start undid, or refused.
    when_frozen: str = "once"

    @property
    def wanted(self) -> str:
        """What is wanted, as the store keeps it."""
        return wanted_text(self.release, absent=self.state == "absent")

    def missing(self, state: StationState) -> str | None:
        """What the station shows instead of what is wanted; None when it is as wanted. Not for what is only staged."""
        return state.instead_of(self.release, absent=self.state == "absent")


@dataclass(frozen=True, kw_only=True)
class JobStep:
    """One job of the station. ``follow``: it is there already, left by another run, and is never started again."""

    job: JobName
    # SHA-256 of its install.cmd.
    digest: str
    follow: bool = False
    # A removal that leaves the year's client of the other architecture alone.
    this_arch_only: bool = True
    # Stagings whose files the job takes over.
    adopt: tuple[JobName, ...] = ()
    # The older client of the year that the setup goes over, in words; empty when there is none.
    over: str = ""
    # Left to the next start of the station: its files are there, and its task is registered.
    arm: bool = False

    def removes(self, installation: Installation) -> bool:
        """Whether a removal takes this client of its year away."""
        alone = not self.this_arch_only or installation.arch in {self.job.arch, None}
        return bool(installation.uninstall_string) and alone

    def unmet(self, state: StationState, goal: Goal) -> str | None:
        """What the station shows instead of the step's result; None once it is there."""
        if self.job.verb == "stage":
            # Its folder is looked into before it gets its name.
            return None
        if self.job.sets_up or not self.this_arch_only:
            return goal.missing(state)
        left = [i.describe() for i in state.of_year(self.job.release.year) if self.removes(i)]
        return Message("this is left: {names}", names=joined(left, "; ")) if left else None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The decision. ``before``/``after`` are the lines of the diff; ``tidy`` the leftover jobs to clear away."""

    action: Action
    reason: str
    # Why it is not done now, where the reason says what would be done as well.
    why: str = ""
    remedy: str = ""
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    steps: list[JobStep] = field(default_factory=list)
    tidy: list[JobName] = field(default_factory=list)
    # Of these, the ones that wait for a start and are not wanted any more: they go whatever else is left undone.
    disarm: list[JobName] = field(default_factory=list)
    # Their lines of the diff.
    disarmed: list[str] = field(default_factory=list)
    # Jobs of other products on the station: nothing is begun while one of them is at work.
    others: list[JobName] = field(default_factory=list)
    way: Way = field(default_factory=Way)
    restart_first: bool = False
    notes: list[str] = field(default_factory=list)
    # What will undo it at the next start of the station, or may: nothing is done yet.
    frozen: str = ""

    @property
    def job(self) -> str:
        """The name of its first job; empty when it has none."""
        return str(self.steps[0].job) if self.steps else ""

    @property
    def adopt(self) -> list[JobName]:
        """Stagings whose files its jobs take over."""
        return [name for step in self.steps for name in step.adopt]

    @property
    def changes(self) -> bool:
        """Whether carrying it out changes the station."""
        return self.action in {"install", "remove", "stage", "finish", "arm"} or bool(self.tidy)

    @property
    def conditions(self) -> list[str]:
        """What a real run would wait for or do to people and Windows first, in words."""
        restart = Message("restarts the station first: a restart of Windows is pending")
        return ([restart] if self.restart_first else []) + ([self.way.condition] if self.way.condition else [])

    def left(self, reason: str, *, why: str = "") -> Plan:
        """The same station, left for a later run: nothing of it is done. ``why``: the reason's own part of it."""
        return replace(
            self,
            action="skip",
            reason=reason,
            why=why,
            after=[line for line in self.before if line not in self.disarmed],
            steps=[],
            tidy=self.disarm,
        )

    def refused(self, reason: str, remedy: str) -> Plan:
        """The same station, and why nothing is done there."""
        return replace(self.left(reason), action="refuse", remedy=remedy, tidy=[], after=self.before)

    def diff(self) -> dict[str, str]:
        """Ansible's diff: the product's lines before and after."""
        return lines_diff(Message("station"), self.before, self.after)
