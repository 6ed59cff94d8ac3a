# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring one station to the state asked for: probe, plan, (check mode stops here) job, verify.

The callers are the action plugins; everything decided here comes from the pure ``module_utils/plan.py``.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ansible.utils.display import Display
from ansible_collections.rentree.pronote.plugins.module_utils.job_commands import Job, depot_folder
from ansible_collections.rentree.pronote.plugins.module_utils.job_files import JobFiles, Outcome, read_outcome
from ansible_collections.rentree.pronote.plugins.module_utils.plan import Desired, Plan, missing, plan
from ansible_collections.rentree.pronote.plugins.module_utils.station_errors import (
    CommandTimeoutError,
    StationError,
    StationFactError,
    UnreachableError,
)
from ansible_collections.rentree.pronote.plugins.module_utils.station_state import StationState
from ansible_collections.rentree.pronote.plugins.module_utils.wmi import escape_wql
from ansible_collections.rentree.pronote.plugins.plugin_utils import _job, _progress
from ansible_collections.rentree.pronote.plugins.plugin_utils._probe import probe
from ansible_collections.rentree.pronote.plugins.plugin_utils._windows import ALWAYS, Hours
from ansible_collections.rentree.pronote.plugins.plugin_utils._winrm import WinrmStation

__all__ = ["Request", "ensure", "log_name"]

display = Display()

_ATTEMPTS = 2
"""Starts of one installer in one run: the second only when the station cut the first off."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the task asks for: the desired state, where the files are, how long to wait (seconds)."""

    desired: Desired
    depot: str
    times: _job.JobTimes
    verify_timeout: float = 60.0
    wait_running_timeout: float = 600.0
    hours: Hours = ALWAYS
    log_file: Path | None = None


@dataclass
class _Report:
    """What is told about the job, filled in as it goes."""

    name: str = ""
    started: int = 0
    followed: bool = False
    interrupted: int = 0
    code: int | None = None
    restart_needed: bool = False
    log: str = ""
    tidied: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


def ensure(station: WinrmStation, request: Request, *, check: bool) -> dict[str, Any]:
    """Return the task's result. Raises StationError with what was found and what to do."""
    _progress.stage("reading")
    state = probe(station, request.desired.product)
    decision = plan(state, replace(request.desired, not_now=request.hours.closed()))
    display.vv(f"plan: {decision.action} ({decision.reason})")
    result: dict[str, Any] = {
        "changed": decision.changes,
        "action": decision.action,
        "reason": decision.reason,
        "release": str(request.desired.release.client),
        "before": decision.before,
        "after": decision.after,
        "diff": [decision.diff()],
        "warnings": [*state.warnings, *_reboot_warning(state)],
    }
    if decision.action == "refuse":
        raise StationFactError(decision.reason, remedy=decision.remedy or "See docs/troubleshooting.md.")
    if check or not decision.changes:
        return result
    report = _Report(name=decision.job)
    try:
        outcome = _carry_out(station, request, decision, state, report)
    except StationError as exc:
        exc.job = report.as_dict()
        raise
    if outcome is not None:
        # The plan said wait, and the client was never closed.
        return {**result, "changed": False, "action": "skip", "reason": outcome, "after": decision.before, "diff": []}
    return {**result, "job": report.as_dict()}


def _reboot_warning(state: StationState) -> list[str]:
    return [f"a restart of Windows is pending ({', '.join(state.pending_reboot)})"] if state.pending_reboot else []


def _carry_out(
    station: WinrmStation, request: Request, decision: Plan, state: StationState, report: _Report
) -> str | None:
    for name in decision.tidy:
        _tidy(station, Job(name=name, program_files=state.program_files), report, request)
    if decision.action == "none":
        return None
    job = Job(name=decision.job, program_files=state.program_files)
    if decision.wait_running and not _wait_until_closed(station, request):
        return f"the client was still in use after {request.wait_running_timeout:.0f} s: left for a later run"
    if decision.action != "finish" and (closed := request.hours.closed()):
        # The wait for the client took what was left of the window.
        return closed
    if decision.close_running:
        _close(station, request)
    try:
        _run_job(station, request, decision, job, report)
        _verify(station, request)
    except (UnreachableError, CommandTimeoutError):
        # Still running, or out of sight: the next run finds the job and follows it.
        raise
    except StationError:
        _remove_unless_running(station, job)
        raise
    _job.remove(station, job)
    return None


def _remove_unless_running(station: WinrmStation, job: Job) -> None:
    """Clean up after a failure, but never under another administrator's feet; the failure itself comes first."""
    try:
        if not station.query(job.running_query()):
            _job.remove(station, job)
    except StationError as exc:
        display.vv(f"job {job.name} stays on the station for now: {exc}")


def _run_job(station: WinrmStation, request: Request, decision: Plan, job: Job, report: _Report) -> None:
    desired = request.desired
    verb = "install" if desired.state == "present" else "remove"
    arch = decision.arch or "x64"
    folder = depot_folder(request.depot, str(desired.release.client), arch)
    following = decision.action == "finish"
    while True:
        if not following:
            if report.started == _ATTEMPTS:
                raise StationFactError(
                    f"the station cut the job off {report.interrupted} times (restart or power)",
                    remedy="Look for what restarts the station, then run again.",
                )
            if report.followed and (closed := request.hours.closed()):
                # Following what an earlier run began is right at any hour, beginning again is not.
                raise StationFactError(
                    f"the job of an earlier run did not end well; {closed}", remedy="Run again then."
                )
            report.started += 1
            _job.stage_and_start(station, job, verb=verb, folder_url=folder, digest=desired.digests[arch])
        report.followed |= following
        files = _job.follow(station, job, request.times)
        if files.state == "absent":
            # Another administrator's run followed the same job and cleaned it up, or an earlier one was cut off
            # before its script was in place: the exe tells which.
            if missing(probe(station, desired.product), desired) is None:
                return
            following = False
            continue
        _keep_log(files, report, request)
        if files.state == "registered" and not following:
            raise StationFactError(
                "the scheduled task was started but its script never ran",
                remedy="Check the Task Scheduler's history on the station, and any policy that forbids scripts.",
            )
        if files.state == "ended":
            outcome = _outcome(files)
            report.code, report.restart_needed = outcome.code, outcome.restart_needed
            if outcome.accepted:
                return
            if not following:
                raise StationFactError(outcome.fact, remedy=outcome.remedy)
            if missing(probe(station, desired.product), desired) is None:
                return
            display.vv(f"job {job.name} of an earlier run failed ({outcome.fact}): starting again")
        else:
            report.interrupted += 1
            display.vv(f"job {job.name} was cut off: starting again")
        _job.remove(station, job)
        report.log = ""
        report.code = None
        following = False


def _outcome(files: JobFiles) -> Outcome:
    try:
        return read_outcome(files)
    except ValueError as exc:
        return Outcome(accepted=False, fact=str(exc), remedy="Run again; the disk of the station may be full.")


def _keep_log(files: JobFiles, report: _Report, request: Request) -> None:
    text = files.as_log() or f"state: {files.state}\n"
    report.log = text
    if request.log_file is not None:
        request.log_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with request.log_file.open("a", encoding="utf-8") as log:
            log.write(f"# {time.strftime('%Y-%m-%dT%H:%M:%S%z')} job {report.name}\n{text}")


def _verify(station: WinrmStation, request: Request) -> None:
    """The exe itself is the proof; a setup that works on after its first process is given ``verify_timeout``."""
    _progress.stage("verifying")
    deadline = time.monotonic() + request.verify_timeout
    while instead := missing(probe(station, request.desired.product), request.desired):
        if time.monotonic() > deadline:
            raise StationFactError(
                f"the setup reported success, but {instead}",
                remedy="Run again; if it stays, run the setup by hand on this station (antivirus, disk, rights).",
            )
        time.sleep(request.times.poll)


def _tidy(station: WinrmStation, job: Job, report: _Report, request: Request) -> None:
    if station.query(job.running_query()):
        raise StationFactError(
            f"another job is under way on the station: {job.name}",
            remedy="Wait for its end (another administrator may be deploying), then run again.",
        )
    _keep_log(_job.read_files(station, job), report, request)
    report.log = ""
    _job.remove(station, job)
    report.tidied.append(job.name)


def _in_use(station: WinrmStation, request: Request) -> bool:
    names = " or ".join(f"Name = '{escape_wql(image)}'" for image in request.desired.product.processes)
    return bool(station.query(f"select ProcessId from Win32_Process where {names}"))  # noqa: S608  (escaped above)


def _wait_until_closed(station: WinrmStation, request: Request) -> bool:
    _progress.stage("waiting")
    deadline = time.monotonic() + request.wait_running_timeout
    while _in_use(station, request):
        if time.monotonic() > deadline:
            return False
        time.sleep(request.times.poll)
    return True


def _close(station: WinrmStation, request: Request) -> None:
    images = " ".join(f'/IM "{image}"' for image in request.desired.product.processes)
    # /F: WinRM lives in session 0 and cannot send WM_CLOSE to windows of another session.
    result = station.run(f"taskkill /F /T {images}", doing="closing the client")
    deadline = time.monotonic() + 30
    while _in_use(station, request):
        if time.monotonic() > deadline:
            raise StationFactError(
                f"the running client could not be closed ({result.describe()})",
                remedy="Close it on the station, or restart it.",
            )
        time.sleep(request.times.poll)


def log_name(station: str) -> str:
    """A file name for a station's logs: its inventory name may hold anything."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", station).lstrip(".") or "station"
