# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, ClassVar

from ..plugin_utils.deploy.arguments import ARGUMENT_SPEC
from ..plugin_utils.deploy.run import deploy
from ..plugin_utils.doors.turn import TurnAction
from ..plugin_utils.rings.turn import RING_SPEC, in_ring, keep_back, other_release


class ActionModule(TurnAction):
    """A station's turn in a deployment. Documentation: plugins/modules/client_turn.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        **TurnAction.ARGUMENT_SPEC,
        "ring": {"type": "dict", "options": RING_SPEC},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        ring = args["ring"]
        if (kept := keep_back(ring)) is not None:
            return kept
        if (told := self.told(args)) is not None:
            return in_ring(told, ring)
        given = self.given(args, ARGUMENT_SPEC)
        if (kept := other_release(ring, given["release"])) is not None:
            return kept
        return in_ring(deploy(self._connection, self.name, given, check=self._task.check_mode), ring)
