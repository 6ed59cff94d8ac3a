# SPDX-License-Identifier: GPL-3.0-or-later
"""The schools of a play: its hosts by UAI, whatever the limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError

from ...module_utils.base.identifiers import parse_uai

__all__ = ["only_school", "schools"]


def schools(variables: Mapping[str, Any], *, strict: bool = True) -> dict[str, list[str]]:
    """UAI → hosts of the play, in the order of UAIs. Hosts without ``pronote_uai`` are of no school.

    Raises ValueError naming the host whose UAI is none; unless ``strict`` such a host is of no school either.
    """
    found: dict[str, list[str]] = {}
    for host in variables["ansible_play_hosts_all"]:
        try:
            uai = variables["hostvars"][host].get("pronote_uai")
            if uai:
                found.setdefault(parse_uai(uai), []).append(host)
        except (ValueError, AnsibleError) as exc:
            if strict:
                raise ValueError(f"pronote_uai of {host}: {exc}") from exc
    return dict(sorted(found.items()))


def only_school(variables: Mapping[str, Any]) -> str:
    """The UAI of a play on one school. Raises ValueError."""
    found = schools(variables)
    if len(found) != 1:
        named = ", ".join(found) or "none"
        raise ValueError(f"which school? This play has {named}. Give the UAI, or --limit the run to one school.")
    return next(iter(found))
