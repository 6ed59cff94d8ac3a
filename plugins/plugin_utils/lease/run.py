# SPDX-License-Identifier: GPL-3.0-or-later
"""Which run this is, where it runs, and whether another one here is alive. I/O: Ansible, files and the system."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible import constants

from ...module_utils.base.numbers import natural
from ...module_utils.base.text import one_line
from .decide import Run

__all__ = ["alive", "run_id", "this_run"]

_LONGEST = 100


def run_id() -> str:
    """What tells this run from all others, in each of its processes: the folder that Ansible has made for it."""
    folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # set at run time, from base.yml
    return f"{socket.gethostname()}:{Path(folder).name}"


def this_run(variables: Mapping[str, Any]) -> Run:
    """This run, by the variables of one of its tasks."""
    parent = multiprocessing.parent_process()
    process = os.getpid() if parent is None or parent.pid is None else parent.pid
    job = str(variables.get("awx_job_id") or "")
    return Run(
        run=run_id(),
        holder=one_line(f"AWX {job}" if job else f"ansible-playbook {process}", longest=_LONGEST),
        node=one_line(socket.gethostname(), longest=_LONGEST),
        place=_place(),
        process=f"{process} {_began(process)}",
    )


def alive(run: Run) -> bool:
    """Whether a run may be at work: it is not when its process is one of those that are seen from here, and is gone."""
    if not run.place or run.place != _place():
        return True
    number, _space, began = run.process.partition(" ")
    process = natural(number)
    return process is None or _began(process) == began


@functools.cache
def _place() -> str:
    """This start of this machine, and the processes that see each other (of one container, say); empty where neither
    can be told apart."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _began(process: int) -> str:
    """When a process began, in clock ticks since the machine's start (proc_pid_stat(5), field 22); empty for none."""
    with contextlib.suppress(OSError, IndexError):
        # After the last parenthesis: the name before it may have anything in it.
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        # One that has ended and that nobody has asked about yet is none any more.
        return "" if stat[0] in "ZX" else stat[19]
    return ""
