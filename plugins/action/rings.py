# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.rings.lines import ring_lines
from ..plugin_utils.rings.play import PlayVariables, make_plan

ARGUMENT_SPEC: dict[str, Any] = {
    "state": {"type": "str", "default": ""},
    "connect_timeout": {"type": "float", "default": 3},
}


class ActionModule(ActionBase):
    """Put the stations of the play into rings. Documentation: plugins/modules/rings.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        role = self._task._role
        play = PlayVariables(task_vars or {}, role.get_default_vars() if role else {}, self._templated)
        result = make_plan(play, state=args["state"], connect_timeout=args["connect_timeout"])
        for line in ring_lines(result["plans"], check=self._task.check_mode):
            Display().display(line)
        return result

    def _templated(self, variables: dict[str, Any], name: str) -> Any:
        return self._templar.copy_with_new_env(available_variables=variables).template(variables[name])
