# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of servers kept on disk, so that all workers and runs ask once: one file per question, under a lock."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path

__all__ = ["entry_name", "locked"]


def entry_name(*question: str) -> str:
    """The name of a question's file, without ending."""
    return hashlib.sha256("\0".join(question).encode()).hexdigest()[:24]


@contextlib.contextmanager
def locked(folder: Path, name: str) -> Iterator[Path]:
    """Hold a question's lock; yields its file. The folder is made, for its owner alone. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / f"{name}.json"
