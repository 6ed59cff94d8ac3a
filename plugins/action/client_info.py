# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.rentree.pronote.plugins.module_utils.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.module_utils.station_errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils._action import failure, station
from ansible_collections.rentree.pronote.plugins.plugin_utils._arguments import arguments
from ansible_collections.rentree.pronote.plugins.plugin_utils._probe import probe

ARGUMENT_SPEC: dict[str, Any] = {
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
}


class ActionModule(ActionBase):
    """Read what PRONOTE clients a station has. Documentation: plugins/modules/client_info.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        try:
            state = probe(station(self._connection), PRODUCTS[args["product"]])
        except StationError as exc:
            return failure(exc)
        return {"changed": False, "warnings": state.warnings, **state.as_dict()}
