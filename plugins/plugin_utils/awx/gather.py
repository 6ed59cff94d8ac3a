# SPDX-License-Identifier: GPL-3.0-or-later
"""From an inventory and a few answers to the data. I/O: Ansible and files, by what it calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...module_utils.base.message import joined
from ...module_utils.base.sure import sure
from ..init.interview import Interview
from .data import Wanted, data_of
from .look import has_vault, refuse, schools, source_within
from .plan import nodes_of
from .questions import IMAGE, ORGANIZATION, PROJECT_URL, SOURCE, folder, needed, plain

__all__ = ["Gathered", "gather"]


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """``schools``, ``jobs``: how many."""

    data: Mapping[str, list[dict[str, Any]]]
    schools: int
    jobs: int


def gather(talk: Interview, variables: Mapping[str, Any], args: Mapping[str, Any], top: Path) -> Gathered:
    """``top``: the folder that the inventory's place in the repository is counted from. Raises ValueError with every
    fault of the inventory, or of the answers, a line each; AnsibleError."""
    if found := refuse(variables):
        raise ValueError(joined(found, "\n"))
    all_of_them = schools(variables)
    nodes = nodes_of(all_of_them, per_node=args["schools_per_node"], approval=args["approval"])
    organization = talk.answer(ORGANIZATION, needed)
    url = talk.answer(PROJECT_URL, plain)
    image = talk.answer(IMAGE, plain)
    source = talk.answer(SOURCE, folder, default=source_within(top) or None)
    talk.stop()
    wanted = Wanted(
        organization=sure(organization),
        project_url=sure(url),
        image=sure(image),
        source=sure(source),
        branch=args["branch"],
        volume=args["volume"],
        group=args["instance_group"],
        instances=tuple(args["instances"]),
        approval=args["approval"],
        timezone=args["timezone"],
        forks=args["forks"],
        vault=has_vault(Path(str(variables["playbook_dir"]))),
    )
    return Gathered(data=data_of(wanted, nodes), schools=len(all_of_them), jobs=len(nodes))
