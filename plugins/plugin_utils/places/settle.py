# SPDX-License-Identifier: GPL-3.0-or-later
"""Settle where this run writes, once, before it does: old places are moved, and what cannot be is told.

I/O: Ansible, the store's file and files.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...module_utils.base.message import Message
from ..inventory.sources import files_of, sources
from . import decide
from .look import is_left, read_as_inventory, real
from .move import Moves, move

__all__ = ["Settled", "refuse_tainted", "settle"]

_STAYED = Message(
    "{old} was not moved to {new}: {why}. What is there goes on being used as long as nothing is in the other place; "
    "the next run tries again."
)
_READ_ONLY = Message(
    "What this run writes would lie in {place}, where this user cannot write. Make that folder and let this user write "
    "there, or set {names}."
)
_NOWHERE = Message(
    "The stations come from no inventory folder (-i host, or add_host): nothing is kept of them unless you set {names}."
)
_CONTAINER = Message(
    "What this run writes lies in {place}, in a container that AWX throws away: set {names} to a volume "
    "(docs/schedule.md)."
)
_TAINTED = Message(
    "Ansible reads {file} as an inventory, and it holds what stations said: hosts, addresses and passwords of "
    "this run may be theirs. Add ignore_patterns = ^responses$, ^logs$, ^reports$, ^state$, \\.pronote$ to the section "
    "[inventory] of your ansible.cfg, as the one of rentree.pronote has it, or move the folder out of the inventory "
    "(responses/: pronote_response_dir)."
)
_WAS_TAINTED = Message(
    "Ansible had read {file} as an inventory before it was moved, and it holds what stations said: hosts, addresses "
    "and passwords of this run may be theirs. It is no inventory any more: run again."
)


@dataclass(kw_only=True)
class Settled:
    """What came of it: old and new place of what was moved, or would be in a check; what is to be told; why the run may
    not go on.
    """

    moved: list[tuple[Path, Path]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: str = ""


def refuse_tainted() -> None:
    """Raises ValueError when something that runs or recordings wrote is an inventory of this run."""
    if told := _tainted(read_as_inventory()):
        raise ValueError(told)


def _tainted(found: Sequence[Path]) -> str:
    if len(found) < 2:
        return _TAINTED.given(file=found[0]) if found else ""
    more = Message.plural("{file} and {n} more like it", "{file} and {n} more like it", len(found) - 1, file=found[0])
    return _TAINTED.given(file=more)


def settle(variables: Mapping[str, Any], given: Mapping[str, str], *, check: bool) -> Settled:
    """Move what lies in the folders of this run's inventories; in a check only tell.

    ``given``: what the variables of decide.VARIABLES are for the role that runs, those that it has.
    """
    settled, tainted = Settled(), read_as_inventory()
    here = real(variables.get("inventory_dir"))
    used = {by for what, by in _named() if by in given and given[by] == decide.default(here, what)}
    for folder in sorted({here, *_folders()} - {""}):
        # Asking every host is dear, and hardly ever there is something to move.
        explicit = _explicit(variables, folder) if is_left(folder) else None
        moves = (
            Moves() if explicit is None else move(folder, decide.to_move(explicit | (given.keys() - used)), check=check)
        )
        settled.moved += moves.done
        for kind, why in moves.stayed.items():
            if used.intersection(decide.VARIABLES[kind].values()):
                places = {"old": decide.old(folder, kind), "new": decide.default(folder, kind)}
                settled.warnings.append(_STAYED.given(**places, why=why))
    settled.error = _tainted(read_as_inventory())
    if tainted and not settled.error:
        settled.error = _WAS_TAINTED.given(file=tainted[0])
    settled.warnings += _where_this_run_writes(here, used, awx="awx_job_id" in variables)
    return settled


def _named() -> Iterator[tuple[str, str]]:
    """What is written, and the variable that says where."""
    for kind, names in decide.VARIABLES.items():
        for name, by in names.items():
            yield f"{kind}/{name}".rstrip("/"), by


def _folders() -> set[str]:
    """Of the files of this run's inventories."""
    found = set()
    for source in sources():
        if "," not in source:
            with contextlib.suppress(OSError):
                found |= {real(str(Path(file).parent)) for file in files_of(source)}
    return found


def _explicit(variables: Mapping[str, Any], folder: str) -> set[str] | None:
    """The variables that somebody has set for a host of this folder; None when no host is of it: nobody can tell."""
    hosts = (variables["hostvars"][host] for host in variables["groups"]["all"])
    own = [host for host in hosts if real(host.get("inventory_dir")) == folder]
    names = {by for _what, by in _named()} | {by for each in decide.EARLIER.values() for by in each.values()}
    return {by for by in names if any(by in host for host in own)} if own else None


def _where_this_run_writes(folder: str, used: Collection[str], *, awx: bool) -> Iterator[str]:
    place, names = decide.root(folder), ", ".join(sorted(used))
    if not used:
        return
    if not folder:
        yield _NOWHERE.given(names=names)
    elif not _writable(Path(place)):
        yield _READ_ONLY.given(place=place, names=names)
    elif awx:
        yield _CONTAINER.given(place=place, names=names)


def _writable(folder: Path) -> bool:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
