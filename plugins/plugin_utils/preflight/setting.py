# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory and a command line set, source by source, and which of it counts for a host. Pure.

The order is Ansible's (VARIABLE_PRECEDENCE of base.yml, VariableManager.get_vars): of groups, what stands in inventory
files is weaker than what stands beside them, and ``all`` is the weakest of each; then a host's own, then the play's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["EVERYBODY", "Layer", "OfGroup", "OfHost", "Setting", "Settings"]

EVERYBODY = "all"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One variable in one source. ``place``: its file and line, as people type them; empty where nobody knows."""

    name: str
    value: Any
    place: str = ""


Layer = Mapping[str, Setting]


@dataclass(frozen=True, kw_only=True)
class OfGroup:
    """``inside``: what inventory files say of it; ``beside``: what ``group_vars`` does."""

    inside: Layer = field(default_factory=dict)
    beside: Layer = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OfHost:
    """``groups``: their names, the weakest first, without ``all``."""

    own: Layer = field(default_factory=dict)
    groups: tuple[str, ...] = ()


class Settings:
    """All of a run. ``over``: what the play and the command line set, for every host."""

    def __init__(self, *, hosts: Mapping[str, OfHost], groups: Mapping[str, OfGroup], over: Layer) -> None:
        self.hosts, self._groups, self._over = hosts, groups, over
        self._together: dict[tuple[str, ...], Layer] = {}
        self._members: dict[str, list[str]] = {}

    @property
    def groups(self) -> Mapping[str, OfGroup]:
        """By their names, with ``all``."""
        return self._groups

    def value(self, host: str, name: str) -> Any:
        """The value that counts for a host, as it is written; None where it is not set."""
        for layer in self._layers(self.hosts[host]):
            if name in layer:
                return layer[name].value
        return None

    def members(self, group: str) -> Sequence[str]:
        """The hosts of a group, those of its children too."""
        if not self._members:
            self._members[EVERYBODY] = list(self.hosts)
            for name, host in self.hosts.items():
                for each in host.groups:
                    self._members.setdefault(each, []).append(name)
        return self._members.get(group, [])

    def each(self) -> Iterator[tuple[Setting, str, str]]:
        """Every setting, with the group or the host that it is of; of the play and the command line, ``all``."""
        for setting in self._over.values():
            yield setting, EVERYBODY, ""
        for group, layers in self._groups.items():
            for layer in (layers.inside, layers.beside):
                for setting in layer.values():
                    yield setting, group, ""
        for host, of in self.hosts.items():
            for setting in of.own.values():
                yield setting, "", host

    def concerned(self, setting: Setting, group: str, host: str) -> Iterator[str]:
        """The hosts for which this setting, of a group or a host, counts."""
        for name in [host] if host else self.members(group):
            for layer in self._layers(self.hosts[name]):
                if setting.name in layer:
                    if layer[setting.name] is setting:
                        yield name
                    break

    def _layers(self, of: OfHost) -> tuple[Layer, ...]:
        return self._over, of.own, self._of_groups(of.groups)

    def _of_groups(self, names: tuple[str, ...]) -> Layer:
        if names not in self._together:
            groups = [self._groups[name] for name in (EVERYBODY, *names) if name in self._groups]
            together: dict[str, Setting] = {}
            for layers in ([each.inside for each in groups], [each.beside for each in groups]):
                for layer in layers:
                    together |= layer
            self._together[names] = together
        return self._together[names]
