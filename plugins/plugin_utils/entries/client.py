# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``client`` (plugins/modules/client.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ..deploy.arguments import ARGUMENT_SPEC
from ..deploy.run import deploy
from ..doors.station import StationAction


class ActionModule(StationAction):
    """Bring a station to a release. Documentation: plugins/modules/client.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = ARGUMENT_SPEC

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        return deploy(self._connection, self.name, args, check=self._task.check_mode)
