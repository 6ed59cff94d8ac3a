# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``preflight`` (plugins/modules/preflight.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible import constants

from ...module_utils.base.message import joined
from ..doors.action import ControllerAction, show
from ..places.look import read_as_inventory
from ..preflight.check import check
from ..preflight.findings import lines


class ActionModule(ControllerAction):
    """Say what is wrong with the inventory before any station is asked. Documentation: plugins/modules/preflight.py."""

    # Once for the whole play, on the controller.
    BYPASS_HOST_LOOP = True
    KEEPS_MUCH = True
    # What runs wrote into an inventory is moved out of it by the task that settles where they write, or it says so.
    REFUSES_TAINTED = False
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {"role": {"type": "str", "default": ""}}

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        if read_as_inventory():
            return {"findings": []}
        hosts = [str(name) for name in self.variables["ansible_play_hosts_all"]]
        manager = self.variables["hostvars"]._variable_manager
        checked = check(manager, self._task.get_play(), hosts, role=args["role"])
        findings = [
            {"place": f.place, "fact": f.fact, "remedy": f.remedy, "hosts": sorted(f.hosts.intersection(hosts))}
            for f in checked.findings
        ]
        if checked.stops:
            return {"failed": True, "msg": joined(lines(checked.findings), "\n"), "findings": findings}
        # Set at run time, from base.yml.
        show(map(self.words.of, checked.lines), color=constants.COLOR_WARN)  # type: ignore[attr-defined]
        return {"findings": findings}
