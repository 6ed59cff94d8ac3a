# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry the harmless package through on a station, as a release is: staged, started, followed, read, cleared away.

I/O: the station.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace

from ...module_utils.base.message import Message
from ...module_utils.base.text import decoded
from ...module_utils.product.products import HARMLESS
from ..job import follow as _job
from ..job.commands import Job, depot_folder
from ..job.outcome import GONE, JobFiles, read_outcome
from ..station.errors import CommandTimeoutError, ControllerError, StationError, StationFactError, UnseenError
from ..station.job_name import job_names
from ..station.winrm import WinrmStation
from .ask import Evidence
from .package import Carried, job_name, parse_told

__all__ = ["Way", "carried"]

_PROGRAM_FILES = re.compile(r"^ProgramFiles=([A-Za-z]:\\[^\"%&|<>^\r\n]{1,100})\r?$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Way:
    """``digest``: of the package's ``install.cmd`` in the depot; ``revocation``: a key of ``cmdline.REVOCATION``."""

    depot: str
    digest: str
    revocation: str
    times: _job.JobTimes


def carried(
    station: WinrmStation, evidence: Evidence, way: Way, *, why_not: str
) -> tuple[Evidence, StationError | None]:
    """The evidence with what became of the package, or with ``why_not``; and what it broke off at.

    Raises StationError of a station that does not answer any more, and of this machine.
    """
    if why_not:
        return replace(evidence, carried=why_not), None
    try:
        return replace(evidence, carried=_carry(station, evidence, way)), None
    except (UnseenError, ControllerError):
        raise
    except StationError as exc:
        return replace(evidence, problems={**evidence.problems, "job": exc.kind}), exc


def _carry(station: WinrmStation, evidence: Evidence, way: Way) -> Carried:
    """What an earlier rehearsal left is cleared away first.

    Raises StationError: a fact where another job is under way, or where one of these steps fails.
    """
    program_files = _program_files(evidence)
    folders = decoded(evidence.part("jobs") or b"", "cp850").splitlines()
    jobs = job_names(each.strip() for each in folders)
    for each in jobs:
        _job.refuse_beside(station, Job(name=each, program_files=program_files))
    job, times = Job(name=job_name(way.digest), program_files=program_files), way.times
    left = [each for each in jobs if each.product == HARMLESS.key]
    for each in left:
        _job.remove(station, Job(name=each, program_files=program_files))
    folder = depot_folder(way.depot, str(job.name.release), job.name.arch, below=HARMLESS.depot_folder)
    try:
        _job.stage_and_start(station, job, folder_url=folder, digest=way.digest, revocation=way.revocation)
        seen = _script_seen(station, job, times)
        # Whatever ran in our shell goes with it; a task's processes are taken not to.
        station.close()
        files = _job.follow(station, job, times)
    except (UnseenError, CommandTimeoutError):
        # Out of sight, or at work: the next rehearsal finds it and clears it away.
        raise
    except StationError:
        with _job.failure_first(job.name):
            _job.remove(station, job)
        raise
    _job.remove(station, job)
    return replace(_become(files, script_seen=seen), cleared=tuple(str(each) for each in left))


def _program_files(evidence: Evidence) -> str:
    found = _PROGRAM_FILES.search(evidence.text("environment") or "")
    if found is None or not found[1].isascii():
        raise StationFactError(
            Message("where its programs lie (%ProgramFiles%) could not be read"),
            remedy=Message("Look at what `set ProgramFiles` says on the station."),
        )
    return found[1]


def _script_seen(station: WinrmStation, job: Job, times: _job.JobTimes) -> bool | None:
    """Whether the query that follows jobs has their script; None where it had ended before it could be looked for."""
    deadline, suspected = time.monotonic() + times.start, False
    while not any(each.script for each in _job.processes(station, job)):
        state = _job.read_files(station, job).state
        if state in {"ended", "absent"}:
            return None
        # It may have begun between the two reads: only a second look like this one is proof.
        if suspected or time.monotonic() > deadline:
            return False
        suspected = state == "started"
        time.sleep(times.poll)
    return True


def _become(files: JobFiles, *, script_seen: bool | None) -> Carried:
    """Raises StationFactError for a job that stopped before the package ran, but for one that never began."""
    told, code = parse_told(files.setup_log or ""), None
    if files.state == "ended":
        outcome = read_outcome(files)
        code = outcome.code
        if not told:
            raise StationFactError(outcome.fact, remedy=outcome.remedy)
    elif files.state == "absent":
        raise GONE.error()
    return Carried(state=files.state, code=code, told=told, script_seen=script_seen)
