"""Start labs by forking a process that has imported what they stand on: three quarters of a lab's start are imports.

A test run starts a lab for each of its modules. A fork has the environment of whoever asks for it; what an interpreter
or OpenSSL reads of it as it starts is that of the first who asked. As a module (``python -m tests.lab.forks``): the
process that forks; it ends with whoever started it. I/O: processes, sockets. Linux only.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

from tests.forking import ask, ended_at_once, serve

__all__ = ["Fork", "LabProcess", "Started", "forks", "started"]

_ROOT = Path(__file__).resolve().parents[2]


class Fork:
    """A lab that was forked, with what is used of ``subprocess.Popen``."""

    def __init__(self, control: socket.socket, arguments: Sequence[str], output: IO[bytes]) -> None:
        reads, writes = os.pipe()
        says, written = os.pipe()
        request = {"arguments": [*arguments], "environment": dict(os.environ)}
        try:
            self._reply = ask(control, request, [reads, written, output.fileno()])
        finally:
            os.close(reads)
            os.close(written)
        self.stdin: IO[bytes] = os.fdopen(writes, "wb")
        self.stdout: IO[bytes] = os.fdopen(says, "rb")
        self._answers = self._reply.makefile("rb")
        self.pid = int(self._answers.readline() or -1)

    def wait(self, timeout: float | None = None) -> None:
        """Until it has ended. Raises subprocess.TimeoutExpired."""
        if self._answers.closed:
            return
        if not select.select([self._reply], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("lab", timeout or 0)
        for each in (self.stdout, self._answers, self._reply):
            each.close()

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


LabProcess = subprocess.Popen[bytes] | Fork


@cache
def forks() -> socket.socket:
    """The end of this process to the one that forks for it."""
    control, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.lab.forks", str(theirs.fileno())],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )

    def end() -> None:
        control.close()
        process.wait()

    atexit.register(end)
    return control


class Started:
    """What this process has started so far."""

    labs = 0


def started(arguments: Sequence[str], output: IO[bytes], *, forked: bool) -> LabProcess:
    """A lab with pipes for its stdin and stdout; ``forked``: from the second on, since whoever needs one needs no
    process that forks.
    """
    Started.labs += 1
    if forked and Started.labs > 1:
        return Fork(forks(), arguments, output)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.lab", *arguments],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=output,
    )


def _become(request: dict[str, dict[str, str]], fds: Sequence[int]) -> list[str]:
    for standard, fd in enumerate(fds):
        os.dup2(fd, standard)
        os.close(fd)
    os.environ.clear()
    os.environ.update(request["environment"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return [*request["arguments"]]


def _main() -> None:
    from tests.lab.__main__ import run  # noqa: PLC0415  (whoever asks for a lab needs none of it)

    # Of the whole group: the labs of a test that is interrupted end with their stdin.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What is there now stays: a collection in a fork would copy all of its pages.
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as control:
        forked = serve(control)
    if forked is not None:
        with ended_at_once():
            asyncio.run(run(_become(*forked)))


if __name__ == "__main__":
    _main()
