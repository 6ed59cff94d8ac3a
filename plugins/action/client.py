# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from ..plugin_utils.deploy.arguments import ARGUMENT_SPEC, request_from
from ..plugin_utils.deploy.run import deploy
from ..plugin_utils.doors.station import StationAction
from ..plugin_utils.remaining.confirmation import unconfirmed
from ..plugin_utils.remaining.memory import Memory
from ..plugin_utils.rings.turn import closed, in_ring, keep_back
from ..plugin_utils.station.events import Events


class ActionModule(StationAction):
    """Bring a station to a release. Documentation: plugins/modules/client.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = ARGUMENT_SPEC

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        kept = keep_back(args["ring"], args["release"])
        if kept is not None:
            return kept
        if args["gate"] and args["state"] == "present":
            return in_ring(closed(args["gate"]), args["ring"])
        product = args["product"]
        check = self._task.check_mode
        # Of a staging, and of a dry run, nothing is listed at the end of a deployment either.
        listed = "" if check or args["state"] == "staged" else args["store"]
        events = Events(self.name, product=product, store=listed)
        # Of the store in a dry run too, which tells the same.
        request = replace(
            request_from(args, self.name), unconfirmed=partial(unconfirmed, args["store"], self.name, product)
        )
        store = None if check else args["store"]
        memory = Memory(store, station=self.name, product=product, school=args["school"], room=args["room"])
        result = deploy(self._connection, request, memory, events, check=check, switch_off=args["switch_off"])
        return in_ring(result, args["ring"])
