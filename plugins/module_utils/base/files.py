# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a file of the controller whole or not at all: a reader sees the old one or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["write_atomically"]


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
