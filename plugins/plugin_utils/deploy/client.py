# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring one station to the state asked for: probe, plan, (check mode stops here) people, jobs, proof.

Everything decided here comes from the pure ``plugin_utils/deploy/plan.py``. I/O: the station and Ansible.
"""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import Any

from ...module_utils.base.clock import utc_now
from ...module_utils.base.message import Message
from ..station.errors import StationError, StationFactError
from ..station.state import StationState
from ..station.telling import telling
from ..station.winrm import WinrmStation
from . import make_way as _people
from . import restart as _restart
from .deployment import ClientStartedError, Deployment, DeploymentReport, DeploymentRequest
from .goal import Goal, Plan
from .plan import plan

__all__ = ["DeploymentRequest", "ensure", "foresee", "log_name"]


def ensure(station: WinrmStation, request: DeploymentRequest, *, check: bool) -> dict[str, Any]:
    """Return the task's result. Raises StationError with what was found and what to do."""
    station.events.stage("reading")
    deployment = Deployment(station, request)
    state = deployment.read()
    decision = _decide(state, _by_the_clock(request, state))
    result = _told(decision, state, request)
    if check or not decision.changes:
        return _with_conditions(result)
    report = deployment.report
    report.name = decision.job
    try:
        why_left = _carry_out(deployment, decision)
    except StationError as exc:
        exc.job = asdict(report)
        raise
    result["job"] = asdict(report)
    result["warnings"] += _afterwards(report)
    if report.armed and decision.action != "arm":
        # What an earlier run had begun did not end well, and the rest was decided anew.
        return {**result, **_told_anew(deployment, decision)}
    if why_left is None:
        return result
    left = _left(deployment, decision, why_left)
    return {**result, **left, "frozen": decision.frozen if report.steps else ""}


def foresee(state: StationState, request: DeploymentRequest) -> dict[str, Any]:
    """The result of a dry run on a station that was read. Raises StationFactError for a refusal."""
    return _with_conditions(_told(_decide(state, _by_the_clock(request, state)), state, request))


def _told(decision: Plan, state: StationState, request: DeploymentRequest) -> dict[str, Any]:
    return {
        "changed": decision.changes,
        "action": decision.action,
        "reason": decision.reason,
        "release": str(request.goal.release.client),
        "before": decision.before,
        "after": decision.after,
        "conditions": decision.conditions,
        "diff": [decision.diff()],
        "frozen": decision.frozen,
        "warnings": [*state.warnings, *decision.notes, *_reboot_warning(state)],
    }


def _with_conditions(result: dict[str, Any]) -> dict[str, Any]:
    """Shown without -v too: a dry run tells what people and Windows would notice."""
    return {**result, "warnings": [*result["warnings"], *result["conditions"]]}


def _left(deployment: Deployment, decision: Plan, why: str) -> dict[str, Any]:
    """The plan met people. What was done before, tidied away, or restarted, is a change all the same."""
    report = deployment.report
    done = bool(report.tidied or report.restarted or report.steps)
    after = plan(deployment.read(), deployment.goal).before if done else decision.before
    diff = [replace(decision, after=after).diff()] if done else []
    return {"action": "skip", "reason": why, "after": after, "diff": diff, "changed": done}


def _told_anew(deployment: Deployment, decision: Plan) -> dict[str, Any]:
    """The plan of now, of a station that waits for its next start."""
    now = _decide(deployment.read(), replace(deployment.goal, when="next_start"))
    told = replace(decision, after=now.before)
    return {"action": "arm", "reason": now.reason, "after": now.before, "diff": [told.diff()]}


def _by_the_clock(request: DeploymentRequest, state: StationState) -> Goal:
    """The goal, with what the hours say now; for a frozen station, with what the store knows of it."""
    goal = replace(request.goal, not_now=request.hours.closed())
    return replace(goal, unconfirmed=request.unconfirmed()) if state.frozen else goal


def _decide(state: StationState, goal: Goal) -> Plan:
    decision = plan(state, goal, now=utc_now())
    telling.vv(f"plan: {decision.action} ({decision.reason})")
    if decision.action == "refuse":
        raise StationFactError(decision.reason, remedy=decision.remedy or Message("See docs/troubleshooting.md."))
    return decision


def _reboot_warning(state: StationState) -> list[str]:
    return (
        [Message("a restart of Windows is pending ({names})", names=", ".join(state.restart_due))]
        if state.restart_due
        else []
    )


def _afterwards(report: DeploymentReport) -> list[str]:
    doubts: list[str] = [
        Message("{doubt}; the station is as wanted all the same", doubt=doubt) for doubt in report.doubts
    ]
    return doubts + [
        text
        for so, text in (
            (report.at_start, Message("at the start of the station: {fact}", fact=report.at_start)),
            (
                report.log_problem,
                Message(
                    "the job's log could not be kept on the controller ({problem}); see its log_dir",
                    problem=report.log_problem,
                ),
            ),
            (
                report.restart_needed,
                Message(
                    "the setup asks for a restart of Windows, which was not done: {why}",
                    why=report.restart_left,
                ),
            ),
            (
                report.restart_needed and _removed_first(report.steps),
                Message(
                    "what the removal has left to the next start of Windows may take files of what was "
                    "installed since: restart the station, then run again"
                ),
            ),
            (
                report.client_running,
                Message("somebody started the client during the installation: it shows the new release once restarted"),
            ),
        )
        if so
    ]


def _removed_first(steps: list[str]) -> bool:
    """Whether something was installed after a removal."""
    verbs = [step.rpartition("-")[2] for step in steps]
    return "remove" in verbs[:-1] and verbs[-1] != "remove"


def _carry_out(deployment: Deployment, decision: Plan) -> str | None:
    """Do what the plan says. Returns why the station is left for a later run, None when all is done."""
    failed: set[str] = set()
    while True:
        for name in decision.tidy:
            deployment.tidy(name)
        if decision.action == "skip":
            return decision.reason if not failed else _did_not_end_well(decision)
        if decision.action != "finish":
            return _begin(deployment, decision)
        step = next(step for step in decision.steps if step.follow)
        if not deployment.run_step(step):
            failed.add(str(step.job))
        elif decision.steps == [step]:
            return None
        # Hours may have gone by: what comes now is decided anew, with people, hours and restarts. A folder that may
        # still be there (of a staging that was cut off) is no job to follow a second time.
        state = deployment.read()
        state = replace(state, jobs=[name for name in state.jobs if name not in failed])
        if deployment.unfinished:
            state = state.unfinished(deployment.goal.release)
        decision = _decide(state, _by_the_clock(deployment.request, state))


def _did_not_end_well(decision: Plan) -> str:
    return Message("the job of an earlier run did not end well; {reason}", reason=decision.reason)


def _begin(deployment: Deployment, decision: Plan) -> str | None:
    """Begin the steps of a plan. Returns why the station is left for a later run, None when all is done."""
    station, goal, poll = deployment.station, deployment.goal, deployment.poll
    if any(step.job.verb != "stage" and not step.arm for step in decision.steps):
        for name in decision.others:
            deployment.refuse_beside(name)
    if decision.restart_first:
        left = _restart.restart(station, goal.restarts, poll=poll)
        if left is not None:
            return Message("a restart of Windows is pending, and {left}: left for a later run", left=left)
        deployment.report.restarted = True
        # The station may be another one by now: somebody has logged on, an update has ended.
        decision = _decide(deployment.read(), replace(goal, restarts=replace(goal.restarts, when_pending="ignore")))
        if decision.action == "skip":
            return decision.reason
    left = _people.make_way(station, goal, decision.way, times=deployment.request.times)
    if left is not None:
        return left
    before = ""
    for step in decision.steps:
        verb = step.job.verb
        # The wait for people, or the step before, took what was left of the window. Only what comes after a removal
        # is begun all the same: the station would be without a client until the next window.
        if verb != "stage" and not step.arm and before != "remove" and (closed := deployment.request.hours.closed()):
            return closed
        before = verb
        try:
            deployment.run_step(step)
        except ClientStartedError as exc:
            if goal.people.when_running == "fail":
                raise
            if goal.people.when_running != "close":
                return Message("{fact}: left for a later run", fact=exc.fact)
            _people.close(station, goal.product, poll=poll)
            deployment.run_step(step)
    return None


def log_name(station: str) -> str:
    """A file name for a station's logs: its inventory name may hold anything."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", station).lstrip(".") or "station"
