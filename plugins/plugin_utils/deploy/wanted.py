# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan is made of: what is wanted, the steps, and when each is done. Pure; ``deploy/plan.py`` decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ...module_utils.base.text import headed_diff
from ...module_utils.product.products import Product
from ...module_utils.product.release import Release
from ..station.state import Arch, StationState
from .old_years import Removals
from .people import People, Way
from .restarts import Restarts

__all__ = ["DOWNGRADE", "Action", "Desired", "Plan", "Step", "Verb", "job_name", "missing", "unmet"]

Action = Literal["none", "install", "remove", "stage", "finish", "skip", "refuse"]
Verb = Literal["install", "remove", "stage"]
DOWNGRADE = ("over", "remove_first")


@dataclass(frozen=True, kw_only=True)
class Desired:
    """What the admin asks for one station."""

    product: Product
    state: Literal["present", "absent", "staged"]
    release: Release
    arch: Literal["auto", "x64", "x86"]
    # SHA-256 of install.cmd, which pins the rest, by architecture: which one is needed is known on the station only.
    digests: Mapping[str, str]
    allow_downgrade: bool = False
    # How an older release goes over a newer one of its year.
    downgrade: str = "over"
    remove_older: bool = False
    # What can be removed, by year and architecture.
    removals: Removals = field(default_factory=dict)
    people: People = field(default_factory=People)
    restarts: Restarts = field(default_factory=Restarts)
    min_free_bytes: int = 0
    # Why nothing may be begun at this hour, empty when it may (plugin_utils/deploy/hours.py). Staging may at any hour.
    not_now: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One job of the station. ``follow``: it is there already, left by another run, and is never started again."""

    verb: Verb
    release: Release
    arch: Arch
    digest: str
    job: str
    follow: bool = False
    # A removal that leaves the year's client of the other architecture alone.
    this_arch_only: bool = True


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The decision. ``before``/``after`` are the lines of the diff; ``tidy`` the leftover jobs to clear away."""

    action: Action
    reason: str
    remedy: str = ""
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    job: str = ""
    arch: Arch | None = None
    steps: list[Step] = field(default_factory=list)
    # Stagings whose files the installation takes over.
    adopt: list[str] = field(default_factory=list)
    tidy: list[str] = field(default_factory=list)
    # Jobs of other products on the station: nothing is begun while one of them is at work.
    others: list[str] = field(default_factory=list)
    way: Way = field(default_factory=Way)
    restart_first: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether carrying it out changes the station."""
        return self.action in {"install", "remove", "stage", "finish"} or bool(self.tidy)

    @property
    def conditions(self) -> list[str]:
        """What a real run would wait for or do to people and Windows first, in words."""
        restart = "restarts the station first: a restart of Windows is pending"
        return ([restart] if self.restart_first else []) + ([self.way.condition] if self.way.condition else [])

    def diff(self) -> dict[str, str]:
        """Ansible's diff: the product's lines before and after."""
        return headed_diff("station", *("".join(f"{line}\n" for line in side) for side in (self.before, self.after)))


def job_name(product: Product, verb: str, release: Release, arch: Arch, digest: str) -> str:
    """Name of a job: the same work always has the same name, so that it is found again and never started twice."""
    return f"{product.key.replace('_', '-')}-{release.client}-{arch}-{digest[:12].lower()}-{verb}"


def missing(state: StationState, desired: Desired) -> str | None:
    """What the station shows instead of what is wanted; None when it is as wanted. Not for what is only staged."""
    return state.instead_of(desired.release, absent=desired.state == "absent")


def unmet(state: StationState, step: Step, desired: Desired) -> str | None:
    """What the station shows instead of a step's result; None once it is there."""
    if step.verb == "stage":
        # Its folder is looked into before it gets its name.
        return None
    if step.verb == "install" or not step.this_arch_only:
        return missing(state, desired)
    left = [i for i in state.of_year(step.release.year) if i.uninstall_string and i.arch in {step.arch, None}]
    return f"this is left: {'; '.join(i.describe() for i in left)}" if left else None
