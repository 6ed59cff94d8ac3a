# SPDX-License-Identifier: GPL-3.0-or-later
"""What every decision about a station is made from, and what decisions have in common. Pure; ``plan.py`` decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ...module_utils.base.message import Day, Message
from ...module_utils.product.release import Release
from ..station.fitness import NO_SPACE, S_MODE
from ..station.job_name import JobName, Verb
from ..station.state import Arch, Installation, StationState
from .goal import Action, Goal, JobStep, Plan
from .old_years import Removal

__all__ = ["OTHER", "Planner", "armed_line", "begun", "lines", "named"]

OTHER: dict[Arch, Arch] = {"x64": "x86", "x86": "x64"}


def named(goal: Goal, verb: Verb, arch: Arch) -> JobName | None:
    """The name of the job for what is wanted; None when it is not published for this architecture."""
    digest = goal.digests.get(arch)
    return JobName.of(goal.product, verb, goal.release, arch, digest) if digest else None


def begun(name: JobName, jobs: Iterable[JobName]) -> JobName | None:
    """The job of this work among those of the station: its own, else that of an earlier publication.

    What an older script began is followed to its end as any other: what proves it is the exe, not the script. A
    staging is taken over instead (``Planner.stagings``).
    """
    same = [job for job in jobs if job == name or (name.runs_setup and job.same_work(name))]
    return min(same, key=lambda job: (job != name, str(job)), default=None)


def lines(goal: Goal, clients: Iterable[Installation], jobs: Iterable[JobName]) -> list[str]:
    """Lines of the diff, for the product's clients and for its files that wait on the station."""
    return [
        *(
            Message("{title} {year}: {client}", title=goal.product.title, year=i.year or "?", client=i.describe())
            for i in clients
        ),
        *(
            Message("staged files: {release} {arch}", release=str(job.release), arch=job.arch)
            for job in jobs
            if job.verb == "staged"
        ),
    ]


def armed_line(job: JobName, day: dt.date) -> Message:
    """A line of the diff."""
    return Message(
        "at the next start: {release} {arch}, since {day}", release=str(job.release), arch=job.arch, day=Day(day)
    )


@dataclass(frozen=True)
class Planner:
    """What every decision is made from."""

    state: StationState
    goal: Goal
    arch: Arch
    # Of the product, and those of other products that may be at work.
    jobs: list[JobName]
    others: list[JobName]
    before: list[str]
    # Those that wait for the next start, in none of the lists above: since which day. And which day it is.
    armed: Mapping[JobName, dt.date] = field(default_factory=dict)
    today: dt.date = dt.date.min

    def refuse(self, reason: str, remedy: str) -> Plan:
        return Plan(action="refuse", reason=reason, remedy=remedy, before=self.before, after=self.before)

    def there(self, verb: Verb, arch: Arch | None = None) -> JobName | None:
        """The job for what is wanted, when it is on the station."""
        name = named(self.goal, verb, arch or self.arch)
        return begun(name, self.jobs) if name else None

    @property
    def at_rest(self) -> JobName | None:
        """The files of what is wanted, when they are on the station as they are published."""
        return self.there("staged")

    def step(self, verb: Verb, arch: Arch | None = None, *, this_arch_only: bool = True) -> JobStep | None:
        """The step for what is wanted; None when it is not published for this architecture."""
        name = named(self.goal, verb, arch or self.arch)
        return self._step(name, self.goal.digests[name.arch], this_arch_only=this_arch_only) if name else None

    def removal(self, one: Removal) -> JobStep:
        """The step that removes the client of a published release's year."""
        return self._step(JobName.of(self.goal.product, "remove", one.release, one.arch, one.digest), one.digest)

    def _step(self, job: JobName, digest: str, *, this_arch_only: bool = True) -> JobStep:
        known = begun(job, self.jobs)
        return JobStep(job=known or job, digest=digest, follow=known is not None, this_arch_only=this_arch_only)

    def unpublished(self, arch: Arch | None = None) -> Plan:
        return self.refuse(
            Message(
                "release {release} is not published for {arch}",
                release=str(self.goal.release.client),
                arch=arch or self.arch,
            ),
            Message("Publish it (playbooks/publish.yml) so that pronote_releases has its digest."),
        )

    def stagings(self) -> list[JobName]:
        """Folders of a staging of what is wanted, at rest or under way, that are on the station; armed ones too.

        One of an earlier publication of the release (another digest: a response file came later) has most of the files
        too, and is taken over as well: what is not what was published is fetched again.
        """
        wanted = named(self.goal, "staged", self.arch)
        if wanted is None:
            return []
        same = [
            job
            for job in [*self.jobs, *self.armed]
            if (job.verb in {"staged", "stage"} or job in self.armed)
            and (job.release, job.arch) == (wanted.release, wanted.arch)
        ]
        return sorted(same, key=lambda job: (job.verb != "staged", job.digest != wanted.digest, str(job)))

    def too_new(self) -> Release | None:
        """A sound release of the year that is newer than the one wanted."""
        return self.state.judged(self.goal.release).newer

    def obstacle(self) -> Plan | None:
        """What forbids bringing the release to the station, if anything does."""
        state, goal = self.state, self.goal
        newer = self.too_new()
        if newer is not None and not goal.allow_downgrade:
            return self.refuse(
                Message("{newer} is installed, newer than {wanted}", newer=str(newer), wanted=str(goal.release.client)),
                Message("Set pronote_client_when_newer to over to put the older release back."),
            )
        if state.code_integrity == "s_mode":
            return self.refuse(S_MODE.fact, S_MODE.remedy)
        if state.free_bytes is not None and state.free_bytes < goal.min_free_bytes:
            free, needed = state.free_bytes // 2**20, goal.min_free_bytes // 2**20
            return self.refuse(NO_SPACE.fact.given(free=free, drive=state.system_drive, needed=needed), NO_SPACE.remedy)
        return None

    def decide(
        self,
        action: Action,
        reason: str,
        steps: list[JobStep],
        *,
        keep: JobName | None = None,
        notes: Iterable[str] = (),
    ) -> Plan:
        """A plan of these steps; whatever else of ours is on the station is tidied away."""
        kept = {keep, *(name for step in steps for name in (step.job, *step.adopt))}
        followed = next((step.job for step in steps if step.follow), None)
        if followed:
            # An earlier run was cut off: what it began is followed to its end, never begun again, and cleaned up.
            action, reason = (
                "finish",
                Message("job {followed} of an earlier run is on the station", followed=str(followed)),
            )
        return Plan(
            action=action,
            reason=reason,
            before=self.before,
            steps=steps,
            tidy=sorted({*self.jobs, *self.armed} - kept, key=str),
            disarm=sorted({*self.armed} - kept, key=str),
            disarmed=[armed_line(job, day) for job, day in self.armed.items() if job not in kept],
            others=self.others,
            notes=[*notes],
        )

    def with_after(self, decided: Plan) -> Plan:
        """The lines afterwards, from the steps: what the real run and the dry run both show."""
        goal, clients = self.goal, list(self.state.installations)
        added: list[str] = []
        for step in decided.steps:
            job = step.job
            if job.verb == "remove":
                clients = [i for i in clients if i.year != job.release.year or not step.removes(i)]
            elif step.arm:
                added.append(armed_line(job, self.today))
            elif job.sets_up:
                # Another year or architecture stands beside it untouched; the same is upgraded in place.
                if not (step.follow and goal.missing(self.state) is None):
                    clients = [i for i in clients if i.year != job.release.year or i.arch not in {job.arch, None}]
                    added.append(
                        Message(
                            "{title} {year}: {client}",
                            title=goal.product.title,
                            year=job.release.year,
                            client=f"{job.release} {job.arch}",
                        )
                    )
            elif goal.state == "staged":
                added += lines(goal, [], [job.at_rest])
        waiting = [job for job in self.jobs if job not in decided.tidy and job not in decided.adopt]
        left = [job for job in self.armed if job not in decided.tidy and job not in decided.adopt]
        added += [armed_line(job, self.armed[job]) for job in left]
        return replace(decided, after=sorted([*lines(goal, clients, waiting), *added]))
