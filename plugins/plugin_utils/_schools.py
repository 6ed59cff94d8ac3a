# SPDX-License-Identifier: GPL-3.0-or-later
"""The schools of a play: its hosts by UAI, whatever the limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.hosted import parse_uai

__all__ = ["only_school", "schools"]


def schools(variables: Mapping[str, Any]) -> dict[str, list[str]]:
    """UAI → hosts of the play, in the order of UAIs. Hosts without ``pronote_uai`` are of no school.

    Raises ValueError naming the host whose UAI is none.
    """
    found: dict[str, list[str]] = {}
    for host in variables["ansible_play_hosts_all"]:
        uai = variables["hostvars"][host].get("pronote_uai")
        if uai:
            try:
                found.setdefault(parse_uai(uai), []).append(host)
            except ValueError as exc:
                raise ValueError(f"pronote_uai of {host}: {exc}") from exc
    return dict(sorted(found.items()))


def only_school(variables: Mapping[str, Any]) -> str:
    """The UAI of a play on one school. Raises ValueError."""
    found = schools(variables)
    if len(found) != 1:
        named = ", ".join(found) or "none"
        raise ValueError(f"which school? This play has {named}. Give the UAI, or --limit the run to one school.")
    return next(iter(found))
