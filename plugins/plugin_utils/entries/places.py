# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``places`` (plugins/modules/places.py). I/O: Ansible."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ...module_utils.base.text import lines_diff
from ..doors.action import ControllerAction, show
from ..places.settle import settle
from ..store.option import store_address

# The variable that says where, by option.
_BY = {
    "store": "pronote_state",
    "log_dir": "pronote_client_log_dir",
    "reports": "pronote_reports_dir",
    # Earlier names (preflight/earlier.py).
    "audit_html": "pronote_audit_html",
    "audit_path": "pronote_audit_path",
    "rentree_html": "pronote_rentree_html",
    "rentree_path": "pronote_rentree_path",
}

_MOVED = Message.plural(
    "Moved out of the inventory: {n} file of {old} to {new}", "Moved out of the inventory: {n} files of {old} to {new}"
)
_WOULD_MOVE = Message.plural(
    "Would be moved out of the inventory: {n} file of {old} to {new}",
    "Would be moved out of the inventory: {n} files of {old} to {new}",
)


class ActionModule(ControllerAction):
    """Settle where the play writes. Documentation: plugins/modules/places.py."""

    # Once for the whole play, on the controller.
    BYPASS_HOST_LOOP = True
    # What was read as an inventory is moved first, if it can be.
    REFUSES_TAINTED = False
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        option: {"type": store_address if option == "store" else "path"} for option in _BY
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        check = self._task.check_mode
        given = {by: args[option] for option, by in _BY.items() if args[option] is not None}
        settled = settle(self.variables, given, check=check)
        moved = {str(old): str(new) for old, new in settled.moved}
        folders = Counter((old.parent, new.parent) for old, new in settled.moved)
        told = _WOULD_MOVE if check else _MOVED
        show(self.words.of(told.given(n=n, old=old, new=new)) for (old, new), n in folders.items())
        result: dict[str, Any] = {"changed": bool(moved), "moved": moved, "warnings": settled.warnings}
        result["diff"] = [lines_diff(Message("what runs write"), list(moved), list(moved.values()))] if moved else []
        return {**result, "failed": True, "msg": settled.error} if settled.error else result
