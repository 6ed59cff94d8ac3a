# SPDX-License-Identifier: GPL-3.0-or-later
"""``pronote-startup.cmd`` of each school, written into a folder of its own where administrators alone may write.

I/O: files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...module_utils.base.files import write_atomically
from ...module_utils.base.message import Message
from ...module_utils.base.text import headed_diff
from ..depot.batch import batch_file
from .script import StartupScript, startup_context, startup_name

__all__ = ["open_to_others", "render_startup", "write_startup"]

_TEMPLATE = Path(__file__).parent / f"templates/{startup_name()}.j2"
_MODE, _FOLDER_MODE = 0o644, 0o755
_TRUSTED = {0, os.geteuid()}


def render_startup(script: StartupScript) -> bytes:
    """The script. Raises ValueError."""
    return batch_file(_TEMPLATE, startup_context(script))


def open_to_others(folder: Path) -> Path | None:
    """The first of a folder and those above it that somebody else could write to; None where all is well.

    What runs as SYSTEM on every station is only as safe as the place it is taken from. One that is not there yet is
    made with the right mode; a folder with the sticky bit (/tmp) lets nobody replace another's.
    """
    resolved = folder.absolute()
    for path in (resolved, *resolved.parents):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        others = bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)) and not status.st_mode & stat.S_ISVTX
        if others or status.st_uid not in _TRUSTED:
            return path
    return None


def write_startup(scripts: Mapping[str, StartupScript], folder: Path, *, check: bool) -> dict[str, Any]:
    """Write each school's script, below a folder named after it; returns changed, diff and the files.

    Raises ValueError where somebody else could write to the place, or for a script that cannot be; OSError.
    """
    contents = {folder / school / startup_name(): render_startup(script) for school, script in scripts.items()}
    for path in contents:
        for place in (path, path.parent):
            if (open_ := open_to_others(place)) is not None:
                raise ValueError(
                    Message(
                        "{path} is not for administrators alone: its owner is another account, or others may write to "
                        "it (ls -ld). The script runs as SYSTEM on every station: whoever can change it is master of "
                        "them all. Put that right (chown, chmod go-w), or name another folder",
                        path=open_,
                    )
                )
    diff, changed = [], list[Path]()
    for path, content in contents.items():
        before = _read(path)
        if before == content and _mode(path) == _MODE:
            continue
        changed.append(path)
        diff.append(headed_diff(str(path), *(_shown(each) for each in (before, content))))
    if not check:
        for path in changed:
            _make(path.parent)
            write_atomically(path, contents[path], mode=_MODE)
    return {"changed": bool(changed), "diff": diff, "files": [str(path) for path in contents]}


def _make(folder: Path) -> None:
    """The folder, and those above it that are missing: whatever the umask of this run, the next one may not refuse it.

    Raises OSError.
    """
    for path in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        path.mkdir(exist_ok=True)
        path.chmod(_FOLDER_MODE)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _shown(content: bytes) -> str:
    return content.decode("ascii", "replace").replace("\r\n", "\n")
