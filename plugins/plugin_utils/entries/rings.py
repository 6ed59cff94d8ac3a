# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``rings`` (plugins/modules/rings.py). I/O: Ansible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ..depot.script import old_scripts_words
from ..doors.action import ControllerAction, show
from ..inventory.typed import command_here
from ..rings.lines import back_lines, ring_lines
from ..rings.play import go_back, make_plan, planned_in
from ..rings.wants import PlayVariables
from ..store.option import store_address


class ActionModule(ControllerAction):
    """Put the stations of the play into rings. Documentation: plugins/modules/rings.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "store": {"type": store_address, "default": "", "aliases": ["state"]},
        "connect_timeout": {"type": "float", "default": 3},
        "survey": {"type": "path", "default": ""},
        "lease": {"type": "float", "default": 300},
        "lease_wait": {"type": "float", "default": 0},
        "again": {"type": "str", "default": ""},
        "results": {"type": "str", "default": "pronote_client_result"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        return self._again(args) if args["again"] else self._plan(args)

    def _again(self, args: dict[str, Any]) -> dict[str, Any]:
        result = go_back(self.variables, planned_in(self.variables, args["again"]), results=args["results"])
        show(back_lines(result["deferred"], words=self.words))
        return result

    def _plan(self, args: dict[str, Any]) -> dict[str, Any]:
        role = self._task._role
        play = PlayVariables(self.variables, role.get_default_vars() if role else {}, self._templated)
        given = {name: args[name] for name in ("store", "connect_timeout", "survey", "lease", "lease_wait")}
        result = make_plan(play, **given, waits=self._waits, check=self._task.check_mode)
        show(ring_lines(result["plans"], check=self._task.check_mode, words=self.words))
        if named := result["old_scripts"]:
            result["warnings"].append(old_scripts_words(named, command_here("prepare", self.variables)))
        return result

    def _waits(self, why: Sequence[Message]) -> None:
        show(self.words.of(Message("{why}: this run waits for it", why=each)) for each in why)

    def _templated(self, variables: dict[str, Any], name: str) -> Any:
        return self._templar.copy_with_new_env(available_variables=variables).template(variables[name])
