# SPDX-License-Identifier: GPL-3.0-or-later
"""What the other sources of an inventory name, those that Ansible has not come to yet included.

Ansible puts every source into one inventory, in their order, and none is told from another afterwards. So whoever adds
names looks at what is there already, and has Ansible read what comes later, apart. I/O: Ansible and files.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible import constants, context
from ansible.errors import AnsibleError
from ansible.inventory.group import Group
from ansible.inventory.manager import IGNORED, InventoryManager
from ansible.utils.path import unfrackpath
from ansible.vars.reserved import get_reserved_names

from ...module_utils.product.products import PRODUCTS, PRONOTE_CLIENT

__all__ = ["files_of", "ignored", "later_sources", "named", "read_apart", "reserved_names", "sources"]

# Groups of this collection that a host is put into by people, wherever its station comes from.
_ROLES = frozenset({each.group for each in PRODUCTS.values() if each is not PRONOTE_CLIENT}) | {"pronote_reference"}
_IMPLIED = frozenset({"inventory_file", "inventory_dir"})


def sources() -> list[str]:
    """The sources of this run, as full paths; lists of hosts as they are. Empty without a command of Ansible's."""
    given: Sequence[str] = context.CLIARGS.get("inventory") or ()
    return [source if "," in source else str(unfrackpath(source, follow=False)) for source in given if source]


def ignored(name: str) -> bool:
    """Whether Ansible passes over a file or folder of this name in a folder of inventories, as it is configured."""
    return bool(IGNORED.search(os.fsencode(name)))


def files_of(source: str) -> Iterator[str]:
    """The files of a source, in the order in which Ansible reads them (InventoryManager.parse_source).

    Raises OSError.
    """
    if not Path(source).is_dir():
        yield source
        return
    for entry in sorted(Path(source).iterdir(), key=lambda entry: os.fsencode(entry.name)):
        if not ignored(entry.name):
            yield from files_of(str(entry))


def later_sources(path: str) -> list[str]:
    """The files that Ansible reads after this one. Without a command line: those that follow it in its folder."""
    for given in (sources(), [str(Path(path).parent)]):
        found = [file for source in given for file in files_of(source)]
        if path in found:
            return found[found.index(path) + 1 :]
    return []


def read_apart(files: Sequence[str], loader: Any, *, groups: Collection[str]) -> list[tuple[str, Any]]:
    """Each file with the inventory that it makes by itself. ``groups``: those that it may speak of because the sources
    before it have them (an INI file must not name any other); they are in the inventory when it says something of them.
    """
    read = []
    for file in files:
        manager = InventoryManager(loader=loader, sources=None, parse=False)
        own = {name: Group(name) for name in groups if name not in manager.groups}
        manager.groups.update(own)
        # What cannot be read names nothing; Ansible says so when it comes to it.
        with suppress(AnsibleError):
            manager.parse_source(file)
        for name, group in own.items():
            if not (group.hosts or group.child_groups or group.parent_groups or group.vars):
                del manager.groups[name]
        read.append((file, manager))
    return read


def named(inventory: Any, *, without: Collection[str], source: str = "") -> tuple[dict[str, str], dict[str, str]]:
    """Hosts and groups of an inventory that is being read, and the source of each.

    ``without``: names that are left out. So is a host that is only put into groups of ours, by a source that says
    nothing else of it.
    """
    groups = {name: source for name in inventory.groups if name not in without and name not in _ROLES}
    places: dict[str, set[str]] = {}
    for name, group in inventory.groups.items():
        for host in group.hosts:
            places.setdefault(host.name, set()).add(name)
    hosts = {}
    for name, host in inventory.hosts.items():
        said: Mapping[str, Any] = host.vars
        only_placed = bool(places.get(name)) and places[name] <= _ROLES and said.keys() <= _IMPLIED
        if name not in without and not only_placed:
            hosts[name] = source or str(said.get("inventory_file") or "")
    return hosts, groups


def reserved_names() -> set[str]:
    """What no host and no group may be called, since Ansible has something of that name."""
    reserved: set[str] = get_reserved_names() | set(constants.INTERNAL_STATIC_VARS) | set(constants.LOCALHOST)
    return reserved
