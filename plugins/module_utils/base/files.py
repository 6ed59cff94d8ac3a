# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the controller: written whole or not at all, so that a reader sees the old one or the new one; digests.

I/O: files.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

__all__ = ["sha256_of", "sha256_of_file", "spare_folders", "write_atomically"]


def write_atomically(path: Path, content: bytes, *, mode: int) -> None:
    """Replace ``path``, whose folder exists, with ``content`` under this mode. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        # A full disk, or somebody's Ctrl+C: half a file may hold secrets, and nobody would find it.
        Path(name).unlink(missing_ok=True)
        raise


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return sha256_of_file(file)


def sha256_of_file(file: IO[bytes]) -> str:
    """The same of an open one, from its beginning."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # IO has no readinto


def _spare_places() -> tuple[str, ...]:
    return "/dev/shm", tempfile.gettempdir()  # noqa: S108  (the folder in it is looked at)


def spare_folders(name: str, *, make: bool) -> Iterator[Path]:
    """Folders of this user alone for what a disk that is full or read-only does not take: in memory first, then beside
    the temporary files. ``make``: those that are missing too. One that others could have written to is left out.
    """
    for place in _spare_places():
        above = Path(place) / f"rentree-pronote-{os.geteuid()}"
        with contextlib.suppress(OSError):
            if make:
                above.mkdir(exist_ok=True, mode=0o700)
            status = above.lstat()
            if stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077:
                if make:
                    (above / name).mkdir(exist_ok=True, mode=0o700)
                if (above / name).is_dir():
                    yield above / name
