# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time
from typing import Any, ClassVar

from ..plugin_utils.doors.station import StationAction
from ..plugin_utils.settings.station import ensure_settings
from ..plugin_utils.survey.options import checking
from ..plugin_utils.survey.results import read_line
from ..plugin_utils.survey.settings import ARGUMENT_SPEC, request_from
from ..plugin_utils.survey.turns import handed_over


class ActionModule(StationAction):
    """A station's turn to have the settings. Documentation: plugins/modules/client_settings_turn.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "arguments": {"type": "str", "required": True},
        "survey": {"type": "path", "default": ""},
        "at": {"type": "int", "default": -1},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        check = self._task.check_mode
        if args["survey"] and args["at"] >= 0:
            told = handed_over(read_line(args["survey"], args["at"]), check=check, now=time.time())
            if told is not None:
                return told
        given = checking(ARGUMENT_SPEC)(self._templar.template(self.variables[args["arguments"]]))
        return ensure_settings(self.station(), request_from(given), check=check)
