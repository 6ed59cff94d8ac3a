# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that a report tells people to run: short where groups say it, and safe to paste. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

__all__ = ["Commands", "limit", "plain"]

# A name or a group that means itself, to Ansible (patterns: docs.ansible.com/ansible/latest/inventory_guide/
# intro_patterns.html) and to a shell. Anything else could name other stations, as ``!``, ``&``, ``*`` and ``~`` do.
_PLAIN = re.compile(r"\w[\w.-]*")
_FEW = 5  # names that are no longer than a group's would be clear


@dataclass(frozen=True, kw_only=True)
class Commands:
    """What commands are made from. ``inventories`` and ``playbooks`` are paths as the admin would type them."""

    inventories: tuple[str, ...]
    playbooks: str = "playbooks"
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    product: str = "pronote_client"

    def play(self, playbook: str, pattern: str, *arguments: str) -> str:
        """``ansible-playbook`` on a pattern."""
        path = f"{self.playbooks}/{playbook}.yml"
        return shlex.join(["ansible-playbook", path, *self._sources(), "--limit", pattern, *arguments])

    def alone(self, playbook: str, *arguments: str) -> str:
        """``ansible-playbook`` without a pattern."""
        return shlex.join(["ansible-playbook", f"{self.playbooks}/{playbook}.yml", *self._sources(), *arguments])

    def module(self, module: str, pattern: str) -> str:
        """``ansible`` with one module, about the product, on a pattern."""
        # Of all modules' defaults the client is the one.
        about = [] if self.product == "pronote_client" else ["-a", f"product={self.product}"]
        return shlex.join(["ansible", *self._sources(), "-m", f"rentree.pronote.{module}", *about, pattern])

    def _sources(self) -> list[str]:
        return [part for source in self.inventories for part in ("-i", source)]


def plain(name: str) -> bool:
    """Whether a name of a station or a group means itself in a pattern."""
    return bool(_PLAIN.fullmatch(name))


def limit(
    wanted: Collection[str],
    *,
    harmless: Collection[str] = (),
    groups: Mapping[str, frozenset[str]],
    wide: bool = False,
    pending: str = "",
) -> tuple[str, int]:
    """The shortest pattern for these stations, and how many of them no pattern can name.

    A group stands for its stations when at least half of them are wanted and the others are ``harmless`` (the command
    does nothing there): « salle_101 » is what an admin would type. A few that are neither are excluded by name.
    Empty when nothing can be named. ``wide``: where names would be many still, the smallest group that has them all
    stands for them (the command harms nobody); ``pending``: the group of those that are not right, which narrows it.
    """
    left = {name for name in wanted if _PLAIN.fullmatch(name)}
    unnamed = len(set(wanted)) - len(left)
    allowed = left | set(harmless)
    parts: list[str] = []
    excluded: set[str] = set()
    if len(left) > _FEW:
        candidates = [
            (name, hosts)
            for name, hosts in groups.items()
            if _PLAIN.fullmatch(name)
            and 2 * len(hosts & left) >= len(hosts) > 1
            and _excludable(hosts - allowed, hosts)
        ]
        # The largest first; of two equal groups the one with fewer others, then by name, so that runs agree.
        for name, hosts in sorted(candidates, key=lambda c: (-len(c[1] & left), len(c[1]), c[0])):
            if len(hosts & left) > 1:
                parts.append(name)
                excluded |= hosts - allowed
                left -= hosts
    if wide and len(left) > _FEW and not unnamed and (around := _smallest_around(wanted, groups)):
        return f"{around}:&{pending}" if pending else around, 0
    return ",".join(sorted(parts) + sorted(left) + [f"!{name}" for name in sorted(excluded)]), unnamed


def _smallest_around(wanted: Collection[str], groups: Mapping[str, frozenset[str]]) -> str:
    """The smallest group that has all of these, by name where there are several; empty without one."""
    around = [(len(hosts), name) for name, hosts in groups.items() if _PLAIN.fullmatch(name) and hosts >= set(wanted)]
    return min(around)[1] if around else ""


def _excludable(others: frozenset[str] | set[str], hosts: Collection[str]) -> bool:
    return 8 * len(others) <= len(hosts) and all(_PLAIN.fullmatch(name) for name in others)
