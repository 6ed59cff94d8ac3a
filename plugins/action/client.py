# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.rentree.pronote.plugins.module_utils.station_errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils._action import failure, station
from ansible_collections.rentree.pronote.plugins.plugin_utils._arguments import arguments
from ansible_collections.rentree.pronote.plugins.plugin_utils._client import ensure
from ansible_collections.rentree.pronote.plugins.plugin_utils._client_arguments import ARGUMENT_SPEC, request_from


class ActionModule(ActionBase):
    """Bring a station to a release. Documentation: plugins/modules/client.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        try:
            request = request_from(args, str((task_vars or {}).get("inventory_hostname", "station")))
        except ValueError as exc:
            raise AnsibleActionFail(str(exc)) from exc
        try:
            return ensure(station(self._connection), request, check=self._task.check_mode)
        except StationError as exc:
            return failure(exc)
