# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils.product.products import PRODUCTS
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.doors.station import failure, station
from ..plugin_utils.station.errors import StationError
from ..plugin_utils.station.probe import probe

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
