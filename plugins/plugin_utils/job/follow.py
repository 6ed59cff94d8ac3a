# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry a job through on a station: stage, start, follow to its end, read, clean up.

The job is a scheduled task of the station, so it goes on when the controller, the connection or the console dies.
Following it costs one request a look (a WMI query for its processes), and one more while somebody watches its
download; its files are read only once its script is gone. A station that stops answering is waited for: it may be
restarting. Nothing is cleared away while a process of it is at work. I/O: the station and Ansible.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from ...module_utils.base.message import Message
from ...module_utils.base.text import decoded
from ..station.errors import (
    DeferredError,
    StationError,
    StationFactError,
    StillRunningError,
    UnseenError,
)
from ..station.sections import sections
from ..station.telling import telling
from ..station.winrm import WinrmStation
from .commands import STAGE_CODES, UNREAD, UNREAD_REMEDY, Job, Wait
from .curl import curl_cause, curl_said
from .download import Download
from .locked import LOCK_REMEDIES, run_locked
from .outcome import JobFiles, State, lacks_its_log, lingers
from .processes import JobProcess, at_work, described, job_processes, outlived

__all__ = [
    "REFUSALS",
    "JobTimes",
    "adopt",
    "arm",
    "failure_first",
    "follow",
    "patiently",
    "processes",
    "read_files",
    "refuse_beside",
    "remove",
    "settle",
    "stage_and_start",
]

T = TypeVar("T")

_DEPOT = Message("Check from the station that the depot answers, and the digest in pronote_releases; run again.")
_NOT_FETCHED = 62
_STAGE_REMEDIES = {
    _NOT_FETCHED: _DEPOT,
    63: _DEPOT,
    UNREAD: UNREAD_REMEDY,
    **LOCK_REMEDIES,
}

_SCHEDULE = Message("Check that the Task Scheduler service (Schedule) runs on the station.")
_NEXT_FOLLOWS = Message(
    "It goes on by itself: run again later, the next run follows it to its end. If it never ends, it may show a window "
    "that nobody sees (a missing file asks for a disk): look at the station."
)

REFUSALS = 6
"""How often a station that has just started may refuse an account that it knew: it answers before it can ask its
domain. Few, since each of them counts for the account's lock-out."""

_STATES: dict[str, State] = {"exit": "ended", "started": "started", "install.cmd": "registered"}
"""The first of these files that is there says how far the job is."""

_LOOKS = 4
"""How often something is looked at again before it counts as failed."""


@dataclass(frozen=True, kw_only=True)
class JobTimes:
    """How long to wait, in seconds. ``others_wait``: whether to leave what goes on by itself and come back to it."""

    job: float = 3600.0  # for the job's end, from the moment it is followed
    poll: float = 3.0  # between two looks
    start: float = 60.0  # for the task's process to appear
    reconnect: float = 300.0  # for a station that stopped answering
    others_wait: Callable[[], bool] = lambda: False


def adopt(station: WinrmStation, job: Job, staged: list[Job]) -> None:
    """Take over what earlier stagings fetched, as far as it is free. Raises StationError."""
    telling.vv(f"job {job.name}: taking over {', '.join(str(one.name) for one in staged)}")
    station.run(job.adopt(staged), doing=Message("taking over staged files"))


def settle(station: WinrmStation, job: Job) -> None:
    """Leave a job's files at rest under the name of a staging. Raises StationError.

    Another administrator may have done it a moment ago: both are right.
    """
    telling.vv(f"job {job.name}: its files stay as {job.at_rest.name}")
    station.run(job.settle(), doing=Message("leaving staged files")).check(
        Message("the staged files could not be put to rest in {folder}", folder=job.at_rest.folder),
        remedy=Message("A scanner may hold one of them: run again."),
    )


def stage_and_start(
    station: WinrmStation, job: Job, *, folder_url: str, digest: str, rate: str = "", revocation: str = "require"
) -> None:
    """Put the job on the station and start it; doing it again while it runs changes nothing. Raises StationError.

    ``revocation``: a key of ``cmdline.REVOCATION``.
    """
    _stage(station, job, folder_url=folder_url, digest=digest, revocation=revocation)
    telling.vv(f"job {job.name}: starting")
    if job.name.verb != "stage":
        station.watcher.starting(job.name)
    result = station.run(job.start(folder_url, rate, revocation), timeout=120, doing=Message("starting the job"))
    if result.code and not _in_other_hands(station, job):
        raise StationFactError(
            Message("the scheduled task could not be created or started ({result})", result=result.describe()),
            remedy=_SCHEDULE,
        )


def arm(
    station: WinrmStation, job: Job, *, folder_url: str, digest: str, revocation: str, days: int, delay: float
) -> None:
    """Have the job carried out at the next start of Windows, within ``days``. Its files are in its folder already.

    ``delay``: seconds after that start. Raises StationError.
    """
    _stage(station, job, folder_url=folder_url, digest=digest, revocation=revocation)
    telling.vv(f"job {job.name}: waits for the next start")
    row = station.get("Win32_OperatingSystem") or {}
    try:
        wait = Wait.of(str(row.get("LocalDateTime") or ""), days=days, delay=delay)
    except (ValueError, OverflowError) as exc:
        raise StationFactError(
            Message("the station's clock cannot be read"),
            remedy=Message("Set its date and time, then run again."),
        ) from exc
    station.run(job.arm(wait), timeout=120, doing=Message("registering the job for the next start")).check(
        Message("the scheduled task for the next start could not be created"), remedy=_SCHEDULE
    )


def _stage(station: WinrmStation, job: Job, *, folder_url: str, digest: str, revocation: str) -> None:
    """Put the job's script on the station, as it was published. Raises StationError."""
    telling.vv(f"job {job.name}: staging")
    station.events.stage("fetching")
    part = f"install.cmd.{secrets.token_hex(4)}"

    def line(looked: bool) -> str:
        return job.stage(f"{folder_url}/install.cmd", digest, part, revocation, looked=looked)

    result = run_locked(station, job.top, line, timeout=300, doing=Message("staging the job"))
    fact: str = STAGE_CODES.get(result.code, Message("staging the job failed"))
    remedy: str = _STAGE_REMEDIES.get(
        result.code, Message("Check the account's rights on the station and the space on its disk; run again.")
    )
    if result.code == _NOT_FETCHED:
        said = decoded(result.stderr, "cp850")
        # An option that curl does not know is told without a number.
        code = 2 if "is unknown" in said else curl_said(said)[0]
        if code in {2, 35, 60}:
            words, remedy = curl_cause(code, said)
            fact = Message("{fact}: {words}", fact=fact, words=words)
    result.check(fact, remedy=remedy)


def _in_other_hands(station: WinrmStation, job: Job) -> bool:
    """Two administrators at the same job: one finds the other's files in use, or the job ended and cleaned up.

    The caller follows, and looks at the station when nothing of the job is left.
    """
    for _look_again in range(_LOOKS):
        if read_files(station, job).state in {"started", "ended", "absent"}:
            return True
        time.sleep(1)
    return False


def follow(station: WinrmStation, job: Job, times: JobTimes, *, download: Download | None = None) -> JobFiles:
    """Wait for the job's end and return its files. ``download``: what is told of it while it is on its way.

    ``state`` is "ended" after a normal end, "started" when the job was cut off (restart, power), "registered" when its
    task never ran, "absent" when somebody else cleaned it up. Raises StationError (StillRunningError when it is
    still running after ``times.job``: it goes on, and the next run follows it; DeferredError when this run does).
    """
    station.watcher.following(job.name)
    station.events.stage("installing")
    deadline = time.monotonic() + times.job
    start_deadline = time.monotonic() + times.start
    suspected = False
    while True:
        running, files = patiently(station, times, lambda: _look(station, job))
        if running and download is not None:
            download.look(station)
        if files is not None:
            if files.state in {"ended", "absent"}:
                return _with_its_log(station, job, files, times)
            if files.state == "started":
                # The process may have begun between the two reads: only a second look like this one is proof.
                if suspected:
                    return files
                suspected = True
                continue
            if time.monotonic() > start_deadline:
                return files
        suspected = suspected and not running
        if running and times.others_wait():
            raise DeferredError(
                Message("its job goes on by itself, and the other schools do not wait for it"), remedy=_NEXT_FOLLOWS
            )
        if time.monotonic() > deadline:
            raise StillRunningError(
                Message(
                    "the job is still running after {seconds} s: {running}",
                    seconds=f"{times.job:.0f}",
                    running=described(running),
                )
                if running
                else Message("the job is still running after {seconds} s", seconds=f"{times.job:.0f}"),
                remedy=_NEXT_FOLLOWS,
            )
        time.sleep(times.poll)


def processes(station: WinrmStation, job: Job) -> list[JobProcess]:
    """Every process of the job. Raises StationError."""
    return job_processes(station.query(job.running_query()))


def refuse_beside(station: WinrmStation, job: Job) -> None:
    """Raise StationFactError when this job, which is somebody else's, is at work."""
    if at_work(processes(station, job)):
        raise StationFactError(
            Message("another job is under way on the station: {name}", name=str(job.name)),
            remedy=Message("Wait for its end (another administrator may be deploying), then run again."),
        )


def _look(station: WinrmStation, job: Job) -> tuple[list[JobProcess], JobFiles | None]:
    """What is at work; the job's files once nothing is, or once its script has given up waiting for the setup."""
    found = at_work(processes(station, job))
    if not found:
        return found, read_files(station, job)
    if any(each.script for each in found):
        return found, None
    files = read_files(station, job)
    if files.state == "ended" and lingers(files):
        return found, replace(files, at_work=described(found))
    row = station.get("Win32_OperatingSystem") or {}
    if outlived(found, str(row.get("LocalDateTime") or "")):
        raise StillRunningError(
            Message(
                "the setup is at work for longer than the four hours that Windows gives a job: {found}",
                found=described(found),
            ),
            remedy=Message(
                "It shows a window that nobody sees, most likely (a missing file asks for a disk): end "
                "it on the station, or restart it, then run again."
            ),
        )
    return found, None


def _with_its_log(station: WinrmStation, job: Job, files: JobFiles, times: JobTimes) -> JobFiles:
    """Read again what should hold a result and does not: a scanner may have had it in its hands."""
    for _look_again in range(_LOOKS):
        if not lacks_its_log(files):
            break
        time.sleep(1)
        files = patiently(station, times, lambda: read_files(station, job))
    return files


def patiently(station: WinrmStation, times: JobTimes, look: Callable[[], T]) -> T:
    """Look; when the station has stopped answering, reconnect until it does or the time is over."""
    deadline = time.monotonic() + times.reconnect
    lost, refusals = False, 0
    while True:
        try:
            return look()
        except UnseenError as exc:
            if time.monotonic() > deadline:
                raise
            telling.vv(f"the station stopped answering ({exc.fact}): waiting for it")
            lost = True
        except StationError as exc:
            # A shell does not outlive a restart; the connection that carried it may. A station that was lost and is
            # back may refuse an account for a moment.
            refusals += exc.kind == "refused"
            waits = exc.passing or (exc.kind == "refused" and lost and refusals < REFUSALS)
            if not waits or time.monotonic() > deadline:
                raise
        time.sleep(times.poll)
        station.close()


@contextlib.contextmanager
def failure_first(name: object) -> Iterator[None]:
    """Clean up after a failure: what goes wrong in it is not told instead."""
    try:
        yield
    except StationError as exc:
        telling.vv(f"{name} stays on the station for now: {exc}")


def read_files(station: WinrmStation, job: Job) -> JobFiles:
    """Read what the job has left so far. Raises StationError."""
    output = station.run(job.read(), doing=Message("reading the job's files")).stdout
    # Each with the line end that was added to it taken off.
    bodies = {name: re.sub(rb"\r?\n\Z", b"", body) for name, body in sections(output, job.headings()).items()}
    parts = {name: decoded(body, "cp850").replace("\r\n", "\n") for name, body in bodies.items()}
    present = parts.get("state", "").split()
    return JobFiles(
        state=next((state for file, state in _STATES.items() if file in present), "absent"),
        exit=parts.get("exit") or None,
        setup_log=parts.get("setup_log") or None,
        curl_log=parts.get("curl_log") or None,
        restart=parts.get("restart") or None,
        renames_before=parts.get("renames_before") or None,
        renames_after=parts.get("renames_after") or None,
    )


def remove(station: WinrmStation, job: Job) -> None:
    """Delete the job's task and folder. Raises StationError when something of it stays.

    StillRunningError when a program of its setup is at work: clearing that away would take its files from under it. A
    staging only fetches, and is ended.
    """
    station.events.stage("cleaning")
    if job.name.runs_setup:
        left = processes(station, job)
        if busy := [each for each in at_work(left) if not each.clears]:
            raise StillRunningError(
                Message("the job's folder cannot be cleared away while this is at work: {busy}", busy=described(busy)),
                remedy=Message(
                    "Run again once it has ended; if it never ends by itself, end it there or restart the station."
                ),
            )
        for helper in (each for each in left if each.helper):
            telling.vv(f"job {job.name}: ending {helper.describe()}, which its setup has left behind")
            station.run(job.end_helper(helper.pid), doing=Message("ending what a setup has left behind"))
    for attempt in range(_LOOKS):
        result = station.run(job.remove(), doing=Message("cleaning up the job"))
        if not result.code:
            return
        # A scanner, or another administrator's clean-up, holds a file for a moment.
        time.sleep(attempt + 1)
    if result.code == 66:
        result.check(
            Message("the scheduled task {task} could not be deleted", task=repr(job.task)),
            remedy=Message("Check the account's rights on the station's Task Scheduler, then run again."),
        )
    result.check(
        Message("the job folder {folder} could not be deleted", folder=job.folder),
        remedy=Message("Something still holds a file of it: run again after a restart of the station."),
    )
