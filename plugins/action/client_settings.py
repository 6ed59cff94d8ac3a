# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ..plugin_utils.doors.station import StationAction
from ..plugin_utils.settings.station import ensure_settings
from ..plugin_utils.survey import settings as _survey


class ActionModule(StationAction):
    """Put the server's address on a station. Documentation: plugins/modules/client_settings.py."""

    ARGUMENT_SPEC = _survey.ARGUMENT_SPEC

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        # The server, and everything that is given, before the station is asked anything.
        request = _survey.request_from(args)
        return ensure_settings(self.station(), request, check=self._task.check_mode)
