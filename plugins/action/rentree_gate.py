# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.server.release import DEFAULT_CACHE
from ..plugin_utils.board.gate import closed
from ..plugin_utils.doors.arguments import arguments

ARGUMENT_SPEC: dict[str, Any] = {
    "mode": {"type": "str", "choices": ["off", "warn", "fail"], "default": "warn"},
    "year": {"type": "int", "required": True},
    "releases": {"type": "dict", "default": {}},
    "cache_dir": {"type": "str", "default": DEFAULT_CACHE},
}


class ActionModule(ActionBase):
    """Ask the board, once for the play, whether operation 1 is true. Documentation: plugins/modules/rentree_gate.py."""

    TRANSFERS_FILES = False
    BYPASS_HOST_LOOP = True
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        result: dict[str, Any] = {"changed": False, "closed": {}, "held": {}}
        if args["mode"] == "off":
            return result
        found = closed(task_vars or {}, year=args["year"], releases=args["releases"], cache_dir=args["cache_dir"])
        for reason in found.values():
            Display().warning(reason)
        return {**result, "closed": found, "held": found if args["mode"] == "fail" else {}}
