# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a setup has left to be replaced at the next start of Windows (``PendingFileRenameOperations``). Pure."""

from __future__ import annotations

import re
from collections import Counter

from ..station.overview import JOBS_FOLDER

__all__ = ["foreign_renames"]

# As reg.exe prints REG_MULTI_SZ: its strings parted by \0, in pairs of source and target, each with \??\ before it and
# a target with ! before that; an empty target means that the source is deleted.
_MARK = "\\??\\"
_BETWEEN = re.compile(r"\\0(?=\\0|[!*0-9]{0,4}\\\?\?\\|$)")


def _paths(text: str) -> Counter[str]:
    parts = (part for line in text.splitlines() for part in _BETWEEN.split(line.rstrip()))
    paths = (part.partition(_MARK)[2] for part in parts)
    return Counter(path.lower() for path in paths if path)


def foreign_renames(before: str | None, after: str | None) -> bool:
    """Whether there is more to replace than before, besides what the job's own folder held; yes when that is not known.

    A setup that could not delete what it had unpacked there leaves that to the next start, which nobody has to hasten.
    """
    if after is None:
        return True
    added = _paths(after) - _paths(before or "")
    return any(f"\\{JOBS_FOLDER}\\".lower() not in path for path in added) if added else True
