# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the controller: written whole or not at all, so that a reader sees the old one or the new one; digests.

I/O: files.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO

__all__ = ["sha256_of", "sha256_of_file", "write_atomically"]


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
