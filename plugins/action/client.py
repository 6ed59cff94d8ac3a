# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.rentree.pronote.plugins.module_utils.station_errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils import _progress
from ansible_collections.rentree.pronote.plugins.plugin_utils._action import failure, station
from ansible_collections.rentree.pronote.plugins.plugin_utils._arguments import arguments
from ansible_collections.rentree.pronote.plugins.plugin_utils._client import ensure
from ansible_collections.rentree.pronote.plugins.plugin_utils._client_arguments import ARGUMENT_SPEC, request_from
from ansible_collections.rentree.pronote.plugins.plugin_utils._turn import held_back, in_ring, keep_back


class ActionModule(ActionBase):
    """Bring a station to a release. Documentation: plugins/modules/client.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        kept = keep_back(args["ring"])
        if kept is not None:
            return kept
        if args["held"] and args["state"] == "present":
            return in_ring(held_back(args["held"]), args["ring"])
        _progress.begin(str((task_vars or {}).get("inventory_hostname", "")))
        try:
            request = request_from(args, str((task_vars or {}).get("inventory_hostname", "station")))
        except ValueError as exc:
            raise AnsibleActionFail(str(exc)) from exc
        try:
            result = ensure(station(self._connection), request, check=self._task.check_mode)
        except StationError as exc:
            result = failure(exc)
        return in_ring(result, args["ring"])
