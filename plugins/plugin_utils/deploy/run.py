# SPDX-License-Identifier: GPL-3.0-or-later
"""One station's part of a deployment: what is done on it, remembered in the store, and the station given back.

I/O: the station.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ...module_utils.base.message import sourced
from ..remaining.memory import Memory
from ..rings.turn import closed, deferred
from ..station.errors import DeferredError, StationError
from ..station.events import Events
from ..station.frozen import wanted_text
from ..station.winrm import WinrmStation
from ..wake.wake import give_back
from .arguments import request_from
from .client import ensure
from .goal import Goal

__all__ = ["as_remembered", "deploy", "remember_held"]


def deploy(
    connection: Any,
    name: str,
    args: Mapping[str, Any],
    *,
    check: bool,
    others_wait: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Return the task's result, failures included. ``args``: those of rentree.pronote.client. Raises ValueError.

    ``others_wait``: whether what takes long is left for a while, which is then no end: nothing is remembered of it.
    """
    if args["gate"] and args["state"] == "present":
        return closed(sourced(args["gate"], args["gate_source"]))
    request = request_from(args, name)
    request = replace(request, times=replace(request.times, others_wait=others_wait))
    events = Events(name, product=args["product"])
    place = {"product": args["product"], "school": args["school"], "room": args["room"]}
    memory = Memory(None if check else args["store"], station=name, **place)
    wanted = request.goal.release
    absent = request.goal.state == "absent"
    target = None
    try:
        try:
            target = WinrmStation(connection, events)
            target.watcher = memory
            result = ensure(target, request, check=check)
            memory.deployed(as_remembered(result, request.goal), wanted=wanted, absent=absent)
        except DeferredError as exc:
            return {**deferred(exc.fact), "warnings": memory.warnings}
        except StationError as exc:
            memory.failed(exc, wanted=wanted, absent=absent)
            result = exc.as_result()
        if target and not check and args["switch_off"] and "unreachable" not in result:
            result |= give_back(target, request.goal.product, memory, still_at_work=result.get("kind") == "running")
    except StationError as exc:
        result = exc.as_result()
    finally:
        memory.close()
    return {**result, "warnings": [*result.get("warnings", []), *memory.warnings]}


def remember_held(name: str, args: Mapping[str, Any], result: dict[str, Any], *, seen: bool) -> dict[str, Any]:
    """Keep that a station was held back, as ``result`` says it, and return the result. Raises ValueError.

    ``seen``: this run has read it.
    """
    goal = request_from(args, name).goal
    if goal.state == "staged":
        # What is left is the installation, which this run was not about.
        return result
    memory = Memory(args["store"], station=name, product=args["product"], school=args["school"], room=args["room"])
    try:
        wanted = wanted_text(goal.release, absent=goal.state == "absent")
        memory.held(wanted=wanted, seen=seen, reason=result["reason"], remedy=result["remedy"])
    finally:
        memory.close()
    return {**result, "warnings": memory.warnings}


def as_remembered(result: dict[str, Any], goal: Goal) -> dict[str, Any]:
    """A result as the store is told it: a staging leaves the installation to a later run, as a skip does."""
    return {**result, "action": "skip"} if goal.state == "staged" else result
