# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``rentree_gate`` (plugins/modules/rentree_gate.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ...module_utils.server.release import DEFAULT_CACHE
from ..board.gate import closed
from ..doors.action import ControllerAction
from ..inventory.asking import asking
from ..station.telling import telling


class ActionModule(ControllerAction):
    """Ask the board, once for the play, whether operation 1 is true. Documentation: plugins/modules/rentree_gate.py."""

    BYPASS_HOST_LOOP = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "mode": {"type": "str", "choices": ["off", "warn", "fail"], "default": "warn"},
        "year": {"type": "int", "required": True},
        "releases": {"type": "dict", "default": {}},
        "cache_dir": {"type": "str", "default": DEFAULT_CACHE},
        "ask_again": {"type": "bool", "default": False},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        asked = {name: args[name] for name in ("year", "releases")}
        options = asking(cache_dir=args["cache_dir"], ask_again=args["ask_again"])
        found = closed(self.variables, **asked, options=options) if args["mode"] != "off" else {}
        for reason in found.values():
            telling.warning(self.words.of(reason))
        told = {uai: str(reason) for uai, reason in found.items()}
        sources = {uai: reason.as_dict() for uai, reason in found.items()}
        fails = args["mode"] == "fail"
        return {"closed": told, "held": told if fails else {}, "held_source": sources if fails else {}}
