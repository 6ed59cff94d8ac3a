# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``store`` (plugins/modules/store.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ...module_utils.base.text import lines_diff
from ..doors.action import ControllerAction
from ..store.copying import copy_store, counted, prepare_store
from ..store.option import store_address


class ActionModule(ControllerAction):
    """Prepare or fill a store. Documentation: plugins/modules/store.py."""

    # Once for the whole play, on the controller.
    BYPASS_HOST_LOOP = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "address": {"type": store_address, "required": True},
        "source": {"type": store_address, "default": ""},
        "user": {"type": "str", "default": ""},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        address, source = args["address"], args["source"]
        before = counted(address)
        if self._task.check_mode:
            after = counted(source) if source else before or {"store_version": 1}
            if source and any(before.values()):
                raise ValueError(Message("the store {store} is not empty", store=address))
        elif source:
            after = dict(copy_store(source, address))
            prepare_store(address, user=args["user"])
        else:
            prepare_store(address, user=args["user"])
            after = counted(address)
        return {
            "changed": before != after,
            "rows": after,
            "diff": [lines_diff(address, _lines(before), _lines(after))] if before != after else [],
        }


def _lines(rows: dict[str, int]) -> list[str]:
    return [f"{table}: {number}" for table, number in rows.items()]
