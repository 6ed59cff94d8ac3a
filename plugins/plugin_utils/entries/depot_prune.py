# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``depot_prune`` (plugins/modules/depot_prune.py). I/O: Ansible."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ..depot.exclusive import PATIENCE, exclusively
from ..depot.prune import gather_needs, prune
from ..doors.action import ControllerAction
from ..inventory.asking import asking


class ActionModule(ControllerAction):
    """Remove releases that no school needs from a depot. Documentation: plugins/modules/depot_prune.py."""

    FAILURE = Message("the depot was not pruned: {error}")
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "depot": {"type": "path", "required": True},
        "lock_file": {"type": "path"},
        "keep": {"type": "list", "elements": "str", "default": []},
        "elsewhere": {"type": "list", "elements": "str", "default": []},
        "cache_dir": {"type": "str", "default": "~/.cache/rentree-pronote/hosted"},
        "ask_again": {"type": "bool", "default": False},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        # Every host of the inventory, whatever the limit: a school outside of it needs its release all the same.
        hostvars = self.variables["hostvars"]
        hosts = {str(name): hostvars[name] for name in hostvars}
        options = asking(cache_dir=args["cache_dir"], ask_again=args["ask_again"])
        needs = gather_needs(hosts, keep=args["keep"], options=options)
        lock_file = Path(args["lock_file"]) if args["lock_file"] else None
        depot, check = Path(args["depot"]), self._task.check_mode
        folders = [depot, *([lock_file.parent] if lock_file else [])]
        with exclusively(*([] if check else folders), patience=PATIENCE):
            result = prune(needs, depot=depot, elsewhere=args["elsewhere"], lock_file=lock_file, check=check)
        unread = [*needs.unknown, *needs.last_known.values()]
        warnings = [Message("releases were kept that may not be needed: {reason}", reason=reason) for reason in unread]
        return {**result, "unread": unread, **({"warnings": warnings} if warnings else {})}
