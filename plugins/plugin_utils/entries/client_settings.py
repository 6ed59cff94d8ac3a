# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``client_settings`` (plugins/modules/client_settings.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any

from ..doors.station import StationAction
from ..settings.station import ensure_settings
from ..survey import settings as _survey


class ActionModule(StationAction):
    """Put the server's address on a station. Documentation: plugins/modules/client_settings.py."""

    ARGUMENT_SPEC = _survey.ARGUMENT_SPEC

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        # The server, and everything that is given, before the station is asked anything.
        request = _survey.request_from(args)
        return ensure_settings(self.station(), request, check=self._task.check_mode)
