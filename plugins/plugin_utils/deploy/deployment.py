# SPDX-License-Identifier: GPL-3.0-or-later
"""One run's work on one station: what it reads, and each step of a plan carried out to its proof.

A step is staged, started, followed, judged, proven and cleaned up. I/O: the station and files.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...module_utils.base.clock import utc_now
from ...module_utils.base.message import Message
from ..job import follow as _job
from ..job.commands import Job, depot_folder
from ..job.download import Installers, watched_download
from ..job.outcome import GONE, NEVER_RAN, JobFiles, JobOutcome, read_outcome
from ..station.errors import (
    CommandTimeoutError,
    StationError,
    StationFactError,
    StillRunningError,
    UnseenError,
)
from ..station.frozen import Unconfirmed
from ..station.job_name import JobName, job_names
from ..station.state import StationState
from ..station.telling import telling
from ..station.winrm import WinrmStation, probe
from .cases import record_again
from .goal import Goal, JobStep
from .hours import ALWAYS, Hours
from .restart import after_job

__all__ = ["ClientStartedError", "Deployment", "DeploymentReport", "DeploymentRequest"]


_ATTEMPTS = 2
"""Starts of one installer in one run: the second only when the station cut the first off."""


class ClientStartedError(StationFactError):
    """Somebody started the program between the plan and the setup: nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class DeploymentRequest:
    """What the task asks for: the goal, where the files are, how long to wait (seconds)."""

    goal: Goal
    depot: str
    times: _job.JobTimes
    verify_timeout: float = 60.0
    stage_rate: str = ""
    # A key of cmdline.REVOCATION.
    depot_revocation: str = "require"
    # Seconds after a start at which an armed job begins.
    armed_delay: float = 30.0
    hours: Hours = ALWAYS
    installers: Installers = field(default_factory=dict)
    log_file: Path | None = None
    # What an earlier run brought to the station while it was frozen.
    unconfirmed: Callable[[], Unconfirmed | None] = lambda: None


@dataclass
class DeploymentReport:
    """What is told about the jobs, filled in as they go. ``name`` and ``log`` are of the last one."""

    name: str = ""
    started: int = 0
    followed: bool = False
    interrupted: int = 0
    code: int | None = None
    restart_needed: bool = False
    restarted: bool = False
    restart_left: str = ""
    # It is left to the next start of the station; and what came of one, where that was no good end.
    armed: bool = False
    at_start: str = ""
    client_running: bool = False
    log: str = ""
    log_problem: str = ""
    steps: list[str] = field(default_factory=list)
    # What setups said that the station then contradicted.
    doubts: list[str] = field(default_factory=list)
    tidied: list[str] = field(default_factory=list)


class Deployment:
    """A station, what is asked for it, and what is told of it."""

    def __init__(self, station: WinrmStation, request: DeploymentRequest) -> None:
        self.station, self.request, self.report = station, request, DeploymentReport()
        self.goal, self.poll = request.goal, request.times.poll
        # An installation of an earlier run broke off after its exe was in place: what is there is no proof.
        self.unfinished = False
        self._keep = False
        self._program_files = self._frozen = ""
        self._policies: list[str] = []

    def read(self) -> StationState:
        """Read the whole state. Raises StationError."""
        state = probe(self.station, self.goal.product)
        self._program_files = state.program_files
        self._frozen, self._policies = state.frozen, state.policies
        return state

    def run_step(self, step: JobStep) -> bool:
        """Bring one step to its end, proven. Raises StationError; whatever it was, no job is left but one at work.

        Or one that broke off with its exe in place, by which the next run knows.

        Returns False for a job of an earlier run that did not end well and was cleared away: whether it is begun again
        is for a new plan to say, for the station is not what it was.
        """
        job, report = self._job(step.job), self.report
        report.name, report.code, report.log = str(step.job), None, ""
        if step.arm:
            self._arm(step, job)
            return True
        try:
            files = self._run_job(step, job)
            if files is None:
                return False
            if step.job.verb == "stage":
                _job.settle(self.station, job)
            else:
                self._prove(step)
                self._restart_if_needed(step, job, files)
        except (UnseenError, CommandTimeoutError):
            # Still running, or out of sight: the next run finds the job and follows it.
            raise
        except ClientStartedError:
            # What was staged stays staged, what was not leaves the station.
            with _job.failure_first(job.name):
                (_job.settle if any(name.verb == "staged" for name in step.adopt) else _job.remove)(self.station, job)
            raise
        except StationError:
            # Never under the feet of another administrator's setup, or of one that works on.
            with _job.failure_first(job.name):
                if not self._keep:
                    _job.remove(self.station, job)
            raise
        report.steps.append(str(step.job))
        if step.job.verb != "stage":
            _job.remove(self.station, job)
        return True

    def refuse_beside(self, name: JobName) -> None:
        """Raise StationFactError when this job is at work."""
        _job.refuse_beside(self.station, self._job(name))

    def tidy(self, name: JobName) -> None:
        """Clear away what an earlier run left, logs first. Raises StationFactError when it is at work."""
        job = self._job(name)
        # A staging nobody wants any more only fetches: it is ended. Anything else at work is somebody's.
        if name.verb != "stage":
            self.refuse_beside(name)
        if name.verb != "staged":
            self.report.name = str(name)
            self.keep_log(_job.read_files(self.station, job))
            self.report.log = ""
        _job.remove(self.station, job)
        self.report.tidied.append(str(name))

    def keep_log(self, files: JobFiles) -> None:
        """Put a job's logs into the report and the controller's file."""
        text = files.as_log() or f"state: {files.state}\n"
        self.report.log = text
        file = self.request.log_file
        if file is None:
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with file.open("a", encoding="utf-8") as log:
                log.write(f"# {utc_now().astimezone():%Y-%m-%dT%H:%M:%S%z} job {self.report.name}\n{text}")
        except OSError as exc:
            # The controller's disk is no reason to leave a station half-way; the log is in the task's result as well.
            self.report.log_problem = f"{file}: {exc.strerror or exc}"

    def _job(self, name: JobName) -> Job:
        return Job(name=name, program_files=self._program_files)

    def _run_job(self, step: JobStep, job: Job) -> JobFiles | None:
        """Start the job, or follow it, until it has ended well; None when one that was followed did not.

        Raises StationError.
        """
        report, following = self.report, step.follow
        times = self.request.times
        if step.job.verb == "remove":
            # What comes after it is done now: the station would be without a client meanwhile.
            times = replace(times, others_wait=lambda: False)
        started = 0
        while True:
            if not following:
                self._start(step, job, attempt=started)
                started += 1
            report.followed |= following
            files = _job.follow(self.station, job, times, download=watched_download(job, self.request.installers))
            if files.state == "absent":
                # Another administrator's run followed the same job and cleaned it up, or an earlier one was cut off
                # before its script was in place: the station tells which.
                if self._instead(step) is None:
                    return files
                if following:
                    return None
                continue
            self.keep_log(files)
            if files.state == "registered" and not following:
                seen = Message("; set there: {names}", names=", ".join(self._policies)) if self._policies else ""
                raise StationFactError(
                    Message("the scheduled task was started but its script never ran"),
                    remedy=NEVER_RAN.given(seen=seen),
                )
            if files.state == "ended":
                outcome = read_outcome(files)
                report.code = outcome.code
                report.restart_needed |= outcome.restart_needed
                report.client_running |= outcome.client_running
                if self._ended_well(step, outcome, following=following):
                    return files
                telling.vv(f"job {job.name} of an earlier run failed ({outcome.fact})")
                if outcome.at_start:
                    report.at_start = outcome.fact
            else:
                report.interrupted += 1
                telling.vv(f"job {job.name} was cut off")
            _job.remove(self.station, job)
            report.log = ""
            report.code = None
            if following:
                report.tidied.append(str(job.name))
                return None

    def _ended_well(self, step: JobStep, outcome: JobOutcome, *, following: bool) -> bool:
        """Whether the step's proof is all that is missing; no for a job of an earlier run that is to be begun anew.

        Raises StationError for a failure, which of an earlier run is none.
        """
        if outcome.at_work:
            raise StillRunningError(outcome.fact, remedy=outcome.remedy)
        if outcome.accepted and not following:
            return True
        looked = following or outcome.in_doubt or outcome.spoilt
        instead = self._instead(step) if looked else ""
        if outcome.spoilt:
            # Its exe may be there, and other files not. What the job has left is how the next run knows.
            self._keep = instead is None and not following
            self.unfinished |= instead is None and following
        # An earlier run's is looked at even so: its script may have taken the log for the end (up to 0.1.0), and been
        # cut off after that; or have given up waiting for a setup that somebody has ended since.
        elif instead is None and (following or outcome.in_doubt):
            if not outcome.accepted:
                self.report.doubts.append(outcome.fact)
            return True
        if following:
            return False
        kind = ClientStartedError if outcome.client_started else StationFactError
        fact = outcome.fact
        if outcome.in_doubt:
            fact = Message("{fact}, and {instead}", fact=fact, instead=instead)
        raise kind(fact, remedy=record_again(step) if outcome.unfit else outcome.remedy)

    def _start(self, step: JobStep, job: Job, *, attempt: int) -> None:
        """Put the job on the station and start it. ``attempt``: how often this run has. Raises StationError."""
        request, name = self.request, step.job
        if attempt == _ATTEMPTS:
            raise self._never_ended()
        if attempt and name.verb != "stage" and (closed := request.hours.closed()):
            raise StationFactError(
                Message("the station cut the job off; {closed}", closed=closed), remedy=Message("Run again then.")
            )
        self.report.started += name.verb != "stage"
        if any(each.runs_setup for each in step.adopt):
            # It waited for a start, which may have come a moment ago.
            self.refuse_beside(name)
        if step.adopt:
            _job.adopt(self.station, job, [self._job(each) for each in step.adopt])
        folder = depot_folder(request.depot, str(name.release), name.arch, below=self.goal.product.depot_folder)
        rate = request.stage_rate if self.goal.state == "staged" else ""
        _job.stage_and_start(
            self.station,
            job,
            folder_url=folder,
            digest=step.digest,
            rate=rate,
            revocation=request.depot_revocation,
        )

    def _arm(self, step: JobStep, job: Job) -> None:
        """Leave a job whose files are there to the next start of the station. Raises StationError.

        What cannot be armed keeps its files, at rest.
        """
        goal, name, request = self.goal, step.job, self.request
        _job.adopt(self.station, job, [self._job(each) for each in step.adopt])
        try:
            _job.arm(
                self.station,
                job,
                folder_url=depot_folder(request.depot, str(name.release), name.arch, below=goal.product.depot_folder),
                digest=step.digest,
                revocation=request.depot_revocation,
                days=goal.armed_days,
                delay=request.armed_delay,
            )
        except (UnseenError, CommandTimeoutError):
            raise
        except StationError:
            with _job.failure_first(name):
                _job.settle(self.station, job)
            raise
        self.report.armed = True
        self.report.steps.append(str(name))

    def _never_ended(self) -> StationError:
        if self.report.interrupted:
            return StationFactError(
                Message(
                    "the station cut the job off {interrupted} times (restart or power)",
                    interrupted=self.report.interrupted,
                ),
                remedy=Message("Look for what restarts the station, then run again."),
            )
        return GONE.error()

    def _instead(self, step: JobStep) -> str | None:
        """What the station shows instead of the step's result; None once it is there."""
        state = self.read()
        if step.job.verb == "stage":
            return None if step.job.at_rest in job_names(state.jobs) else Message("its files are not there")
        return step.unmet(state, self.goal)

    def _prove(self, step: JobStep) -> None:
        """The exe itself is the proof; a setup that works on after its first process is given ``verify_timeout``."""
        self.station.events.stage("verifying")
        deadline = time.monotonic() + self.request.verify_timeout
        while instead := step.unmet(self.read(), self.goal):
            if time.monotonic() > deadline:
                fact = Message("the setup reported success, but {instead}", instead=instead)
                if self.report.client_running:
                    fact = Message("{fact} (somebody runs the client, which locks its files)", fact=fact)
                raise StationFactError(
                    fact,
                    remedy=Message(
                        "Run again; if it stays, run the setup by hand on this station (antivirus, disk, rights)."
                    ),
                )
            time.sleep(self.poll)

    def _restart_if_needed(self, step: JobStep, job: Job, files: JobFiles) -> None:
        report = self.report
        if not report.restart_needed:
            return
        if self._frozen:
            report.restart_left = Message("it would undo the installation ({frozen})", frozen=self._frozen)
            return
        left = after_job(self.station, job, files, self.goal.restarts, poll=self.poll)
        report.restart_left = left or ""
        if left is None:
            report.restarted, report.restart_needed = True, False
            self._prove(step)
