# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from ..module_utils.product.products import PRODUCTS
from ..plugin_utils.audit.station import audit
from ..plugin_utils.audit.status import SILENT, STATUSES
from ..plugin_utils.doors.station import StationAction
from ..plugin_utils.inventory.asking import asking
from ..plugin_utils.remaining.confirmation import unconfirmed
from ..plugin_utils.remaining.memory import Memory


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
        "store": {"type": "path", "default": ""},
        "timeout": {"type": "float", "default": 300.0},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        own = {name: args[name] for name in ("uai", "server_url", "release", "school", "room", "timeout")}
        options = asking(cache_dir=args["cache_dir"], ask_again=args["ask_again"])
        product = args["product"]
        record = audit(
            self._connection,
            station=self.name,
            product=PRODUCTS[product],
            options=options,
            unconfirmed=partial(unconfirmed, args["store"], self.name, product),
            **own,
        )
        store = None if self._task.check_mode else args["store"]
        memory = Memory(store, station=self.name, product=product, school=args["uai"], room=args["room"])
        memory.audited(record, found=STATUSES[record["status"]].found, silent=record["status"] in SILENT)
        memory.close()
        return {"record": record, "warnings": memory.warnings}
