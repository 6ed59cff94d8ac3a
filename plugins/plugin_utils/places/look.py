# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies where: the place in use, and what of ours Ansible reads as an inventory. I/O: Ansible and files."""

from __future__ import annotations

import contextlib
from pathlib import Path

from ..inventory.sources import files_of, sources
from . import decide

__all__ = ["files", "is_left", "place", "read_as_inventory", "real"]


def real(folder: str | None) -> str:
    """``inventory_dir`` without links, so that one inventory has one place, however it is named; "" without one."""
    return str(Path(folder).resolve()) if folder and decide.root(folder) else ""


def files(folder: str, kind: str) -> list[Path]:
    """The files of ours of a kind in ``folder``, the one where they lie, in the order of their names."""
    with contextlib.suppress(OSError):
        return sorted(path for path in Path(folder).iterdir() if _is_own(path, kind))
    return []


def _is_own(path: Path, kind: str) -> bool:
    return bool(decide.KINDS[kind].fullmatch(path.name)) and not path.is_dir()


def _there(folder: str, kind: str) -> bool:
    with contextlib.suppress(OSError):
        return any(_is_own(path, kind) for path in Path(folder).iterdir())
    return False


def is_left(folder: str) -> bool:
    """Whether something of ours is in an old place of an inventory's folder."""
    return any(_there(decide.old(folder, kind), kind) for kind in decide.KINDS)


def place(folder: str | None, what: str) -> str:
    """The file or folder ``what`` that runs read and write now (decide.in_use); "" without a folder of an inventory."""
    here, kind = real(folder), decide.kind_of(what)
    if not here:
        return ""
    old_there, new_there = (_there(at(here, kind), kind) for at in (decide.old, decide.default))
    return decide.in_use(here, what, old_there=old_there, new_there=new_there)


def read_as_inventory() -> list[Path]:
    """The files that runs or recordings wrote and that Ansible, as it is configured, has read as inventories."""
    found = []
    for source in sources():
        with contextlib.suppress(OSError):
            found += [Path(file) for file in files_of(source) if decide.own(file)]
    return found
