# SPDX-License-Identifier: GPL-3.0-or-later
"""Which kinds of Windows have had a rehearsal, and what it came to. I/O: files."""

from __future__ import annotations

import json
from pathlib import Path

from ..station.kind import REHEARSAL

__all__ = ["rehearsals"]


def rehearsals(folder: str) -> dict[str, str] | None:
    """Verdicts by kind; None where no folder is given. One that cannot be read is as good as none."""
    if not folder:
        return None
    found = {}
    for file in Path(folder).expanduser().glob(f"*/{REHEARSAL}"):
        try:
            verdict = json.loads(file.read_text(encoding="utf-8"))["verdict"]
        except (OSError, ValueError, TypeError, LookupError, RecursionError):
            continue
        found[file.parent.name] = str(verdict)
    return found
