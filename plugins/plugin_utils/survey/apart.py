# SPDX-License-Identifier: GPL-3.0-or-later
"""What the survey cannot do itself: a process for each station, as Ansible would make one. I/O: processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from ...module_utils.base.message import Message

__all__ = ["each_apart"]

_DIED = {
    "failed": True,
    "msg": Message("the process that was to read it ended before it had: see the controller's log"),
}


def each_apart(jobs: Mapping[str, Callable[[], dict[str, Any]]], *, most: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Do each job in a process of its own, ``most`` at a time; name and result, as they come.

    The processes are forks: nothing of this one may have a thread while they begin. A job whose process dies has a
    result that says so.
    """
    fork = multiprocessing.get_context("fork")
    waiting = iter(jobs.items())
    running: dict[Connection, tuple[str, BaseProcess]] = {}
    while True:
        while len(running) < most and (job := next(waiting, None)) is not None:
            receiving, sending = fork.Pipe(duplex=False)
            process: BaseProcess = fork.Process(target=_work, args=(sending, job[1]))
            process.start()
            sending.close()
            running[receiving] = (job[0], process)
        if not running:
            return
        for ready in wait(list(running)):
            if not isinstance(ready, Connection):
                raise TypeError(type(ready))
            name, process = running.pop(ready)
            try:
                result: dict[str, Any] = ready.recv()
            except EOFError:
                result = _DIED
            ready.close()
            process.join()
            yield name, result


def _work(sending: Connection, job: Callable[[], dict[str, Any]]) -> None:
    try:
        result = job()
    except Exception as exc:  # noqa: BLE001  (as in TaskExecutor.run: it is the result)
        result = {"failed": True, "msg": f"{type(exc).__name__}: {exc}"}
    sending.send(result)
