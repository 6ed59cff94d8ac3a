# SPDX-License-Identifier: GPL-3.0-or-later
"""The note beside a file in the making: its address, and what of it can be gone on with. I/O: files."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

__all__ = ["drop", "note_of", "note_path"]


def note_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def note_of(path: Path) -> dict[str, Any]:
    """An unreadable or foreign note is as good as none."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict):
            return data
    return {}


def drop(part: Path) -> None:
    """Keep nothing of a file in the making."""
    part.unlink(missing_ok=True)
    note_path(part).unlink(missing_ok=True)
