"""Files that a command writes from the code: written, or, with ``--check``, only told where they are stale."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.collection import ROOT

__all__ = ["stale", "written"]


def stale(made: Mapping[Path, str]) -> list[str]:
    """The files that are not what would be written, below the repository."""
    return [
        str(path.relative_to(ROOT))
        for path, text in made.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def written(made: Mapping[Path, str], arguments: Sequence[str], *, command: str, usage: str | None) -> int:
    """Write the files, or tell which are stale; the command's exit code."""
    if list(arguments) == ["--check"]:
        old = stale(made)
        print("\n".join(f"{name}: {command}" for name in old) or "everything is as it would be written")
        return 1 if old else 0
    if arguments:
        print(usage, file=sys.stderr)
        return 2
    old = stale(made)
    for name in old:
        (ROOT / name).write_text(made[ROOT / name], encoding="utf-8")
    print("\n".join(old) or "nothing to write")
    return 0
