# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do on a station: a pure function of what is there and of the goal. Check mode stops at its result. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...module_utils.product.release import Release
from ..station.job_name import JobName, Verb, job_names
from ..station.state import Arch, Installation, StationState
from .goal import Action, Goal, JobStep, Plan
from .old_years import OlderYears, Removal, older_years
from .people import make_way
from .restarts import why_not

__all__ = ["plan", "resolve_arch"]

_OTHER: dict[Arch, Arch] = {"x64": "x86", "x86": "x64"}


def resolve_arch(wanted: str, state: StationState) -> Arch:
    """The architecture to install. Raises ValueError when the station cannot run it or is of an unknown one."""
    if wanted == "x64" and state.arch == "x86":
        raise ValueError("the station runs 32-bit Windows, which cannot run the x64 client; set arch to auto")
    for arch in _OTHER:
        if arch == (state.arch if wanted == "auto" else wanted):
            return arch
    if wanted != "auto":
        raise ValueError(f"unknown architecture {wanted!r}: auto, x64 or x86")
    raise ValueError(
        f"the station's architecture is {state.arch!r}, for which no client is published; "
        "set arch to x64 or x86 by hand if you know that it runs there"
    )


def _in_place(arch: Arch, jobs: list[JobName], state: StationState, goal: Goal) -> Arch:
    """With ``auto`` the year's client that is there says which one goes over it.

    The other architecture's is a program of its own (its product code and its folder differ): it would come beside, and
    the station would have two clients of one year. A job that was begun keeps its architecture to the end.
    """
    for each in (arch, _OTHER[arch]):
        if {_named(goal, "install", each), _named(goal, "stage", each)} & {*jobs}:
            return each
    there = {i.arch for i in state.of_year(goal.release.year) if i.release is not None}
    return _OTHER[arch] if there == {_OTHER[arch]} and goal.digests.get(_OTHER[arch]) else arch


def _named(goal: Goal, verb: Verb, arch: Arch) -> JobName | None:
    """The name of the job for what is wanted; None when it is not published for this architecture."""
    digest = goal.digests.get(arch)
    return JobName.of(goal.product, verb, goal.release, arch, digest) if digest else None


def _lines(goal: Goal, clients: Iterable[Installation], jobs: Iterable[JobName]) -> list[str]:
    """Lines of the diff, for the product's clients and for its files that wait on the station."""
    return [
        *(f"{goal.product.title} {i.year or '?'}: {i.describe()}" for i in clients),
        *(f"staged files: {job.release} {job.arch}" for job in jobs if job.verb == "staged"),
    ]


def plan(state: StationState, goal: Goal, *, now: dt.datetime | None = None) -> Plan:
    """Decide. A refusal says the fact and the remedy; a skip says what would have been done and why not now.

    ``now`` is for windows of time: it must be given when ``goal.restarts`` has one.
    """
    # Each product's run follows, tidies and takes over its own: one that tidied another's would fetch its files again
    # every evening. Any other folder is not ours.
    found = job_names(state.jobs)
    mine = [job for job in found if job.product == goal.product.key]
    others = [job for job in found if job.product != goal.product.key and job.verb in {"install", "remove"}]
    before = sorted(_lines(goal, state.installations, mine))
    try:
        arch = resolve_arch(goal.arch, state)
    except ValueError as exc:
        return Plan(action="refuse", reason=str(exc), before=before, after=before)
    if goal.arch == "auto":
        arch = _in_place(arch, mine, state, goal)
    planner = _Planner(state, goal, arch, mine, others, before)
    decided = {"absent": _absent, "present": _present, "staged": _stage}[goal.state](planner)
    if decided.action in {"skip", "refuse"}:
        return decided
    decided = planner.with_after(decided)
    if goal.state == "staged" or decided.action == "none":
        return decided
    if decided.action == "finish":
        return _guard_rest(planner, decided, now=now)
    return _guarded(state, goal, decided, now=now)


def _guarded(state: StationState, goal: Goal, decided: Plan, *, now: dt.datetime | None) -> Plan:
    """What may be begun now, and what has to be done to people and Windows first."""
    if goal.not_now:
        return _not_now(decided, f"{decided.reason}; {goal.not_now}")
    return _guard_people(state, goal, _guard_restart(state, goal, decided, now=now))


def _guard_rest(planner: _Planner, decided: Plan, *, now: dt.datetime | None) -> Plan:
    """A job under way is followed at any hour and whoever is there; what comes after it is begun as anything else is.

    The real run decides on the rest once more when the job has ended (plugin_utils/deploy/client.py).
    """
    followed = [step for step in decided.steps if step.follow]
    if len(followed) == len(decided.steps):
        return decided
    rest = _guarded(planner.state, planner.goal, decided, now=now)
    if rest.action not in {"skip", "refuse"}:
        return replace(rest, action="finish", reason=decided.reason)
    note = f"only the job under way is brought to its end: {rest.reason.removeprefix(f'{decided.reason}; ')}"
    return planner.with_after(replace(decided, steps=followed, notes=[*decided.notes, note]))


@dataclass(frozen=True)
class _Planner:
    """What every decision is made from."""

    state: StationState
    goal: Goal
    arch: Arch
    # Of the product, and those of other products that may be at work.
    jobs: list[JobName]
    others: list[JobName]
    before: list[str]

    def refuse(self, reason: str, remedy: str) -> Plan:
        return Plan(action="refuse", reason=reason, remedy=remedy, before=self.before, after=self.before)

    def there(self, verb: Verb, arch: Arch | None = None) -> JobName | None:
        """The job for what is wanted, when it is on the station."""
        name = _named(self.goal, verb, arch or self.arch)
        return name if name in self.jobs else None

    def step(self, verb: Verb, arch: Arch | None = None, *, this_arch_only: bool = True) -> JobStep | None:
        """The step for what is wanted; None when it is not published for this architecture."""
        name = _named(self.goal, verb, arch or self.arch)
        return self._step(name, self.goal.digests[name.arch], this_arch_only=this_arch_only) if name else None

    def removal(self, one: Removal) -> JobStep:
        """The step that removes the client of a published release's year."""
        return self._step(JobName.of(self.goal.product, "remove", one.release, one.arch, one.digest), one.digest)

    def _step(self, job: JobName, digest: str, *, this_arch_only: bool = True) -> JobStep:
        return JobStep(job=job, digest=digest, follow=job in self.jobs, this_arch_only=this_arch_only)

    def unpublished(self, arch: Arch | None = None) -> Plan:
        return self.refuse(
            f"release {self.goal.release.client} is not published for {arch or self.arch}",
            "Publish it (playbooks/publish.yml) so that pronote_releases has its digest.",
        )

    def stagings(self) -> list[JobName]:
        """Folders of a staging of what is wanted, at rest or under way, that are on the station."""
        return [name for name in (self.there("staged"), self.there("stage")) if name is not None]

    def too_new(self) -> Release | None:
        """A sound release of the year that is newer than the one wanted."""
        wanted = self.goal.release.client
        sound = [i.release for i in self.state.of_year(wanted.year) if i.condition == "ok" and i.release is not None]
        return max((release for release in sound if release.client > wanted), default=None)

    def obstacle(self) -> Plan | None:
        """What forbids bringing the release to the station, if anything does."""
        state, goal = self.state, self.goal
        newer = self.too_new()
        if newer is not None and not goal.allow_downgrade:
            return self.refuse(
                f"{newer} is installed, newer than {goal.release.client}",
                "Set pronote_client_allow_downgrade to put the older release back.",
            )
        if state.free_bytes is not None and state.free_bytes < goal.min_free_bytes:
            return self.refuse(
                f"{state.free_bytes // 2**20} MiB free on {state.system_drive}, "
                f"{goal.min_free_bytes // 2**20} MiB needed",
                "Free some space on the station, or lower pronote_client_min_free_mib.",
            )
        return None

    def decide(
        self,
        action: Action,
        reason: str,
        steps: list[JobStep],
        *,
        keep: JobName | None = None,
        adopt: Iterable[JobName] = (),
        notes: Iterable[str] = (),
    ) -> Plan:
        """A plan of these steps; whatever else of ours is on the station is tidied away."""
        kept = {keep, *adopt, *(step.job for step in steps)}
        followed = next((step.job for step in steps if step.follow), None)
        if followed:
            # An earlier run was cut off: what it began is followed to its end, never begun again, and cleaned up.
            action, reason = "finish", f"job {followed} of an earlier run is on the station"
        return Plan(
            action=action,
            reason=reason,
            before=self.before,
            steps=steps,
            adopt=[*adopt],
            tidy=sorted({*self.jobs} - kept, key=str),
            others=self.others,
            notes=[*notes],
        )

    def with_after(self, decided: Plan) -> Plan:
        """The lines afterwards, from the steps: what the real run and the dry run both show."""
        goal, clients = self.goal, list(self.state.installations)
        lines: list[str] = []
        for step in decided.steps:
            job = step.job
            if job.verb == "remove":
                clients = [i for i in clients if i.year != job.release.year or not step.removes(i)]
            elif job.verb == "install":
                # Another year or architecture stands beside it untouched; the same is upgraded in place.
                if not (step.follow and goal.missing(self.state) is None):
                    clients = [i for i in clients if i.year != job.release.year or i.arch not in {job.arch, None}]
                    lines.append(f"{goal.product.title} {job.release.year}: {job.release} {job.arch}")
            elif goal.state == "staged":
                lines += _lines(goal, [], [job.at_rest])
        waiting = [job for job in self.jobs if job not in decided.tidy and job not in decided.adopt]
        return replace(decided, after=sorted([*_lines(goal, clients, waiting), *lines]))


def _absent(planner: _Planner) -> Plan:
    state, goal = planner.state, planner.goal
    year = goal.release.year
    begun = {arch for arch in _OTHER if planner.there("remove", arch)}
    if not begun and goal.missing(state) is None:
        return planner.decide("none", f"no client of {year}", [])
    there = {i.arch or planner.arch for i in state.of_year(year) if i.uninstall_string}
    if not begun and not there:
        return planner.refuse(
            f"the client of {year} at {state.of_year(year)[0].path} has no uninstall entry",
            "Install the same release again over it, then remove it.",
        )
    # Each architecture's client has a product code, and so a removal, of its own.
    arches = sorted(there | begun)
    steps = []
    for arch in arches:
        step = planner.step("remove", arch, this_arch_only=len(arches) > 1)
        if step is None:
            return planner.unpublished(arch)
        steps.append(step)
    return planner.decide("remove", f"client of {year} installed", steps)


def _stage(planner: _Planner) -> Plan:
    state, goal = planner.state, planner.goal
    wanted = goal.release.client
    step = planner.step("stage")
    installing, at_rest = planner.there("install"), planner.there("staged")
    if goal.missing(state) is None:
        return planner.decide("none", f"{wanted} is installed", [], keep=installing)
    if installing:
        return planner.decide("none", f"job {installing} is on the station", [], keep=installing)
    if at_rest:
        return planner.decide("none", f"the files of {wanted} are on the station", [], keep=at_rest)
    if (no := planner.obstacle()) is not None:
        return no
    return planner.decide("stage", f"the files of {wanted} are not there", [step]) if step else planner.unpublished()


def _present(planner: _Planner) -> Plan:
    state, goal = planner.state, planner.goal
    wanted = goal.release.client
    step = planner.step("install")
    older = _older(planner)
    if older.unpublished:
        one = older.unpublished[0]
        return planner.refuse(
            f"the client of {one.year} ({one.describe()}) is to be removed, and its removal is not published",
            f"Publish a release of {one.year} with its uninstall_response and product_code (playbooks/publish.yml), "
            "or set pronote_client_remove_older to false.",
        )
    removals = [planner.removal(published) for published in older.remove]
    steps: list[JobStep] = []
    adopt: list[JobName] = []
    if step is not None and step.follow:
        steps = [step]
    elif goal.missing(state) is not None:
        if (no := planner.obstacle()) is not None:
            return no
        if step is None:
            return planner.unpublished()
        first = _removal_first(planner)
        if isinstance(first, Plan):
            return first
        adopt = [step.job.at_rest] if first else planner.stagings()
        steps = [*first, step]
    if not steps:
        reason = f"{wanted} is installed" + (", beside older years" if removals else "")
        return planner.decide("remove" if removals else "none", reason, removals, notes=older.left)
    clients = [line for line in planner.before if line.startswith(f"{goal.product.title} ")]
    reason = f"{clients[-1].split(': ', 1)[1]} installed" if clients else "no client installed"
    notes = [*older.left, *_beside(planner)]
    return planner.decide("install", reason, [*steps, *removals], adopt=adopt, notes=notes)


def _beside(planner: _Planner) -> list[str]:
    wanted = planner.goal.release.client
    others = [i for i in planner.state.of_year(wanted.year) if i.release and i.arch not in {planner.arch, None}]
    return [
        f"{one.describe()} stays beside {wanted} {planner.arch}, two clients of one year; publish the release for "
        f"{one.arch} to upgrade it in place, or remove it first (pronote_client_state: absent)"
        for one in others
    ]


def _older(planner: _Planner) -> OlderYears:
    """Earlier years: those to remove, and removals that an earlier run began, whatever the station shows by now."""
    goal = planner.goal
    if not goal.remove_older:
        return OlderYears()
    older = older_years(planner.state, goal.release.year, goal.removals, planner.arch)
    years = [year for year in sorted(goal.removals) if year < goal.release.year]
    known = [one for year in years for one in goal.removals[year].values()]
    older.remove.extend(one for one in known if planner.removal(one).follow and one not in older.remove)
    return older


def _removal_first(planner: _Planner) -> list[JobStep] | Plan:
    """Steps before an older release of the year can go on, or why not.

    The files are on the station before the newer release is taken away: a station is never left without a client
    because the depot cannot be reached.
    """
    goal = planner.goal
    newer = planner.too_new()
    if newer is None or goal.downgrade != "remove_first":
        return []
    arches = {i.arch or planner.arch for i in planner.state.of_year(newer.year) if i.uninstall_string}
    removals = [goal.removals.get(newer.year, {}).get(arch) for arch in sorted(arches)]
    known = [published for published in removals if published is not None]
    if not known or len(known) < len(removals):
        return planner.refuse(
            f"{newer} is to be removed first, and its removal is not published",
            f"Publish a release of {newer.year} with its uninstall_response and product_code, or set "
            "pronote_client_downgrade to over.",
        )
    stage = None if planner.there("staged") else planner.step("stage")
    return [*([stage] if stage else []), *(planner.removal(published) for published in known)]


def _guard_people(state: StationState, goal: Goal, decided: Plan) -> Plan:
    """People first: the files of a client somebody uses are locked, and closing it loses what is being typed."""
    if decided.action in {"skip", "refuse"}:
        return decided
    if state.blind:
        return _refused(
            decided,
            "neither tasklist nor WMI says which programs run on the station, so nobody knows who is at work there",
            "Check its service winmgmt and the repository (winmgmt /verifyrepository), or restart it.",
        )
    way = make_way(state, goal.people)
    if way.action == "skip":
        return _not_now(decided, f"{way.who}: left for a later run")
    if way.action == "refuse":
        return _refused(decided, way.who, way.remedy)
    return replace(decided, way=way)


def _guard_restart(state: StationState, goal: Goal, decided: Plan, *, now: dt.datetime | None) -> Plan:
    """The policy for a Windows that already waits for a restart: setups are known to fail then."""
    restarts = goal.restarts
    if not state.pending_reboot or restarts.when_pending == "ignore":
        return decided
    who = f"a restart of Windows is pending ({', '.join(state.pending_reboot)})"
    if restarts.when_pending == "fail":
        return _refused(decided, who, "Restart the station, or set pronote_client_when_reboot_pending to reboot.")
    if restarts.when_pending == "skip":
        return _not_now(decided, f"{who}: left for a later run")
    if restarts.policy == "never":
        # Asked for by when_pending itself, with the narrower rule: nobody logged on.
        restarts = replace(restarts, policy="if_idle")
    why = why_not(restarts, session_open=state.session_open, now=now or dt.datetime.min.replace(tzinfo=dt.UTC))
    return _not_now(decided, f"{who}, and {why}: left for a later run") if why else replace(decided, restart_first=True)


def _not_now(decided: Plan, reason: str) -> Plan:
    return replace(decided, action="skip", reason=reason, after=decided.before, steps=[], tidy=[], adopt=[])


def _refused(decided: Plan, reason: str, remedy: str) -> Plan:
    return replace(_not_now(decided, reason), action="refuse", remedy=remedy)
