# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils.deploy.arguments import ARGUMENT_SPEC, request_from
from ..plugin_utils.deploy.run import deploy
from ..plugin_utils.doors import station as _station  # noqa: F401  (loads, before the workers fork, what each needs)
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.remaining.memory import Memory
from ..plugin_utils.rings.turn import held_back, in_ring, keep_back
from ..plugin_utils.station.events import Events


class ActionModule(ActionBase):
    """Bring a station to a release. Documentation: plugins/modules/client.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        kept = keep_back(args["ring"], args["release"])
        if kept is not None:
            return kept
        if args["held"] and args["state"] == "present":
            return in_ring(held_back(args["held"]), args["ring"])
        name = str((task_vars or {}).get("inventory_hostname", "station"))
        check = self._task.check_mode
        # Of a staging, and of a dry run, nothing is listed at the end of a deployment either.
        store = "" if check or args["state"] == "staged" else args["store"]
        events = Events(name, product=args["product"], store=store)
        try:
            request = request_from(args, name)
        except ValueError as exc:
            raise AnsibleActionFail(str(exc)) from exc
        memory = Memory(
            None if check else args["store"],
            station=name,
            product=args["product"],
            school=args["school"],
            room=args["room"],
        )
        result = deploy(self._connection, request, memory, events, check=check, switch_off=args["switch_off"])
        return in_ring(result, args["ring"])
