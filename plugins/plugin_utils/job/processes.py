# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a job is at work on its station, from rows of ``Win32_Process``. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.message import Message, joined
from ...module_utils.base.numbers import natural
from .installshield import HELPER

__all__ = ["TASK_LIMIT", "JobProcess", "at_work", "described", "job_processes", "outlived"]

TASK_LIMIT = dt.timedelta(hours=4)
"""Windows ends a job's task then (``ExecutionTimeLimit`` of ``templates/install.cmd.j2``), and so its script."""

# Programs of Windows that administrators' own lines to the station run, which name the job as well.
_TOOLS = frozenset(
    f"{name}.exe"
    for name in (
        "attrib",
        "certutil",
        "conhost",
        "curl",
        "findstr",
        "icacls",
        "reg",
        "schtasks",
        "taskkill",
        "tasklist",
    )
)

_SCRIPT = re.compile(r'install\.cmd" (?:run|armed)\b', re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, kw_only=True)
class JobProcess:
    """One process of a job. ``since`` is when it began, by the station's clock; None when that cannot be read."""

    pid: int
    name: str
    # The job's own script, which waits for the rest.
    script: bool
    since: dt.datetime | None

    @property
    def helper(self) -> bool:
        """The engine's helper: alone, it is left of a setup that was killed, and does nothing more."""
        return self.name.lower() == HELPER.lower()

    @property
    def clears(self) -> bool:
        """Whether it may be another administrator's line, who clears the same job away: nothing is lost by that."""
        return not self.script and self.name.lower() in {"cmd.exe", *_TOOLS}

    def describe(self) -> str:
        """Its name, its number, and since when."""
        if not self.since:
            return Message("{name} (process {pid})", name=self.name, pid=self.pid)
        return Message(
            "{name} (process {pid}, since {since} by the station's clock)",
            name=self.name,
            pid=self.pid,
            since=f"{self.since:%Y-%m-%d %H:%M}",
        )


def job_processes(rows: Iterable[Mapping[str, Any]]) -> list[JobProcess]:
    """The processes in an answer to a job's query. What the station says is kept to what it can mean."""
    found = []
    for row in rows:
        name = re.sub(r"[^\w .()~+-]", "?", str(row.get("Name") or "a program"), flags=re.ASCII)[:60]
        line = str(row.get("CommandLine") or "").lower()
        found.append(
            JobProcess(
                pid=natural(row.get("ProcessId")) or 0,
                name=name,
                script=name.lower() == "cmd.exe" and _SCRIPT.search(line) is not None,
                since=_moment(str(row.get("CreationDate") or "")),
            )
        )
    return found


def _moment(text: str) -> dt.datetime | None:
    if not _TIME.fullmatch(text):
        return None
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def at_work(processes: Iterable[JobProcess]) -> list[JobProcess]:
    """Those that matter: helpers by themselves do not."""
    return [each for each in processes if not each.helper]


def described(processes: Sequence[JobProcess]) -> str:
    """What is at work, in a sentence: the setup rather than the script that waits for it."""
    told = [each for each in processes if not each.script] or processes
    return joined([each.describe() for each in told[:3]], ", ")


def outlived(processes: Sequence[JobProcess], now: str) -> bool:
    """Whether the setup has outlived its script, which the task's limit ended. ``now`` is the station's own time."""
    clock = _moment(now)
    working = at_work(processes)
    if clock is None or any(each.script for each in working):
        return False
    return any(each.since is not None and clock - each.since > TASK_LIMIT for each in working)
