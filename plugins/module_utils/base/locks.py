# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks between processes, for which nobody waits without end: a stopped process keeps its own (flock(2)).

I/O: files.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from .message import Message

__all__ = ["acquired", "one_at_a_time"]

_PAUSE = 0.05
_LEAST = 0.5
_SUCCESSORS = ("", ".2", ".3")


def acquired(handle: int, seconds: float) -> bool:
    """Whether the lock on an open file or folder could be had within so many seconds. Raises OSError."""
    over = time.monotonic() + seconds
    while not _taken(handle):
        if time.monotonic() >= over:
            return False
        time.sleep(_PAUSE)
    return True


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def one_at_a_time(path: Path, *, term: float) -> Iterator[str]:
    """Hold the lock file ``path``; yields why it is another one, or nothing. Raises OSError.

    A holder has ``term`` seconds from the moment when it took the lock, however many wait for it and since when: those
    who come later do not wait at all. The next lock is beside the first (``.2``), so that there is one holder again.
    """
    with contextlib.ExitStack() as stack:
        passed: str = ""
        for suffix in _SUCCESSORS:
            lock = path.with_name(f"{path.name}{suffix}")
            handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            stack.callback(os.close, handle)
            if _taken_in_term(handle, term):
                break
            passed = Message("a process that does not go on holds {lock}: end it, or delete that file", lock=lock)
        yield passed


def _taken_in_term(handle: int, term: float) -> bool:
    begun = time.monotonic()
    while not _taken(handle):
        waited, held = time.monotonic() - begun, time.time() - os.fstat(handle).st_mtime
        # Not at once: a holder notes its beginning a moment after it has the lock. Below 0: the clock was set back.
        if waited >= term or (waited >= _LEAST and not 0 <= held < term):
            return False
        time.sleep(_PAUSE)
    os.utime(handle)
    return True
