# SPDX-License-Identifier: GPL-3.0-or-later
"""One station's part of a deployment: what is done on it, remembered in the store, and the station given back.

I/O: the station.
"""

from __future__ import annotations

from typing import Any

from ..remaining.memory import Memory
from ..station.errors import StationError
from ..station.events import Events
from ..station.winrm import WinrmStation
from ..wake.wake import give_back
from .client import DeploymentRequest, ensure

__all__ = ["deploy"]


def deploy(
    connection: Any, request: DeploymentRequest, memory: Memory, events: Events, *, check: bool, switch_off: bool
) -> dict[str, Any]:
    """Return the task's result, failures included. ``memory`` has no file in check mode."""
    wanted = request.goal.release
    absent = request.goal.state == "absent"
    try:
        target = WinrmStation(connection, events)
        target.watcher = memory
        try:
            result = ensure(target, request, check=check)
            # A staging leaves the installation to a later run, as a skip does.
            staged = {"action": "skip"} if request.goal.state == "staged" else {}
            memory.deployed({**result, **staged}, wanted=wanted, absent=absent)
        except StationError as exc:
            memory.failed(exc, wanted=wanted, absent=absent)
            result = exc.as_result()
        if not check and switch_off and "unreachable" not in result:
            result |= give_back(target, request.goal.product, memory, still_at_work=result.get("kind") == "running")
    except StationError as exc:
        result = exc.as_result()
    finally:
        memory.close()
    return {**result, "warnings": [*result.get("warnings", []), *memory.warnings]}
