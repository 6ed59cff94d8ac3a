# SPDX-License-Identifier: GPL-3.0-or-later
"""Which releases the schools of an inventory need: what their hosted servers run, or what is pinned for them.

I/O: the network and Ansible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean

from ...module_utils.base.message import Message, message_of
from ...module_utils.product.release import Release
from ...module_utils.server.release import DEFAULT_CACHE, served_release
from ..inventory.asking import asking
from ..inventory.schools import said, school_of

__all__ = ["by_arch", "wanted_by_schools"]


def wanted_by_schools(
    hostvars: Mapping[str, Mapping[str, Any]], hosts: Iterable[str]
) -> tuple[dict[Release, list[str]], list[str]]:
    """Releases with the schools that need them, and the schools whose release is not known, in words.

    One request to each hosted server at most, and none while its answer is in the cache; no station is contacted.
    """
    schools: dict[tuple[str, ...], str] = {}
    wanted: dict[Release, list[str]] = {}
    problems: list[str] = []
    for host in hosts:
        try:
            variables = hostvars[host]
            uai = school_of(variables, strict=True)
            names = ("client_release", "server_url", "cache_dir", "server_ask_again")
            pinned, url, cache, again = (said(variables, f"pronote_{name}", strict=True) for name in names)
        except AnsibleError as exc:
            problems.append(Message("{host}: its variables cannot be read ({error})", host=host, error=message_of(exc)))
            continue
        schools.setdefault((pinned, uai, url, cache, again), host)
    for (pinned, uai, url, cache, again), host in schools.items():
        name = uai or host
        if not pinned and not uai:
            problems.append(Message("{host} has neither pronote_uai nor pronote_client_release", host=host))
            continue
        options = asking(cache_dir=cache or DEFAULT_CACHE, ask_again=boolean(again or "false", strict=False))
        served = served_release(uai, url, options=options, pinned=pinned, allow_stale=False)
        if served.client is None:
            problems.append(Message("{name}: {error}", name=name, error=served.error))
        elif name not in wanted.setdefault(served.client, []):
            wanted[served.client].append(name)
    return dict(sorted(wanted.items())), problems


def by_arch(value: Any, archs: list[str], *, option: str) -> dict[str, str]:
    """An option that may be one text, when there is one architecture, or a text for each. Raises ValueError."""
    if isinstance(value, Mapping):
        strange = sorted(set(value) - {"x64", "x86"})
        if strange:
            raise ValueError(
                Message(
                    "{option} is by architecture (x64, x86), not by {strange}",
                    option=option,
                    strange=", ".join(map(repr, strange)),
                )
            )
        return {str(arch): str(text) for arch, text in value.items() if text}
    if not value:
        return {}
    if len(archs) != 1:
        raise ValueError(
            Message(
                "{option} must name each architecture, as in {example}: {archs} are prepared",
                option=option,
                example="{x64: …, x86: …}",
                archs=", ".join(archs),
            )
        )
    return {archs[0]: str(value)}
