# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with the data, which takes nobody else's place. I/O: files."""

from __future__ import annotations

from pathlib import Path

from ...module_utils.base.files import write_atomically
from ...module_utils.base.message import Message
from .text import is_ours

__all__ = ["before", "write"]


def before(path: Path) -> str:
    """What is there; empty without a file. Raises ValueError for one that this did not write, OSError."""
    if not path.exists():
        return ""
    text = path.read_text(encoding="utf-8", errors="replace")
    if not is_ours(text):
        raise ValueError(
            Message(
                "{path} is there, and was not written by this: move it, or name another file (pronote_awx_file)",
                path=str(path),
            )
        )
    return text


def write(path: Path, text: str) -> None:
    """Put the file in place, whole. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.encode(), mode=0o644)
