# SPDX-License-Identifier: GPL-3.0-or-later
"""Schools of an inventory as nodes of a workflow: what each is limited to, and what an inventory may not hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ...module_utils.base.message import Message
from ...module_utils.base.text import some_of

__all__ = ["ACCESS", "Node", "School", "faults", "nodes_of", "school_groups"]

_NAMED: Final = 5
# What Ansible takes for more than a name in a pattern (ansible.inventory.manager), and blanks.
_PLAIN: Final = re.compile(r"(?![!&~@])[\w.-]+")
ACCESS: Final = (
    "ansible_user",
    "ansible_winrm_user",
    "ansible_password",
    "ansible_winrm_password",
    "ansible_winrm_pass",
)


@dataclass(frozen=True, kw_only=True)
class School:
    """``group``: the group that holds its stations and nobody else; ``pilots``: those that are named as such."""

    uai: str
    group: str
    pilots: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Node:
    """One job: a school, or several. ``name`` is its identifier within its workflow."""

    name: str
    limit: str
    pilots: str = ""


def school_groups(schools: Mapping[str, Sequence[str]], groups: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The group of each school, which holds its stations and nobody else. Raises ValueError naming those without.

    ``schools``: stations by UAI; ``groups``: hosts by the name of the group. Of several the first by name counts.
    """
    by_members: dict[frozenset[str], str] = {}
    for name in sorted(groups):
        by_members.setdefault(frozenset(groups[name]), name)
    found = {uai: by_members.get(frozenset(stations), "") for uai, stations in schools.items()}
    if lacking := [uai for uai, group in found.items() if not group or not _PLAIN.fullmatch(group)]:
        raise ValueError(
            Message(
                "no group holds the stations of {schools} and nobody else: give each school a group of its own, with a "
                "name of letters, digits and _, since a job is limited to it",
                schools=some_of(sorted(lacking), _NAMED),
            )
        )
    return found


def nodes_of(schools: Sequence[School], *, per_node: int, approval: bool) -> list[Node]:
    """The jobs, in the order of the schools. ``approval``: named pilots go first. Raises ValueError."""
    if per_node < 1:
        raise ValueError(Message("a job has one school at least"))
    if approval:
        _refuse_without_pilots(schools)
    nodes = []
    for begin in range(0, len(schools), per_node):
        together = schools[begin : begin + per_node]
        first, last = together[0], together[-1]
        name = first.uai if first is last else f"{first.uai}-{last.uai}"
        limit = ":".join(each.group for each in together)
        pilots = ":".join(name for each in together for name in each.pilots) if approval else ""
        nodes.append(Node(name=name, limit=limit, pilots=pilots))
    return nodes


def _refuse_without_pilots(schools: Sequence[School]) -> None:
    if lacking := [each.uai for each in schools if not each.pilots]:
        raise ValueError(
            Message(
                "an approval comes after the pilots, and {schools} names none: give a station of each school "
                "pronote_pilot: true",
                schools=some_of(lacking, _NAMED),
            )
        )
    if odd := [name for each in schools for name in each.pilots if not _PLAIN.fullmatch(name)]:
        raise ValueError(
            Message(
                "a job cannot be limited to {names}: Ansible reads more than a name in it", names=some_of(odd, _NAMED)
            )
        )


def faults(sealed: Sequence[str], access: Mapping[str, Sequence[str]]) -> Iterator[Message]:
    """What an inventory of AWX may not hold. ``sealed``: encrypted files; ``access``: by variable, who has it."""
    if sealed:
        yield Message(
            "{files} is encrypted, and AWX opens no vault while it reads an inventory: leave the stations' account to "
            "the machine credential, and move other secrets to playbooks/group_vars/all/",
            files=some_of(sorted(sealed), _NAMED),
        )
    for name in ACCESS:
        if name in access:
            yield Message(
                "{name} is set for {stations}, and would count instead of AWX's machine credential: remove it from the "
                "inventory",
                name=name,
                stations=some_of(sorted(access[name]), _NAMED),
            )
