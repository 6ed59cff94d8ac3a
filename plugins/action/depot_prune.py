# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.server.release import HostedOptions
from ..plugin_utils.depot.prune import gather_needs, prune
from ..plugin_utils.doors.arguments import arguments

ARGUMENT_SPEC: dict[str, Any] = {
    "depot": {"type": "path", "required": True},
    "lock_file": {"type": "path"},
    "keep": {"type": "list", "elements": "str", "default": []},
    "elsewhere": {"type": "list", "elements": "str", "default": []},
    "cache_dir": {"type": "str", "default": "~/.cache/rentree-pronote/hosted"},
}


class ActionModule(ActionBase):
    """Remove releases that no school needs from a depot. Documentation: plugins/modules/depot_prune.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        # Every host of the inventory, whatever the limit: a school outside of it needs its release all the same.
        hostvars = (task_vars or {})["hostvars"]
        hosts = {str(name): hostvars[name] for name in hostvars}
        try:
            needs = gather_needs(hosts, keep=args["keep"], options=HostedOptions(cache_dir=args["cache_dir"]))
            result = prune(
                needs,
                depot=Path(args["depot"]),
                elsewhere=args["elsewhere"],
                lock_file=Path(args["lock_file"]) if args["lock_file"] else None,
                check=self._task.check_mode,
            )
        except (OSError, ValueError) as exc:
            raise AnsibleActionFail(f"the depot was not pruned: {exc}") from exc
        unread = [*needs.unknown, *needs.last_known.values()]
        result["unread"] = unread
        if unread:
            result["warnings"] = [f"releases were kept that may not be needed: {reason}" for reason in unread]
        return result
