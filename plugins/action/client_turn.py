# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time
from typing import Any, ClassVar

from ..plugin_utils.deploy.arguments import ARGUMENT_SPEC
from ..plugin_utils.deploy.run import deploy
from ..plugin_utils.doors.station import StationAction
from ..plugin_utils.rings.turn import RING_SPEC, in_ring, keep_back, other_release
from ..plugin_utils.survey.options import checking
from ..plugin_utils.survey.results import read_line
from ..plugin_utils.survey.turns import handed_over


class ActionModule(StationAction):
    """A station's turn in a deployment. Documentation: plugins/modules/client_turn.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "arguments": {"type": "str", "required": True},
        "survey": {"type": "path", "default": ""},
        "at": {"type": "int", "default": -1},
        "ring": {"type": "dict", "options": RING_SPEC},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        ring, check = args["ring"], self._task.check_mode
        if (kept := keep_back(ring)) is not None:
            return kept
        if args["survey"] and args["at"] >= 0:
            told = handed_over(read_line(args["survey"], args["at"]), check=check, now=time.time())
            if told is not None:
                return in_ring(told, ring)
        given = checking(ARGUMENT_SPEC)(self._templar.template(self.variables[args["arguments"]]))
        if (kept := other_release(ring, given["release"])) is not None:
            return kept
        return in_ring(deploy(self._connection, self.name, given, check=check), ring)
