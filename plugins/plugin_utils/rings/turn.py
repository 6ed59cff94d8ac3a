# SPDX-License-Identifier: GPL-3.0-or-later
"""A station's turn in the rings, as rentree.pronote.ring_step told it: go, keep back, or it had its turn before.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils.product.release import Release

__all__ = ["RING_SPEC", "closed", "in_ring", "keep_back", "other_release"]

RING_SPEC: dict[str, Any] = {
    "plan": {"type": "str", "required": True},
    "release": {"type": "str", "default": ""},
    "go": {"type": "bool", "default": True},
    "held": {"type": "str", "default": ""},
    "wrong": {"type": "bool", "default": False},
    "earlier": {"type": "dict", "default": {}},
}


def in_ring(result: dict[str, Any], ring: Mapping[str, Any] | None) -> dict[str, Any]:
    """Mark a result as one of this run's rings: an earlier play may have left another in the same variable."""
    return {**result, "ring_plan": ring["plan"]} if ring else result


def closed(reason: str) -> dict[str, Any]:
    """The result of a station whose school is not ready (rentree_gate): a failure, and the station was not asked."""
    remedy = "See playbooks/rentree.yml, or deploy all the same with pronote_rentree_gate=warn."
    return _failed(reason, remedy, f"{reason} {remedy}")


def keep_back(ring: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The result of a station that does not go now; None when it goes."""
    if ring is None or ring["go"]:
        return None
    if not ring["held"]:
        # It had its turn (it stood in for a pilot, or is the first station, which is in every step): what it showed
        # then stays its result, in the variable too. Skipped: it is neither shown nor counted twice.
        earlier = ring["earlier"] if ring["earlier"].get("ring_plan") == ring["plan"] else {}
        return {**earlier, "skipped": True}
    if ring["wrong"]:
        remedy = "Correct the variable in the inventory of this school."
        return in_ring(_failed(ring["held"], remedy, f"{ring['held'].rstrip('.')}. {remedy}"), ring)
    return _skipped(ring["held"], ring)


def other_release(ring: Mapping[str, Any] | None, release: str) -> dict[str, Any] | None:
    """The result of a station whose server was updated while the run was going on: no pilot has tried what it runs now.

    ``release``: what it would be brought to. None when that is what it was.
    """
    try:
        if not ring or not ring["release"] or Release.parse(ring["release"]) == Release.parse(release):
            return None
    except ValueError:
        return None
    now = Release.parse(release).client
    reason = (
        f"the school's server went from {ring['release']} to {now} during this run: left for the next one, whose "
        "pilots try it first"
    )
    return _skipped(reason, ring)


def _skipped(reason: str, ring: Mapping[str, Any]) -> dict[str, Any]:
    return in_ring({"changed": False, "action": "skip", "reason": reason, "before": [], "after": [], "diff": []}, ring)


def _failed(fact: str, remedy: str, text: str) -> dict[str, Any]:
    return {
        "failed": True,
        "changed": False,
        "msg": text,
        "fact": fact,
        "remedy": remedy,
        "kind": "configuration",
    }
