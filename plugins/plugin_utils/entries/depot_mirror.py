# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``depot_mirror`` (plugins/modules/depot_mirror.py). I/O: Ansible."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail

from ...module_utils.base.digests import valid_digest
from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import headed_diff
from ..depot.exclusive import PATIENCE, depot_of, exclusively
from ..depot.package import sha256sums
from ..doors.action import ControllerAction
from ..doors.mirror import SCRIPT, Mirror, refuse_windows


class ActionModule(ControllerAction):
    """Copy a published release to a web server's folder. Documentation: plugins/modules/depot_mirror.py."""

    TRANSFERS_FILES = True
    _requires_connection = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "src": {"type": "path", "required": True},
        "dest": {"type": "path", "required": True},
        "files": {"type": "dict", "required": True},
        "existing": {"type": "bool", "default": False},
    }

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        # First of all: a temporary folder is made on the host before anything is looked at.
        try:
            refuse_windows(self._connection.transport)
        except ValueError as exc:
            self.variables = task_vars or {}
            raise AnsibleActionFail(self.words.of(message_of(exc))) from None
        return super().run(tmp, task_vars)

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        dest = PurePosixPath(args["dest"])
        if not dest.is_absolute():
            raise ValueError(
                Message("dest is the web server's folder as an absolute path, not {dest}", dest=args["dest"])
            )
        try:
            wanted = {str(name): valid_digest(str(digest)) for name, digest in args["files"].items()}
        except ValueError as exc:
            raise ValueError(Message("files: {error}", error=message_of(exc))) from exc
        mirror, source, check = Mirror(self, self.variables, dest), Path(args["src"]), self._task.check_mode
        # What is copied is not written anew meanwhile, and of two copies the older one does not come last.
        with exclusively(*([] if check else [depot_of(source)]), patience=PATIENCE):
            found = mirror.digests(wanted)
            if args["existing"] and SCRIPT not in found:
                wanted = found
            if found != wanted and not check:
                mirror.bring(source, wanted, found)
        diff = headed_diff(f"{dest}/", sha256sums(found), sha256sums(wanted))
        return {"changed": found != wanted, "dest": str(dest), "diff": [diff]}
