# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``rehearsal_package`` (plugins/modules/rehearsal_package.py). I/O: Ansible."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ..depot.exclusive import PATIENCE, exclusively
from ..depot.publish import publish
from ..doors.action import ControllerAction
from ..rehearsal.package import harmless, script


class ActionModule(ControllerAction):
    """Publish what a rehearsal carries through. Documentation: plugins/modules/rehearsal_package.py."""

    FAILURE = Message("the package of a rehearsal was not published: {error}")
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {"depot": {"type": "path", "required": True}}

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        depot, check, package = Path(args["depot"]), self._task.check_mode, harmless()
        with tempfile.TemporaryDirectory() as made:
            source = Path(made) / package.technology.installer
            source.write_bytes(script())
            with exclusively(*([] if check else [depot]), patience=PATIENCE):
                return publish(
                    package, {package.technology.installer: source}, depot=depot, lock_file=None, check=check
                )
