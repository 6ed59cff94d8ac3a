# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``ring_step`` (plugins/modules/ring_step.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ..doors.action import ControllerAction, show
from ..rings.having import give_back_schools
from ..rings.lines import stop_lines
from ..rings.play import planned_in, take_step
from ..store.option import store_address


class ActionModule(ControllerAction):
    """Judge the rings so far, and say who goes now. Documentation: plugins/modules/ring_step.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "plan": {"type": "str", "required": True},
        "index": {"type": "int", "default": -1},
        "results": {"type": "str", "default": "pronote_client_result"},
        "patience": {"type": "float", "default": 60},
        "store": {"type": store_address, "default": "", "aliases": ["state"]},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        planned = planned_in(self.variables, args["plan"])
        given = {name: args[name] for name in ("index", "results", "store", "patience")}
        result = take_step(self.variables, planned, **given, check=self._task.check_mode)
        if args["index"] < 0 and args["store"] and not self._task.check_mode:
            give_back_schools(args["store"])
        if args["index"] < 0:
            show(stop_lines(result["stopped"], words=self.words), color="purple")
        return {**result, "stopped": {school: str(reason) for school, reason in result["stopped"].items()}}
