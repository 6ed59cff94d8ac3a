# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to many stations: of those that differ in nothing but the address, the stock plugin is asked once.

Its options, its client and what is read off them cost a third of what reading a station does (docs/benchmarks.md).
I/O: Ansible's configuration and the environment.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.request import getproxies

from ansible import constants

from .access import Access, Approach

__all__ = ["Ways"]

_MOST: Final = 1024  # ways that are kept; where each station has its own there is no use in them
# What stands in an address as it is given, but for its case; of any other, the plugin and its libraries are asked.
_PLAIN_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_PLAIN: Final = (bool, int, float, type(None))


class Ways:
    """Remembers how stations are reached. For one process, whose environment does not change."""

    def __init__(self) -> None:
        # Whether a proxy is meant depends on each address.
        self._direct = not getproxies()
        self._known: dict[Hashable, Access] = {}

    def to(
        self, kind: str, options: Mapping[str, Any], keywords: Mapping[str, Any], ask: Callable[[], Access]
    ) -> Access:
        """The way to a station. ``options`` and ``keywords``: all that the plugin ``kind`` knows of it; ``ask``: it.

        Raises what ``ask`` does.
        """
        names = _address_names(kind)
        host = next((options[name] for name in reversed(names) if options.get(name) is not None), None)
        others = {name: value for name, value in options.items() if name not in names}
        if not self._direct or not isinstance(host, str) or not _PLAIN_HOST.fullmatch(host):
            return ask()
        try:
            key = kind, _frozen(others), _frozen(keywords)
        except TypeError:
            return ask()
        if (known := self._known.get(key)) is not None:
            return _moved(known, host)
        access = ask()
        # Named by another option too, it would be one thing here and another there.
        if len(self._known) < _MOST and host not in repr(key) and _is_at(access, host):
            self._known[key] = access
        return access


@functools.cache
def _address_names(kind: str) -> tuple[str, ...]:
    """The variables that say where a station is and nothing else, the strongest last; empty if one says more."""
    options = constants.config.get_configuration_definitions("connection", kind)
    told = {option: [entry["name"] for entry in about.get("vars") or ()] for option, about in options.items()}
    names = told.pop("remote_addr", [])
    more = {name for others in told.values() for name in others}
    return () if more & set(names) else tuple(names)


def _frozen(value: Any) -> Hashable:
    """What is equal for equal values of the same types. Raises TypeError for anything that is not plain."""
    if isinstance(value, str):
        return str, str(value)
    if isinstance(value, _PLAIN):
        return type(value), value
    if isinstance(value, Mapping):
        return dict, tuple((_frozen(name), _frozen(each)) for name, each in value.items())
    if isinstance(value, list | tuple):
        return list, tuple(_frozen(each) for each in value)
    raise TypeError(type(value).__name__)


def _is_at(access: Access, host: str) -> bool:
    """Whether all of it follows from this address."""
    return access.host == host and all(
        isinstance(each, Approach) and each.host == each.service_host == host.lower() for each in access.approaches
    )


def _moved(access: Access, host: str) -> Access:
    name = host.lower()
    return replace(
        access,
        host=host,
        approaches=tuple(
            replace(each, host=name, service_host=name) for each in access.approaches if isinstance(each, Approach)
        ),
    )
