# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``client_info`` (plugins/modules/client_info.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ...module_utils.product.products import PRODUCTS
from ..doors.station import StationAction
from ..station.winrm import probe


class ActionModule(StationAction):
    """Read what PRONOTE clients a station has. Documentation: plugins/modules/client_info.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        state = probe(self.station(), PRODUCTS[args["product"]])
        return {"warnings": state.warnings, **state.as_dict()}
