# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring one station to the state asked for: probe, plan, (check mode stops here) people, jobs, proof.

The callers are the action plugins; everything decided here comes from the pure ``plugin_utils/deploy/plan.py``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from ansible.utils.display import Display

from ...module_utils.base.clock import utc_now
from ..deploy import make_way as _people
from ..deploy import restart as _restart
from ..job.commands import Job
from ..station.errors import StationError, StationFactError
from ..station.probe import probe
from ..station.state import StationState
from ..station.winrm import WinrmStation
from .plan import Desired, Plan, plan
from .steps import (
    ClientStartedError,
    Report,
    Request,
    refuse_beside,
    run_step,
    tidy,
)

__all__ = ["Request", "ensure", "log_name"]

display = Display()


def ensure(station: WinrmStation, request: Request, *, check: bool) -> dict[str, Any]:
    """Return the task's result. Raises StationError with what was found and what to do."""
    station.events.stage("reading")
    state = probe(station, request.desired.product)
    decision = _decide(state, replace(request.desired, not_now=request.hours.closed()))
    result: dict[str, Any] = {
        "changed": decision.changes,
        "action": decision.action,
        "reason": decision.reason,
        "release": str(request.desired.release.client),
        "before": decision.before,
        "after": decision.after,
        "conditions": decision.conditions,
        "diff": [decision.diff()],
        "warnings": [*state.warnings, *decision.notes, *_reboot_warning(state)],
    }
    if check or not decision.changes:
        # Shown without -v too: a dry run tells what people and Windows would notice.
        return {**result, "warnings": [*result["warnings"], *decision.conditions]}
    report = Report(name=decision.job)
    try:
        outcome = _carry_out(station, request, decision, state, report)
    except StationError as exc:
        exc.job = report.as_dict()
        raise
    result["job"] = report.as_dict()
    result["warnings"] += _afterwards(report)
    return result if outcome is None else {**result, **_left(station, request, decision, report, outcome)}


def _left(station: WinrmStation, request: Request, decision: Plan, report: Report, why: str) -> dict[str, Any]:
    """The plan met people. What was done before, tidied away, or restarted, is a change all the same."""
    done = bool(report.tidied or report.restarted or report.steps)
    after = plan(probe(station, request.desired.product), request.desired).before if done else decision.before
    diff = [replace(decision, after=after).diff()] if done else []
    return {"action": "skip", "reason": why, "after": after, "diff": diff, "changed": done}


def _decide(state: StationState, desired: Desired) -> Plan:
    decision = plan(state, desired, now=utc_now())
    display.vv(f"plan: {decision.action} ({decision.reason})")
    if decision.action == "refuse":
        raise StationFactError(decision.reason, remedy=decision.remedy or "See docs/troubleshooting.md.")
    return decision


def _reboot_warning(state: StationState) -> list[str]:
    return [f"a restart of Windows is pending ({', '.join(state.pending_reboot)})"] if state.pending_reboot else []


def _afterwards(report: Report) -> list[str]:
    told = []
    if report.log_problem:
        told.append(f"the job's log could not be kept on the controller ({report.log_problem}); see its log_dir")
    if report.restart_needed:
        told.append(f"the setup asks for a restart of Windows, which was not done: {report.restart_left}")
    if report.client_running:
        told.append("somebody started the client during the installation: it shows the new release once restarted")
    return told


def _carry_out(
    station: WinrmStation, request: Request, decision: Plan, state: StationState, report: Report
) -> str | None:
    """Do what the plan says. Returns why the station is left for a later run, None when all is done."""
    failed: set[str] = set()
    while True:
        for name in decision.tidy:
            tidy(station, Job(name=name, program_files=state.program_files), report, request)
        if decision.action != "finish":
            return _begin(station, request, decision, state, report)
        step = next(step for step in decision.steps if step.follow)
        if not run_step(station, request, step, report, program_files=state.program_files, adopt=[]):
            failed.add(step.job)
        elif decision.steps == [step]:
            return None
        # Hours may have gone by: what comes now is decided anew, with people, hours and restarts. A folder that may
        # still be there (of a staging that was cut off) is no job to follow a second time.
        state = probe(station, request.desired.product)
        state = replace(state, jobs=[name for name in state.jobs if name not in failed])
        decision = _decide(state, replace(request.desired, not_now=request.hours.closed()))
        if decision.action == "skip":
            why = "the job of an earlier run did not end well; " if failed else ""
            return f"{why}{decision.reason}"


def _begin(station: WinrmStation, request: Request, decision: Plan, state: StationState, report: Report) -> str | None:
    """Begin the steps of a plan. Returns why the station is left for a later run, None when all is done."""
    if any(step.verb != "stage" for step in decision.steps):
        for name in decision.others:
            refuse_beside(station, Job(name=name, program_files=state.program_files))
    if decision.restart_first:
        left = _restart.restart(station, request.desired.restarts, poll=request.times.poll)
        if left is not None:
            return f"a restart of Windows is pending, and {left}: left for a later run"
        report.restarted = True
        # The station may be another one by now: somebody has logged on, an update has ended.
        restarts = replace(request.desired.restarts, when_pending="ignore")
        state = probe(station, request.desired.product)
        decision = _decide(state, replace(request.desired, restarts=restarts))
        if decision.action == "skip":
            return decision.reason
    product, people, poll = request.desired.product, request.desired.people, request.times.poll
    left = _people.make_way(station, product, decision.way, people, poll=poll)
    if left is not None:
        return left
    before = ""
    for step in decision.steps:
        # The wait for people, or the step before, took what was left of the window. Only what comes after a removal
        # is begun all the same: the station would be without a client until the next window.
        if step.verb != "stage" and before != "remove" and (closed := request.hours.closed()):
            return closed
        before = step.verb
        adopt = decision.adopt if step.verb == "install" else []
        try:
            run_step(station, request, step, report, program_files=state.program_files, adopt=adopt)
        except ClientStartedError as exc:
            if people.when_running == "fail":
                raise
            if people.when_running != "close":
                return f"{exc.fact}: left for a later run"
            _people.close(station, product, poll=poll)
            run_step(station, request, step, report, program_files=state.program_files, adopt=adopt)
    return None


def log_name(station: str) -> str:
    """A file name for a station's logs: its inventory name may hold anything."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", station).lstrip(".") or "station"
