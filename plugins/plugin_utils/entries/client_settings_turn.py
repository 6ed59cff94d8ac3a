# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``client_settings_turn`` (plugins/modules/client_settings_turn.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any

from ..doors.turn import TurnAction
from ..settings.station import ensure_settings
from ..survey.settings import ARGUMENT_SPEC, request_from


class ActionModule(TurnAction):
    """A station's turn to have the settings. Documentation: plugins/modules/client_settings_turn.py."""

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        if (told := self.told(self.registered(args["found"]))) is not None:
            return told
        request = request_from(self.given(args, ARGUMENT_SPEC))
        return ensure_settings(self.station(), request, check=self._task.check_mode)
