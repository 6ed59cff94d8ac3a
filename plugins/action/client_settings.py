# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.rentree.pronote.plugins.module_utils.client_settings import PORT, Settings
from ansible_collections.rentree.pronote.plugins.module_utils.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.module_utils.releases import Release
from ansible_collections.rentree.pronote.plugins.module_utils.station_errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils._action import failure, station
from ansible_collections.rentree.pronote.plugins.plugin_utils._arguments import arguments
from ansible_collections.rentree.pronote.plugins.plugin_utils._settings import SettingsRequest, ensure_settings

ARGUMENT_SPEC: dict[str, Any] = {
    "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    "release": {"type": "str", "required": True},
    "uai": {"type": "str", "required": True},
    "label": {"type": "str", "required": True},
    "address": {"type": "str", "default": ""},
    "port": {"type": "int", "default": PORT},
    "shortcut": {"type": "bool", "default": True},
    "remove_older_shortcuts": {"type": "bool", "default": False},
}


class ActionModule(ActionBase):
    """Put the server's address on a station. Documentation: plugins/modules/client_settings.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        settings = Settings(uai=args["uai"], label=args["label"], address=args["address"], port=args["port"])
        try:
            # Checked before the station is asked anything.
            settings.text()
            request = SettingsRequest(
                product=PRODUCTS["pronote_client"],
                year=Release.parse(args["release"]).year,
                settings=settings,
                shortcut=args["shortcut"],
                remove_older=args["remove_older_shortcuts"],
                absent=args["state"] == "absent",
            )
        except ValueError as exc:
            raise AnsibleActionFail(str(exc)) from exc
        try:
            return ensure_settings(station(self._connection), request, check=self._task.check_mode)
        except StationError as exc:
            return failure(exc)
