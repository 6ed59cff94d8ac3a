# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of ``group_vars`` and ``host_vars`` that are nobody's: of what Ansible does not find it says nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ...module_utils.base.message import Message
from .findings import Finding

__all__ = ["Entry", "strangers"]

_NO_GROUP = Message("there is no group {name} in the inventory, so that nothing reads this")
_NO_HOST = Message("there is no host {name} in the inventory, so that nothing reads this")
_MEANT = Message("Rename it: did you mean {guess}?")
_REMOVE = Message("Rename it after a group or a host of the inventory, or remove it.")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file or a folder, for a group or a host. ``name``: of whom; ``path``: as people type it; ``folder``: where it
    lies."""

    name: str
    path: str
    folder: str
    of_host: bool = False


def strangers(
    entries: Iterable[Entry], *, groups: Collection[str], hosts: Collection[str], members: Mapping[str, Collection[str]]
) -> Iterator[Finding]:
    """Entries of nobody. One that is all but named after a group or a host that has none of its own holds whom it was
    written for: they lack what it says. Of any other it is told alone: rooms and stations come and go.

    ``members``: the hosts of each group.
    """
    entries = list(entries)
    taken = {(each.folder, each.name) for each in entries}
    for each in entries:
        there = hosts if each.of_host else groups
        if each.name in there:
            continue
        free = [name for name in there if (each.folder, name) not in taken and _shape(name) != _shape(each.name)]
        guess = get_close_matches(each.name, free, n=1, cutoff=0.8)
        whom = ([guess[0]] if each.of_host else members.get(guess[0], ())) if guess else hosts
        yield Finding(
            place=each.path,
            fact=(_NO_HOST if each.of_host else _NO_GROUP).given(name=each.name),
            remedy=_MEANT.given(guess=guess[0]) if guess else _REMOVE,
            hosts=frozenset(whom),
            holds=bool(guess),
        )


def _shape(name: str) -> str:
    """What rooms and stations in a row have in common: ``salle_101`` is no misspelt ``salle_102``."""
    return re.sub(r"\d+", "0", name)
