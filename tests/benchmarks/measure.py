"""Run a command and measure what it and all its children cost. Linux only (``/proc``)."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cost", "MeasuredRun", "measure"]

_PERIOD = 1.0  # seconds between two looks at the memory: each one takes the kernel's time from the run


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run cost.

    ``cpu``: seconds, user and system, of the command and every descendant it waited for (``wait4``).
    ``peak_mib``: highest sum over the process tree of the proportional set size (PSS: a page shared by n processes
    counts 1/n in each; the sum of RSS would count the pages that forked workers share many times), sampled.
    ``largest_mib``: highest RSS of any single process of the tree (``ru_maxrss``), exact.
    """

    wall: float
    cpu: float
    peak_mib: float
    largest_mib: float


@dataclass(frozen=True, kw_only=True)
class MeasuredRun:
    """A finished run: its exit code, everything it printed, its cost."""

    code: int
    output: str
    cost: Cost


def measure(command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], log: Path) -> MeasuredRun:
    """Run a command to its end, its output in ``log``."""
    peaks = [0]
    ended = threading.Event()

    def watch(root: int) -> None:
        while not ended.wait(_PERIOD):
            peaks.append(sum(_pss_kib(each) for each in _tree(root)))

    with log.open("wb") as output:
        start = time.monotonic()
        process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        watcher = threading.Thread(target=watch, args=(process.pid,))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        ended.set()
        watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    return MeasuredRun(
        code=process.returncode,
        output=log.read_text(encoding="utf-8", errors="replace"),
        cost=Cost(
            wall=wall,
            cpu=usage.ru_utime + usage.ru_stime,
            peak_mib=max(peaks) / 1024,
            largest_mib=usage.ru_maxrss / 1024,
        ),
    )


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        # A process may end between two looks.
        with contextlib.suppress(OSError):
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in children.read_text().split()]
    return found


def _pss_kib(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
