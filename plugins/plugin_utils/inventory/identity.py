# SPDX-License-Identifier: GPL-3.0-or-later
"""Which inventory a run is about, the same from whatever folder, node or job it is read. I/O: Ansible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .schools import said

__all__ = ["Identity", "identity_of"]

_LONGEST: Final = 200


@dataclass(frozen=True, kw_only=True)
class Identity:
    """``key``: what the store tells inventories apart by.

    ``formerly``: what it has of this inventory from before it had an id; empty where that would be of others as well.
    ``in_parts``: whether what this run reads may be a part of it: files of one school each, with one id in common.
    ``may_be_cut``: whether even a school may be cut (AWX's slices, of which a job is told nothing).
    """

    key: str
    formerly: str = ""
    in_parts: bool = False
    may_be_cut: bool = False


def identity_of(variables: Mapping[str, Any]) -> Identity:
    """By the variables of a task: ``pronote_inventory_id``, else AWX's own number of it, else its sources, which are
    full paths wherever the command is typed."""
    sources = " ".join(sorted(str(source) for source in variables.get("ansible_inventory_sources") or ()))
    in_awx = bool(said(variables, "awx_job_id") or said(variables, "awx_inventory_id"))
    # Every inventory of AWX lies in the same place, /runner/inventory: what was kept by that place is of all of them.
    formerly = "" if in_awx else sources
    if given := said(variables, "pronote_inventory_id").strip()[:_LONGEST]:
        return Identity(key=f"id {given}", formerly=formerly, in_parts=True, may_be_cut=in_awx)
    if number := said(variables, "awx_inventory_id").strip()[:_LONGEST]:
        return Identity(key=f"awx {number}", may_be_cut=True)
    return Identity(key=sources, may_be_cut=in_awx)
