# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left to the next start of a station: a plan armed instead of carried out. Pure.

The files are brought and verified now; the setup is the station's own task at its next start, before anybody is there.
An armed job proves nothing. What is armed and not wanted any more is disarmed by whatever plan comes next, a skip too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from ...module_utils.base.message import Day, Message
from ..station.job_name import JobName
from .goal import Plan
from .planner import Planner
from .scripts import too_old

__all__ = ["armed", "instead", "since", "still_waits", "still_wanted"]


def since(text: str) -> dt.date | None:
    """The day of a mark, as in 20261130; None for one that is no day."""
    try:
        return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None


def armed(jobs: list[JobName], marks: Mapping[str, str]) -> dict[JobName, dt.date]:
    """Those of the jobs that wait for the next start, with the day of the station's on which that began."""
    found = {job: since(marks[str(job)]) for job in jobs if job.sets_up and str(job) in marks}
    return {job: day for job, day in found.items() if day is not None}


def still_waits(planner: Planner, job: JobName) -> dt.date | None:
    """Since when this very job waits; None where it does not, or has for too long: it would clear itself away."""
    day = planner.armed.get(job)
    return day if day is not None and planner.today < day + dt.timedelta(days=planner.goal.armed_days) else None


def still_wanted(planner: Planner) -> JobName | None:
    """The job of the release that is wanted, which waits for a start."""
    release = planner.goal.release.client
    return next((job for job in planner.armed if job.release == release and still_waits(planner, job)), None)


def instead(planner: Planner, decided: Plan, why: str = "") -> Plan:
    """The plan for the next start, in the place of one that would be carried out now. ``why``: what forbids that."""
    goal, followed = planner.goal, [step for step in decided.steps if step.follow]
    begun = [step for step in decided.steps if not step.follow]
    setup = next((step for step in begun if step.job.sets_up), None)
    if setup is None or any(step.job.verb == "remove" for step in begun[: begun.index(setup)]):
        no = Message("a removal comes first, and only an installation can be left to the next start")
        return _left(decided, no if setup else why or no)
    if planner.state.frozen:
        return _left(
            decided, Message("the next start of a frozen station ({frozen}) would undo it", frozen=planner.state.frozen)
        )
    notes = list(decided.notes)
    if any(step.job.verb == "remove" for step in begun):
        notes.append(Message("clients of earlier years are left for a later run"))
    if (day := still_waits(planner, setup.job)) is not None:
        reason = Message("will be installed at the next start of the station, since {day}", day=Day(day))
        plan = replace(decided, action="armed", reason=reason, why="", steps=followed, notes=notes)
        return planner.with_after(plan)
    stage = None if planner.at_rest else planner.step("stage")
    brought = [replace(stage, adopt=() if stage.follow else tuple(planner.stagings()))] if stage else []
    arming = replace(setup, arm=True, adopt=(setup.job.at_rest,))
    if (old := too_old([arming], goal.scripts)) is not None:
        return planner.refuse(*old)
    reason = Message("will be installed at the next start of the station")
    if why:
        reason = Message("will be installed at the next start of the station: {why}", why=why)
    return planner.with_after(planner.decide("arm", reason, [*followed, *brought, arming], notes=notes))


def _left(decided: Plan, why: str) -> Plan:
    return decided.left(Message("{reason}; {why}", reason=decided.reason, why=why), why=why)
