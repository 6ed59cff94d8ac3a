# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``audit`` (plugins/modules/audit.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ...module_utils.product.products import PRODUCTS
from ..audit.status import SILENT, STATUSES
from ..doors.station import StationAction
from ..remaining.memory import Memory
from ..store.option import store_address
from ..survey.audit import audit_one


class ActionModule(StationAction):
    """Judge a station against its server's release. Documentation: plugins/modules/audit.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "uai": {"type": "str", "required": True},
        "server_url": {"type": "str", "default": ""},
        "cache_dir": {"type": "str", "default": "~/.cache/rentree-pronote/hosted"},
        "ask_again": {"type": "bool", "default": False},
        "release": {"type": "str", "default": ""},
        "school": {"type": "str", "default": ""},
        "room": {"type": "str", "default": ""},
        "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
        "store": {"type": store_address, "default": ""},
        "timeout": {"type": "float", "default": 300.0},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        result = audit_one(self._connection, self.name, args)
        record, product = result["record"], args["product"]
        store = None if self._task.check_mode else args["store"]
        memory = Memory(store, station=self.name, product=product, school=args["uai"], room=args["room"])
        memory.audited(record, found=STATUSES[record["status"]].found, silent=record["status"] in SILENT)
        memory.close()
        return {**result, "warnings": memory.warnings}
