# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry one step of a plan out on a station: stage, start, follow, judge, prove, clean up."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible.utils.display import Display

from ..deploy import restart as _restart
from ..job import follow as _job
from ..job.commands import STAGED, Job, depot_folder
from ..job.download import (
    Download,
    Installers,
    watched_download,
)
from ..job.outcome import JobFiles, Outcome, read_outcome
from ..station.errors import (
    CommandTimeoutError,
    StationError,
    StationFactError,
    UnreachableError,
)
from ..station.probe import probe
from ..station.winrm import WinrmStation
from .hours import ALWAYS, Hours
from .plan import Desired, Step, unmet

__all__ = ["ClientStartedError", "Report", "Request", "refuse_beside", "run_step", "tidy"]

display = Display()

_ATTEMPTS = 2
"""Starts of one installer in one run: the second only when the station cut the first off."""


class ClientStartedError(StationFactError):
    """Somebody started the program between the plan and the setup: nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the task asks for: the desired state, where the files are, how long to wait (seconds)."""

    desired: Desired
    depot: str
    times: _job.JobTimes
    verify_timeout: float = 60.0
    stage_rate: str = ""
    hours: Hours = ALWAYS
    installers: Installers = field(default_factory=dict)
    log_file: Path | None = None


@dataclass
class Report:
    """What is told about the jobs, filled in as they go. ``name`` and ``log`` are of the last one."""

    name: str = ""
    started: int = 0
    followed: bool = False
    interrupted: int = 0
    code: int | None = None
    restart_needed: bool = False
    restarted: bool = False
    restart_left: str = ""
    client_running: bool = False
    log: str = ""
    log_problem: str = ""
    steps: list[str] = field(default_factory=list)
    tidied: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


@dataclass(frozen=True, kw_only=True)
class _Work:
    """A step with all that belongs to carrying it out."""

    request: Request
    step: Step
    job: Job
    stagings: list[Job]
    report: Report


def run_step(
    station: WinrmStation, request: Request, step: Step, report: Report, *, program_files: str, adopt: list[str]
) -> bool:
    """Bring one step to its end, proven. Raises StationError; whatever it was, no job is left but one at work.

    ``adopt``: stagings whose files the job takes over. Returns False for a job of an earlier run that did not end well
    and was cleared away: whether it is begun again is for a new plan to say, for the station is not what it was.
    """
    job = Job(name=step.job, program_files=program_files)
    stagings = [Job(name=name, program_files=program_files) for name in adopt]
    work = _Work(request=request, step=step, job=job, stagings=stagings, report=report)
    report.name, report.code, report.log = step.job, None, ""
    try:
        files = _run_job(station, work)
        if files is None:
            return False
        if step.verb == "stage":
            _settle(station, job)
        else:
            _prove(station, work)
            _restart_if_needed(station, work, files)
    except (UnreachableError, CommandTimeoutError):
        # Still running, or out of sight: the next run finds the job and follows it.
        raise
    except ClientStartedError:
        _give_back(station, job, stagings)
        raise
    except StationError:
        _remove_unless_running(station, job)
        raise
    report.steps.append(step.job)
    if step.verb != "stage":
        _job.remove(station, job)
    return True


def _run_job(station: WinrmStation, work: _Work) -> JobFiles | None:
    """Start the job, or follow it, until it has ended well; None when one that was followed did not.

    Raises StationError.
    """
    request, job, report = work.request, work.job, work.report
    following = work.step.follow
    started = 0
    while True:
        if not following:
            _start(station, work, attempt=started)
            started += 1
        report.followed |= following
        files = _job.follow(station, job, request.times, download=_watched(work))
        if files.state == "absent":
            # Another administrator's run followed the same job and cleaned it up, or an earlier one was cut off
            # before its script was in place: the station tells which.
            if _is_done(station, work):
                return files
            if following:
                return None
            continue
        _keep_log(files, report, request)
        if files.state == "registered" and not following:
            raise StationFactError(
                "the scheduled task was started but its script never ran",
                remedy="Check the Task Scheduler's history on the station, and any policy that forbids scripts.",
            )
        if files.state == "ended":
            outcome = _outcome(files)
            report.code = outcome.code
            report.restart_needed |= outcome.restart_needed
            report.client_running |= outcome.client_running
            if outcome.accepted:
                return files
            if not following:
                kind = ClientStartedError if outcome.client_started else StationFactError
                raise kind(outcome.fact, remedy=outcome.remedy)
            if _is_done(station, work):
                return files
            display.vv(f"job {job.name} of an earlier run failed ({outcome.fact})")
        else:
            report.interrupted += 1
            display.vv(f"job {job.name} was cut off")
        _job.remove(station, job)
        report.log = ""
        report.code = None
        if following:
            report.tidied.append(job.name)
            return None


def _start(station: WinrmStation, work: _Work, *, attempt: int) -> None:
    """Put the job on the station and start it. ``attempt``: how often this run has done so. Raises StationError."""
    request, step = work.request, work.step
    if attempt == _ATTEMPTS:
        raise _never_ended(work.report)
    if attempt and step.verb != "stage" and (closed := request.hours.closed()):
        raise StationFactError(f"the station cut the job off; {closed}", remedy="Run again then.")
    work.report.started += step.verb != "stage"
    if work.stagings:
        _job.adopt(station, work.job, work.stagings)
    below = request.desired.product.depot_folder
    folder = depot_folder(request.depot, str(step.release), step.arch, below=below)
    rate = request.stage_rate if request.desired.state == "staged" else ""
    _job.stage_and_start(station, work.job, verb=step.verb, folder_url=folder, digest=step.digest, rate=rate)


def _watched(work: _Work) -> Download | None:
    if work.step.verb == "remove":
        # It fetches no installer.
        return None
    return watched_download(work.job.folder, str(work.step.release), work.step.arch, work.request.installers)


def _never_ended(report: Report) -> StationFactError:
    if report.interrupted:
        return StationFactError(
            f"the station cut the job off {report.interrupted} times (restart or power)",
            remedy="Look for what restarts the station, then run again.",
        )
    return StationFactError(
        "the job's files went from the station before it had ended",
        remedy="Look for an antivirus that removed them, or for another administrator at work, then run again.",
    )


def _is_done(station: WinrmStation, work: _Work) -> bool:
    desired, step = work.request.desired, work.step
    state = probe(station, desired.product)
    if step.verb == "stage":
        return step.job.removesuffix("stage") + STAGED in state.jobs
    return unmet(state, step, desired) is None


def _outcome(files: JobFiles) -> Outcome:
    try:
        return read_outcome(files)
    except ValueError as exc:
        return Outcome(accepted=False, fact=str(exc), remedy="Run again; the disk of the station may be full.")


def _keep_log(files: JobFiles, report: Report, request: Request) -> None:
    text = files.as_log() or f"state: {files.state}\n"
    report.log = text
    if request.log_file is None:
        return
    try:
        request.log_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with request.log_file.open("a", encoding="utf-8") as log:
            log.write(f"# {time.strftime('%Y-%m-%dT%H:%M:%S%z')} job {report.name}\n{text}")
    except OSError as exc:
        # The controller's disk is no reason to leave a station half-way; the log is in the task's result as well.
        report.log_problem = f"{request.log_file}: {exc.strerror or exc}"


def _prove(station: WinrmStation, work: _Work) -> None:
    """The exe itself is the proof; a setup that works on after its first process is given ``verify_timeout``."""
    request = work.request
    station.events.stage("verifying")
    deadline = time.monotonic() + request.verify_timeout
    while instead := unmet(probe(station, request.desired.product), work.step, request.desired):
        if time.monotonic() > deadline:
            running = " (somebody runs the client, which locks its files)" if work.report.client_running else ""
            raise StationFactError(
                f"the setup reported success, but {instead}{running}",
                remedy="Run again; if it stays, run the setup by hand on this station (antivirus, disk, rights).",
            )
        time.sleep(request.times.poll)


def _restart_if_needed(station: WinrmStation, work: _Work, files: JobFiles) -> None:
    report, request = work.report, work.request
    if not report.restart_needed:
        return
    left = _restart.after_job(station, work.job, files, request.desired.restarts, poll=request.times.poll)
    report.restart_left = left or ""
    if left is None:
        report.restarted, report.restart_needed = True, False
        _prove(station, work)


def _settle(station: WinrmStation, job: Job) -> None:
    """Leave a staging's files at rest. Another administrator may have done it a moment ago: both are right."""
    _job.settle(station, job, Job(name=job.name.removesuffix("stage") + STAGED, program_files=job.program_files))


def _give_back(station: WinrmStation, job: Job, stagings: list[Job]) -> None:
    """The client was started before the setup: what was staged stays staged, what was not leaves the station."""
    at_rest = next((one for one in stagings if one.name.endswith(f"-{STAGED}")), None)
    try:
        if at_rest is not None:
            _job.settle(station, job, at_rest)
        else:
            _job.remove(station, job)
    except StationError as exc:
        display.vv(f"job {job.name} stays on the station for now: {exc}")


def _remove_unless_running(station: WinrmStation, job: Job) -> None:
    """Clean up after a failure, but never under another administrator's feet; the failure itself comes first."""
    try:
        if not station.query(job.running_query()):
            _job.remove(station, job)
    except StationError as exc:
        display.vv(f"job {job.name} stays on the station for now: {exc}")


def refuse_beside(station: WinrmStation, job: Job) -> None:
    """Raise StationFactError when this job is at work."""
    if station.query(job.running_query()):
        raise StationFactError(
            f"another job is under way on the station: {job.name}",
            remedy="Wait for its end (another administrator may be deploying), then run again.",
        )


def tidy(station: WinrmStation, job: Job, report: Report, request: Request) -> None:
    """Clear away what an earlier run left, logs first. Raises StationFactError when it is at work."""
    # A staging nobody wants any more only fetches: it is ended. Anything else at work is somebody's.
    if not job.name.endswith("-stage"):
        refuse_beside(station, job)
    if not job.name.endswith(f"-{STAGED}"):
        report.name = job.name
        _keep_log(_job.read_files(station, job), report, request)
        report.log = ""
    _job.remove(station, job)
    report.tidied.append(job.name)
