# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils.product.products import PRODUCTS
from ..plugin_utils.audit.station import AuditRequest, audit
from ..plugin_utils.audit.status import SILENT, STATUSES
from ..plugin_utils.doors import station as _station  # noqa: F401  (loads, before the workers fork, what each needs)
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.remaining.memory import Memory

ARGUMENT_SPEC: dict[str, Any] = {
    "uai": {"type": "str", "required": True},
    "server_url": {"type": "str", "default": ""},
    "cache_dir": {"type": "str", "default": "~/.cache/rentree-pronote/hosted"},
    "release": {"type": "str", "default": ""},
    "school": {"type": "str", "default": ""},
    "room": {"type": "str", "default": ""},
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    "store": {"type": "path", "default": ""},
}


class ActionModule(ActionBase):
    """Judge a station against its server's release. Documentation: plugins/modules/audit.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        request = AuditRequest(
            station=str((task_vars or {})["inventory_hostname"]),
            uai=args["uai"],
            server_url=args["server_url"],
            cache_dir=args["cache_dir"],
            release=args["release"],
            school=args["school"],
            room=args["room"],
            product=PRODUCTS[args["product"]],
        )
        record = audit(self._connection, request)
        store = None if self._task.check_mode else args["store"]
        memory = Memory(store, station=request.station, product=args["product"], school=args["uai"], room=args["room"])
        memory.audited(record, found=STATUSES[record["status"]].found, silent=record["status"] in SILENT)
        memory.close()
        return {"changed": False, "record": record, "warnings": memory.warnings}
