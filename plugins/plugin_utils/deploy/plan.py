# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do on a station: a pure function of what is there and of the goal. Check mode stops at its result. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ...module_utils.base.message import Message, message_of
from ...module_utils.base.numbers import natural
from ...module_utils.product.products import HARMLESS
from ..station.job_name import JobName, job_names
from ..station.state import Arch, StationState
from .arming import armed, instead, still_wanted
from .cases import setup_step
from .goal import Goal, JobStep, Plan
from .people import make_way
from .planner import OTHER, Planner, armed_line, begun, lines, named
from .protections import protected
from .removals import absent, older, removal_first
from .restarts import why_not
from .scripts import too_old

__all__ = ["plan", "resolve_arch"]

_RENAMES = Message(
    "files are to be renamed at the next start of Windows (PendingFileRenameOperations), "
    "none of them the product's: no restart is due for that alone"
)


def resolve_arch(wanted: str, state: StationState) -> Arch:
    """The architecture to install. Raises ValueError when the station cannot run it or is of an unknown one."""
    if state.arch == "arm64":
        return _emulated(wanted, state)
    if wanted == "x64" and state.arch == "x86":
        raise ValueError(Message("the station runs 32-bit Windows, which cannot run the x64 client; set arch to auto"))
    for arch in OTHER:
        if arch == (state.arch if wanted == "auto" else wanted):
            return arch
    if wanted != "auto":
        raise ValueError(Message("unknown architecture {wanted}: auto, x64 or x86", wanted=repr(wanted)))
    raise ValueError(
        Message(
            "the station's architecture is {arch}, for which no client is published; set arch to x64 "
            "or x86 by hand if you know that it runs there",
            arch=repr(state.arch),
        )
    )


def _emulated(wanted: str, state: StationState) -> Arch:
    """On ARM: Windows 11 runs both kinds, each below its own Program Files; Windows 10 runs 32-bit programs only."""
    build = natural(state.windows.get("build"))
    if wanted not in {"auto", *OTHER}:
        raise ValueError(Message("unknown architecture {wanted}: auto, x64 or x86", wanted=repr(wanted)))
    if build is None:
        raise ValueError(
            Message("the station's architecture is 'arm64', and the build of its Windows could not be read")
        )
    eleven = build >= 22000
    if wanted == "x64" and not eleven:
        raise ValueError(
            Message("the station runs Windows 10 on ARM, which cannot run the x64 client; set arch to auto")
        )
    if wanted == "auto":
        return "x64" if eleven else "x86"
    return next(arch for arch in OTHER if arch == wanted)


def _in_place(arch: Arch, jobs: list[JobName], state: StationState, goal: Goal) -> Arch:
    """With ``auto`` the year's client that is there says which one goes over it.

    The other architecture's is a program of its own (its product code and its folder differ): it would come beside, and
    the station would have two clients of one year. A job that was begun keeps its architecture to the end.
    """
    for each in (arch, OTHER[arch]):
        names = [named(goal, verb, each) for verb in ("install", "update", "stage")]
        if any(name is not None and begun(name, jobs) for name in names):
            return each
    there = {i.arch for i in state.of_year(goal.release.year) if i.release is not None}
    return OTHER[arch] if there == {OTHER[arch]} and goal.digests.get(OTHER[arch]) else arch


def plan(state: StationState, goal: Goal, *, now: dt.datetime | None = None) -> Plan:
    """Decide. A refusal says the fact and the remedy; a skip says what would have been done and why not now.

    ``now`` is for windows of time: it must be given when ``goal.restarts`` has one.
    """
    # Each product's run follows, tidies and takes over its own: one that tidied another's would fetch its files again
    # every evening. What a rehearsal left is nobody's, and the first one's. Any other folder is not ours.
    found = job_names(state.jobs)
    mine = [job for job in found if job.product in {goal.product.key, HARMLESS.key}]
    others = [job for job in found if job not in mine and job.runs_setup]
    waiting = armed(mine, state.armed)
    waits = [armed_line(job, day) for job, day in waiting.items()]
    before = sorted([*lines(goal, state.installations, mine), *waits])
    try:
        arch = resolve_arch(goal.arch, state)
    except ValueError as exc:
        return Plan(action="refuse", reason=message_of(exc), before=before, after=before)
    if goal.arch == "auto":
        arch = _in_place(arch, mine, state, goal)
    at_hand = [job for job in mine if job not in waiting]
    today = now.date() if now else dt.date.min
    planner = Planner(state, goal, arch, at_hand, others, before, armed=waiting, today=today)
    decided = {"absent": absent, "present": _present, "staged": _stage}[goal.state](planner)
    if decided.action in {"skip", "refuse"}:
        return decided
    # What comes after a job under way is decided anew once that has ended.
    if decided.action != "finish" and (no := too_old(decided.steps, goal.scripts)) is not None:
        return planner.refuse(*no)
    decided = protected(state, goal, planner.with_after(decided))
    if goal.state == "staged" or decided.action in {"none", "refuse"}:
        return decided
    if decided.action == "finish":
        return _guard_rest(planner, decided, now=now)
    return _guarded(planner, decided, now=now)


def _guarded(planner: Planner, decided: Plan, *, now: dt.datetime | None) -> Plan:
    """What may be begun now or is left to the next start, and what has to be done to people and Windows first."""
    goal = planner.goal
    if goal.when == "next_start" and any(step.job.sets_up for step in decided.steps):
        return instead(planner, decided)
    if goal.not_now and goal.when_closed == "next_start":
        return instead(planner, decided, goal.not_now)
    if goal.not_now:
        return decided.left(Message("{reason}; {why}", reason=decided.reason, why=goal.not_now), why=goal.not_now)
    return _guard_people(planner, _guard_restart(planner, decided, now=now))


def _guard_rest(planner: Planner, decided: Plan, *, now: dt.datetime | None) -> Plan:
    """A job under way is followed at any hour and whoever is there; what comes after it is begun as anything else is.

    The real run decides on the rest once more when the job has ended (plugin_utils/deploy/client.py).
    """
    followed = [step for step in decided.steps if step.follow]
    if len(followed) == len(decided.steps):
        return decided
    rest = _guarded(planner, decided, now=now)
    if rest.action not in {"armed", "skip", "refuse"}:
        return replace(rest, action="finish", reason=decided.reason)
    note = Message("only the job under way is brought to its end: {why}", why=rest.why or rest.reason)
    return planner.with_after(replace(decided, steps=followed, notes=[*decided.notes, note]))


def _stage(planner: Planner) -> Plan:
    state, goal = planner.state, planner.goal
    wanted = str(goal.release.client)
    step = planner.step("stage")
    installing = planner.there("install") or planner.there("update") or still_wanted(planner)
    at_rest = planner.at_rest
    if goal.missing(state) is None:
        return planner.decide("none", Message("{wanted} is installed", wanted=wanted), [], keep=installing)
    if installing:
        return planner.decide(
            "none", Message("job {installing} is on the station", installing=str(installing)), [], keep=installing
        )
    if at_rest:
        return planner.decide(
            "none", Message("the files of {wanted} are on the station", wanted=wanted), [], keep=at_rest
        )
    if (no := planner.obstacle()) is not None:
        return no
    if step is None:
        return planner.unpublished()
    others = tuple(name for name in planner.stagings() if name != step.job)
    reason = (
        Message("the files of {wanted} are those of an earlier publication", wanted=wanted)
        if others
        else Message("the files of {wanted} are not there", wanted=wanted)
    )
    return planner.decide("stage", reason, [replace(step, adopt=() if step.follow else others)])


def _present(planner: Planner) -> Plan:
    state, goal = planner.state, planner.goal
    wanted = str(goal.release.client)
    step = setup_step(planner)
    earlier = older(planner)
    if isinstance(earlier, Plan):
        return earlier
    removals = [planner.removal(published) for published in earlier.remove]
    steps: list[JobStep] = []
    if step is not None and step.follow:
        steps = [step]
    elif goal.missing(state) is not None:
        if (no := planner.obstacle()) is not None:
            return no
        if step is None:
            return planner.unpublished()
        first = removal_first(planner)
        if isinstance(first, Plan):
            return first
        steps = [*first, replace(step, adopt=(step.job.at_rest,) if first else tuple(planner.stagings()))]
    if not steps:
        reason = (
            Message("{wanted} is installed, beside older years", wanted=wanted)
            if removals
            else Message("{wanted} is installed", wanted=wanted)
        )
        return planner.decide("remove" if removals else "none", reason, removals, notes=earlier.left)
    there = max(state.installations, key=lambda one: lines(goal, [one], []), default=None)
    reason = Message("{client} installed", client=there.describe()) if there else Message("no client installed")
    notes = [*earlier.left, *_beside(planner)]
    return planner.decide("install", reason, [*steps, *removals], notes=notes)


def _beside(planner: Planner) -> list[str]:
    wanted = planner.goal.release.client
    others = [i for i in planner.state.of_year(wanted.year) if i.release and i.arch not in {planner.arch, None}]
    return [
        Message(
            "{one} stays beside {wanted} {arch}, two clients of one year; publish the release for "
            "{other} to upgrade it in place, or remove it first (pronote_client_state: absent)",
            one=one.describe(),
            wanted=wanted,
            arch=planner.arch,
            other=one.arch,
        )
        for one in others
    ]


def _guard_people(planner: Planner, decided: Plan) -> Plan:
    """People first: the files of a client somebody uses are locked, and closing it loses what is being typed."""
    state, goal = planner.state, planner.goal
    if decided.action in {"arm", "armed", "skip", "refuse"}:
        return decided
    if state.blind:
        return decided.refused(
            Message(
                "neither tasklist nor WMI says which programs run on the station, so nobody knows who is at work there"
            ),
            Message("Check its service winmgmt and the repository (winmgmt /verifyrepository), or restart it."),
        )
    way = make_way(state, goal.people)
    if way.action == "next_start":
        return instead(planner, decided, way.who)
    if way.action == "skip":
        return decided.left(Message("{who}: left for a later run", who=way.who))
    if way.action == "refuse":
        return decided.refused(way.who, way.remedy)
    return replace(decided, way=way)


def _guard_restart(planner: Planner, decided: Plan, *, now: dt.datetime | None) -> Plan:
    """The policy for a Windows that already waits for a restart: setups are known to fail then."""
    state, restarts = planner.state, planner.goal.restarts
    if restarts.when_pending == "ignore":
        return decided
    if not state.restart_due:
        return replace(decided, notes=[*decided.notes, _RENAMES]) if state.pending_reboot else decided
    who = Message("a restart of Windows is pending ({names})", names=", ".join(state.restart_due))
    if restarts.when_pending == "fail":
        return decided.refused(
            who, Message("Restart the station, or set pronote_client_when_reboot_pending to {policy}.", policy="reboot")
        )
    if restarts.when_pending == "next_start":
        return instead(planner, decided, who)
    if restarts.when_pending == "skip":
        return decided.left(Message("{who}: left for a later run", who=who))
    if restarts.policy == "never":
        # Asked for by when_pending itself, with the narrower rule: nobody logged on.
        restarts = replace(restarts, policy="if_idle")
    why = why_not(restarts, session_open=state.session_open, now=now or dt.datetime.min.replace(tzinfo=dt.UTC))
    return (
        decided.left(Message("{who}, and {why}: left for a later run", who=who, why=why))
        if why
        else replace(decided, restart_first=True)
    )
