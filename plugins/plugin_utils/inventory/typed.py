# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths and commands as people type them, for messages that tell what to run. I/O: files."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

__all__ = ["as_typed", "command_here", "playbook_command"]


_OURS: Final = ("ansible_collections", "rentree", "pronote", "playbooks")


def as_typed(path: str) -> str:
    """A path as people type it: Ansible has made those of its command line absolute, but not a list of hosts."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def playbook_command(name: str, folder: str, inventories: Iterable[str]) -> str:
    """The command for one of our playbooks on these inventories.

    ``folder``: that of the playbook that ran, beside which it may lie; otherwise it is the collection's, which has a
    name wherever Ansible has put it.
    """
    beside = Path(folder) / f"{name}.yml" if folder else None
    is_ours = beside is None or beside.parts[-5:-1] == _OURS or not beside.is_file()
    playbook = f"rentree.pronote.{name}" if is_ours else as_typed(str(beside))
    given = [part for inventory in inventories for part in ("-i", as_typed(inventory))]
    return shlex.join(["ansible-playbook", playbook, *given])


def command_here(name: str, variables: Mapping[str, Any]) -> str:
    """The same, on the inventories of the run. ``variables``: those of one of its tasks."""
    inventories = variables.get("ansible_inventory_sources") or ()
    return playbook_command(name, str(variables.get("playbook_dir") or ""), inventories)
