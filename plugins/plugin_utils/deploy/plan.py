# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do on a station: a pure function of what is there and what is wanted. Check mode stops at its result."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from ...module_utils.product.products import Product
from ...module_utils.product.release import Release
from ..job.commands import STAGED
from ..station.state import Arch, Installation, StationState
from .old_years import OlderYears, Removal, older_years
from .people import make_way
from .restarts import why_not
from .wanted import (
    DOWNGRADE,
    Action,
    Desired,
    Plan,
    Step,
    Verb,
    job_name,
    missing,
    unmet,
)

__all__ = ["DOWNGRADE", "Desired", "Plan", "Step", "job_name", "missing", "plan", "resolve_arch", "unmet"]


def resolve_arch(wanted: str, state: StationState) -> Arch:
    """The architecture to install. Raises ValueError when the station cannot run it or is of an unknown one."""
    if wanted == "auto":
        if state.arch not in {"x64", "x86"}:
            raise ValueError(
                f"the station's architecture is {state.arch!r}, for which no client is published; "
                "set arch to x64 or x86 by hand if you know that it runs there"
            )
        return "x64" if state.arch == "x64" else "x86"
    if wanted == "x64" and state.arch == "x86":
        raise ValueError("the station runs 32-bit Windows, which cannot run the x64 client; set arch to auto")
    if wanted not in {"x64", "x86"}:
        raise ValueError(f"unknown architecture {wanted!r}: auto, x64 or x86")
    return "x64" if wanted == "x64" else "x86"


def _in_place(arch: Arch, state: StationState, desired: Desired) -> Arch:
    """With ``auto`` the year's client that is there says which one goes over it.

    The other architecture's is a program of its own (its product code and its folder differ): it would come beside, and
    the station would have two clients of one year. A job that was begun keeps its architecture to the end.
    """
    for each in (arch, _OTHER[arch]):
        digest = desired.digests.get(each, "")
        names = {job_name(desired.product, verb, desired.release, each, digest) for verb in ("install", "stage")}
        if digest and names & set(state.jobs):
            return each
    there = {i.arch for i in state.of_year(desired.release.year) if i.release is not None}
    return _OTHER[arch] if there == {_OTHER[arch]} and desired.digests.get(_OTHER[arch]) else arch


_OTHER: dict[Arch, Arch] = {"x64": "x86", "x86": "x64"}


def _title(desired: Desired, installation: Installation) -> str:
    return f"{desired.product.title} {installation.year or '?'}: {installation.describe()}"


def plan(state: StationState, desired: Desired, *, now: dt.datetime | None = None) -> Plan:
    """Decide. A refusal says the fact and the remedy; a skip says what would have been done and why not now.

    ``now`` is for windows of time: it must be given when ``desired.restarts`` has one.
    """
    before = sorted([*(_title(desired, i) for i in state.installations), *_staged_lines(desired, state.jobs)])
    try:
        arch = resolve_arch(desired.arch, state)
        if desired.arch == "auto":
            arch = _in_place(arch, state, desired)
    except ValueError as exc:
        return Plan(action="refuse", reason=str(exc), before=before, after=before)
    deciders = {"absent": _absent, "present": _present, "staged": _stage}
    decided = deciders[desired.state](_Planner(state, desired, arch, before))
    if decided.action in {"skip", "refuse"}:
        return decided
    decided = _with_diff(state, desired, decided)
    if desired.state == "staged" or decided.action == "none":
        return decided
    if decided.action == "finish":
        return _guard_rest(state, desired, decided, now=now)
    return _guarded(state, desired, decided, now=now)


def _guarded(state: StationState, desired: Desired, decided: Plan, *, now: dt.datetime | None) -> Plan:
    """What may be begun now, and what has to be done to people and Windows first."""
    if desired.not_now:
        return _not_now(decided, f"{decided.reason}; {desired.not_now}")
    return _guard_people(state, desired, _guard_restart(state, desired, decided, now=now))


def _guard_rest(state: StationState, desired: Desired, decided: Plan, *, now: dt.datetime | None) -> Plan:
    """A job under way is followed at any hour and whoever is there; what comes after it is begun as anything else is.

    The real run decides on the rest once more when the job has ended (plugin_utils/deploy/client.py).
    """
    followed = [step for step in decided.steps if step.follow]
    if len(followed) == len(decided.steps):
        return decided
    rest = _guarded(state, desired, decided, now=now)
    if rest.action not in {"skip", "refuse"}:
        return replace(rest, action="finish", reason=decided.reason)
    note = f"only the job under way is brought to its end: {rest.reason.removeprefix(f'{decided.reason}; ')}"
    return _with_diff(state, desired, replace(decided, steps=followed, notes=[*decided.notes, note]))


@dataclass(frozen=True)
class _Planner:
    """What every decision is made from."""

    state: StationState
    desired: Desired
    arch: Arch
    before: list[str]

    def refuse(self, reason: str, remedy: str) -> Plan:
        return Plan(action="refuse", reason=reason, remedy=remedy, before=self.before, after=self.before)

    def main_job(self, verb: str, arch: Arch | None = None) -> str:
        """The name of the job for what is wanted; empty when it is not published for this architecture."""
        arch = arch or self.arch
        digest = self.desired.digests.get(arch, "")
        return job_name(self.desired.product, verb, self.desired.release, arch, digest) if digest else ""

    def step(self, verb: Verb, arch: Arch | None = None, **fields: bool) -> Step | None:
        """The step for what is wanted; None when it is not published for this architecture."""
        arch = arch or self.arch
        job = self.main_job(verb, arch)
        if not job:
            return None
        return Step(
            verb=verb,
            release=self.desired.release.client,
            arch=arch,
            digest=self.desired.digests[arch],
            job=job,
            follow=job in self.state.jobs,
            **fields,
        )

    def removal(self, published: Removal) -> Step:
        """The step that removes the client of a published release's year."""
        release, arch, digest = published.release, published.arch, published.digest
        job = job_name(self.desired.product, "remove", release, arch, digest)
        return Step(
            verb="remove", release=release.client, arch=arch, digest=digest, job=job, follow=job in self.state.jobs
        )

    def unpublished(self, arch: Arch | None = None) -> Plan:
        return self.refuse(
            f"release {self.desired.release.client} is not published for {arch or self.arch}",
            "Publish it (playbooks/publish.yml) so that pronote_releases has its digest.",
        )

    def stagings(self) -> list[str]:
        """Folders of a staging of what is wanted, at rest or under way, that are on the station."""
        return [name for verb in (STAGED, "stage") if (name := self.main_job(verb)) in self.state.jobs]

    def too_new(self) -> Release | None:
        """A sound release of the year that is newer than the one wanted."""
        wanted = self.desired.release.client
        sound = [i.release for i in self.state.of_year(wanted.year) if i.condition == "ok" and i.release is not None]
        return max((release for release in sound if release.client > wanted), default=None)

    def obstacle(self) -> Plan | None:
        """What forbids bringing the release to the station, if anything does."""
        state, desired = self.state, self.desired
        newer = self.too_new()
        if newer is not None and not desired.allow_downgrade:
            return self.refuse(
                f"{newer} is installed, newer than {desired.release.client}",
                "Set pronote_client_allow_downgrade to put the older release back.",
            )
        if state.free_bytes is not None and state.free_bytes < desired.min_free_bytes:
            return self.refuse(
                f"{state.free_bytes // 2**20} MiB free on {state.system_drive}, "
                f"{desired.min_free_bytes // 2**20} MiB needed",
                "Free some space on the station, or lower pronote_client_min_free_mib.",
            )
        return None

    def decide(self, action: Action, reason: str, steps: list[Step], **fields: list[str]) -> Plan:
        """A plan of these steps; whatever else of ours is on the station is tidied away."""
        adopt = fields.pop("adopt", [])
        keep = {step.job for step in steps} | set(adopt) | set(fields.pop("keep", []))
        mine, others = _jobs_of(self.desired.product, self.state.jobs)
        followed = next((step.job for step in steps if step.follow), "")
        if followed:
            # An earlier run was cut off: what it began is followed to its end, never begun again, and cleaned up.
            action, reason = "finish", f"job {followed} of an earlier run is on the station"
        return Plan(
            action=action,
            reason=reason,
            before=self.before,
            steps=steps,
            job=steps[0].job if steps else "",
            arch=self.arch,
            adopt=adopt,
            tidy=sorted(set(mine) - keep),
            others=others,
            notes=fields.pop("notes", []),
        )


def _absent(planner: _Planner) -> Plan:
    state, desired = planner.state, planner.desired
    year = desired.release.year
    begun = {arch for arch in _OTHER if planner.main_job("remove", arch) in state.jobs}
    if not begun and missing(state, desired) is None:
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
    state, desired = planner.state, planner.desired
    wanted = desired.release.client
    step = planner.step("stage")
    installing = planner.main_job("install")
    if missing(state, desired) is None:
        return planner.decide("none", f"{wanted} is installed", [], keep=[installing])
    if installing and installing in state.jobs:
        return planner.decide("none", f"job {installing} is on the station", [], keep=[installing])
    at_rest = planner.main_job(STAGED)
    if at_rest and at_rest in state.jobs:
        return planner.decide("none", f"the files of {wanted} are on the station", [], keep=[at_rest])
    if (no := planner.obstacle()) is not None:
        return no
    return planner.decide("stage", f"the files of {wanted} are not there", [step]) if step else planner.unpublished()


def _present(planner: _Planner) -> Plan:
    state, desired = planner.state, planner.desired
    wanted = desired.release.client
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
    installed = missing(state, desired) is None
    steps: list[Step] = []
    adopt: list[str] = []
    if step is not None and step.follow:
        steps = [step]
    elif not installed:
        if (no := planner.obstacle()) is not None:
            return no
        if step is None:
            return planner.unpublished()
        first = _removal_first(planner)
        if isinstance(first, Plan):
            return first
        adopt = [planner.main_job(STAGED)] if first else planner.stagings()
        steps = [*first, step]
    title = f"{desired.product.title} "
    if not steps:
        reason = f"{wanted} is installed" + (", beside older years" if removals else "")
        return planner.decide("remove" if removals else "none", reason, removals, notes=older.left)
    clients = [line for line in planner.before if line.startswith(title)]
    reason = f"{clients[-1].split(': ', 1)[1]} installed" if clients else "no client installed"
    notes = [*older.left, *_beside(planner)]
    return planner.decide("install", reason, [*steps, *removals], adopt=adopt, notes=notes)


def _beside(planner: _Planner) -> list[str]:
    wanted = planner.desired.release.client
    others = [i for i in planner.state.of_year(wanted.year) if i.release and i.arch not in {planner.arch, None}]
    return [
        f"{one.describe()} stays beside {wanted} {planner.arch}, two clients of one year; publish the release for "
        f"{one.arch} to upgrade it in place, or remove it first (pronote_client_state: absent)"
        for one in others
    ]


def _older(planner: _Planner) -> OlderYears:
    """Earlier years: those to remove, and removals that an earlier run began, whatever the station shows by now."""
    desired = planner.desired
    if not desired.remove_older:
        return OlderYears()
    older = older_years(planner.state, desired.release.year, desired.removals, planner.arch)
    for year in sorted(desired.removals):
        if year < desired.release.year:
            for published in desired.removals[year].values():
                if planner.removal(published).follow and published not in older.remove:
                    older.remove.append(published)
    return older


def _removal_first(planner: _Planner) -> list[Step] | Plan:
    """Steps before an older release of the year can go on, or why not.

    The files are on the station before the newer release is taken away: a station is never left without a client
    because the depot cannot be reached.
    """
    desired = planner.desired
    newer = planner.too_new()
    if newer is None or desired.downgrade != "remove_first":
        return []
    arches = {i.arch or planner.arch for i in planner.state.of_year(newer.year) if i.uninstall_string}
    removals = [desired.removals.get(newer.year, {}).get(arch) for arch in sorted(arches)]
    known = [published for published in removals if published is not None]
    if not known or len(known) < len(removals):
        return planner.refuse(
            f"{newer} is to be removed first, and its removal is not published",
            f"Publish a release of {newer.year} with its uninstall_response and product_code, or set "
            "pronote_client_downgrade to over.",
        )
    stage = None if planner.main_job(STAGED) in planner.state.jobs else planner.step("stage")
    return [*([stage] if stage else []), *(planner.removal(published) for published in known)]


_VERBS = ("install", "remove", "stage", STAGED)
_JOB_NAME = re.compile(rf"(.+)-20\d\d[.\d]+-(?:x64|x86)-[0-9a-f]{{12}}-({'|'.join(_VERBS)})")


def _jobs_of(product: Product, names: list[str]) -> tuple[list[str], list[str]]:
    """The product's own jobs, and those of other products that may be at work. Any other folder is not ours.

    Each product's run follows, tidies and takes over its own: one that tidied another's would fetch its files again
    every evening.
    """
    found = [(name, match) for name in names if (match := _JOB_NAME.fullmatch(name))]
    key = product.key.replace("_", "-")
    mine = [name for name, match in found if match[1] == key]
    return mine, [name for name, match in found if match[1] != key and match[2] in {"install", "remove"}]


_STAGED_NAME = re.compile(rf"(.+)-(20\d\d[.\d]+)-(x64|x86)-[0-9a-f]{{12}}-{STAGED}")


def _staged_lines(desired: Desired, names: list[str]) -> list[str]:
    """Lines of the diff for files that wait on the station. ``names`` are of folders, which administrators made."""
    key = desired.product.key.replace("_", "-")
    found = [match for name in names if (match := _STAGED_NAME.fullmatch(name)) and match[1] == key]
    return [f"staged files: {match[2]} {match[3]}" for match in found]


def _with_diff(state: StationState, desired: Desired, decided: Plan) -> Plan:
    """The lines afterwards, from the steps: what the real run and the dry run both show."""
    clients = list(state.installations)
    lines: list[str] = []
    waiting = [name for name in state.jobs if name not in decided.tidy and name not in decided.adopt]
    for step in decided.steps:
        year = step.release.year
        if step.verb == "remove":
            clients = [i for i in clients if i.year != year or not _removed_by(step, i)]
        elif step.verb == "install":
            # Another year or architecture stands beside it untouched; the same is upgraded in place.
            if not (step.follow and missing(state, desired) is None):
                clients = [i for i in clients if i.year != year or i.arch not in {step.arch, None}]
                lines.append(f"{desired.product.title} {year}: {step.release} {step.arch}")
        elif desired.state == "staged":
            lines.append(f"staged files: {step.release} {step.arch}")
    kept = [*(_title(desired, i) for i in clients), *_staged_lines(desired, waiting)]
    return replace(decided, after=sorted([*kept, *lines]))


def _removed_by(step: Step, installation: Installation) -> bool:
    if not step.this_arch_only:
        return bool(installation.uninstall_string)
    return bool(installation.uninstall_string) and installation.arch in {step.arch, None}


def _guard_people(state: StationState, desired: Desired, decided: Plan) -> Plan:
    """People first: the files of a client somebody uses are locked, and closing it loses what is being typed."""
    if decided.action in {"skip", "refuse"}:
        return decided
    if state.blind:
        blind = "neither tasklist nor WMI says which programs run on the station, so nobody knows who is at work there"
        remedy = "Check its service winmgmt and the repository (winmgmt /verifyrepository), or restart it."
        return replace(_not_now(decided, blind), action="refuse", remedy=remedy)
    way = make_way(state, desired.people)
    if way.action == "skip":
        return _not_now(decided, f"{way.who}: left for a later run")
    if way.action == "refuse":
        return replace(_not_now(decided, way.who), action="refuse", remedy=way.remedy)
    return replace(decided, way=way)


def _guard_restart(state: StationState, desired: Desired, decided: Plan, *, now: dt.datetime | None) -> Plan:
    """The policy for a Windows that already waits for a restart: setups are known to fail then."""
    restarts = desired.restarts
    if not state.pending_reboot or restarts.when_pending == "ignore":
        return decided
    who = f"a restart of Windows is pending ({', '.join(state.pending_reboot)})"
    if restarts.when_pending == "fail":
        refused = replace(_not_now(decided, who), action="refuse")
        return replace(refused, remedy="Restart the station, or set pronote_client_when_reboot_pending to reboot.")
    if restarts.when_pending == "skip":
        return _not_now(decided, f"{who}: left for a later run")
    if restarts.policy == "never":
        # Asked for by when_pending itself, with the narrower rule: nobody logged on.
        restarts = replace(restarts, policy="if_idle")
    why = why_not(restarts, session_open=state.session_open, now=now or dt.datetime.min.replace(tzinfo=dt.UTC))
    return _not_now(decided, f"{who}, and {why}: left for a later run") if why else replace(decided, restart_first=True)


def _not_now(decided: Plan, reason: str) -> Plan:
    return replace(decided, action="skip", reason=reason, after=decided.before, steps=[], tidy=[], adopt=[], job="")
