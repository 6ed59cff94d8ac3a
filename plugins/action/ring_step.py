# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.rings.lines import stop_lines
from ..plugin_utils.rings.play import StepOptions, take_step

ARGUMENT_SPEC: dict[str, Any] = {
    "plan": {"type": "str", "required": True},
    "index": {"type": "int", "default": -1},
    "results": {"type": "str", "default": "pronote_client_result"},
    "state": {"type": "str", "default": ""},
}


class ActionModule(ActionBase):
    """Judge the rings so far, and say who goes now. Documentation: plugins/modules/ring_step.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        variables = task_vars or {}
        planned = variables.get(args["plan"])
        if not planned or "plans" not in planned:
            raise AnsibleActionFail(f"there is no plan in {args['plan']}: register rentree.pronote.rings in it first")
        options = StepOptions(
            index=args["index"], results=args["results"], state=args["state"], check=self._task.check_mode
        )
        result = take_step(variables, planned, options)
        if args["index"] < 0:
            for line in stop_lines(result["stopped"]):
                Display().display(line, color="purple")
        return result
