# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. The school of a host, as its variables say, and the schools of a play: its hosts by UAI, whatever the limit."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError

from ...module_utils.base.identifiers import parse_uai
from ...module_utils.base.message import Message, message_of

__all__ = ["only_school", "said", "school_of", "schools"]


def said(variables: Any, name: str, *, strict: bool = False) -> str:
    """A variable of a host as text, empty when it has none.

    One that cannot be read is empty too, since the host's own task says so; if ``strict`` it is an AnsibleError.
    """
    with contextlib.suppress(*() if strict else (AnsibleError,)):
        return str(variables.get(name) or "")
    return ""


def school_of(variables: Any, *, strict: bool = False) -> str:
    """The UAI of a host's school as schools are told apart, whether it is one or not; empty when it is of none."""
    return said(variables, "pronote_uai", strict=strict).strip().upper()


def schools(variables: Mapping[str, Any], *, strict: bool = True) -> dict[str, list[str]]:
    """UAI → hosts of the play, in the order of UAIs. Hosts without ``pronote_uai`` are of no school.

    Raises ValueError naming the host whose UAI is none; unless ``strict`` such a host is of no school either.
    """
    found: dict[str, list[str]] = {}
    for host in variables["ansible_play_hosts_all"]:
        try:
            if uai := school_of(variables["hostvars"][host], strict=True):
                found.setdefault(parse_uai(uai), []).append(host)
        except (ValueError, AnsibleError) as exc:
            if strict:
                raise ValueError(Message("pronote_uai of {host}: {error}", host=host, error=message_of(exc))) from exc
    return dict(sorted(found.items()))


def only_school(variables: Mapping[str, Any]) -> str:
    """The UAI of a play on one school. Raises ValueError."""
    found = schools(variables)
    if len(found) != 1:
        raise ValueError(
            Message(
                "which school? This play has {found}. Give the UAI, or --limit the run to one school.",
                found=", ".join(found) or "none",
            )
        )
    return next(iter(found))
