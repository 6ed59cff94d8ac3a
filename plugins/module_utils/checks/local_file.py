# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. Open a file that others made, on a disk or a share, or say in a code what is in the way."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from .findings import CheckError

__all__ = ["LocalFile", "local_file", "unreadable"]

_CODES: dict[type[Exception], str] = {
    IsADirectoryError: "file_is_folder",
    FileNotFoundError: "file_absent",
    NotADirectoryError: "file_absent",
    PermissionError: "file_no_permission",
}


@dataclass(frozen=True, kw_only=True)
class LocalFile:
    """An open file, with what it said of itself when it was opened."""

    path: str
    size: int
    modified: dt.datetime
    content: IO[bytes]


@contextlib.contextmanager
def local_file(path: str, *, max_size: int) -> Iterator[LocalFile]:
    """Open a regular file of 1 to ``max_size`` bytes. Raises CheckError, before anything is read.

    An OSError while the block reads (a share that goes away) is a CheckError too.
    """
    if "\0" in path:
        raise CheckError("file_absent", path=path)
    try:
        # Not blocking: opening a pipe would wait for its other end.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as content:
            facts = os.fstat(content.fileno())
            _check(path, facts, max_size)
            modified = dt.datetime.fromtimestamp(facts.st_mtime, tz=dt.UTC)
            yield LocalFile(path=path, size=facts.st_size, modified=modified, content=content)
    except (OSError, OverflowError) as exc:
        raise unreadable(path, exc) from exc


def unreadable(path: str, exc: Exception) -> CheckError:
    """The finding for a file or a folder that the system does not let be read."""
    reason = getattr(exc, "strerror", None) or exc
    return CheckError(_CODES.get(type(exc), "file_unreadable"), path=path, reason=reason)


def _check(path: str, facts: os.stat_result, max_size: int) -> None:
    for code, bad in (
        ("file_is_folder", stat.S_ISDIR(facts.st_mode)),
        ("file_not_regular", not stat.S_ISREG(facts.st_mode)),
        ("file_empty", not facts.st_size),
        ("file_too_large", facts.st_size > max_size),
    ):
        if bad:
            raise CheckError(code, path=path, size=facts.st_size, limit=max_size)
