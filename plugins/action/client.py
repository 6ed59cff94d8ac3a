# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, ClassVar

from ..plugin_utils.deploy.arguments import ARGUMENT_SPEC
from ..plugin_utils.deploy.run import deploy
from ..plugin_utils.doors.station import StationAction


class ActionModule(StationAction):
    """Bring a station to a release. Documentation: plugins/modules/client.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = ARGUMENT_SPEC

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        return deploy(self._connection, self.name, args, check=self._task.check_mode)
