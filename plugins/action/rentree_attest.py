# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils.board.attest import attest_or_revoke
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.inventory.schools import only_school
from ..plugin_utils.store.store import StoreError

ARGUMENT_SPEC: dict[str, Any] = {
    "store": {"type": "path", "required": True},
    "operation": {"type": "int", "required": True, "choices": [3, 4, 7]},
    "year": {"type": "int", "required": True},
    "name": {"type": "str", "required": True},
    "role": {"type": "str", "required": True},
    "school": {"type": "str", "default": ""},
    "date": {"type": "str", "default": ""},
    "evidence": {"type": "path"},
    "state": {"type": "str", "choices": ["attested", "revoked"], "default": "attested"},
    "reason": {"type": "str", "default": ""},
}


class ActionModule(ActionBase):
    """Record who attests an operation. Documentation: plugins/modules/rentree_attest.py."""

    TRANSFERS_FILES = False
    # Once for the whole play: an attestation is a school's, and no station is asked anything.
    BYPASS_HOST_LOOP = True
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        try:
            school = args.pop("school") or only_school(task_vars or {})
            plan = attest_or_revoke(school=school, **args, check=self._task.check_mode)
        except (ValueError, OSError, StoreError) as exc:
            raise AnsibleActionFail(str(exc)) from exc
        return {
            "changed": bool(plan.rows),
            "attestations": [row.as_dict() for row in plan.after],
            "diff": {**plan.diff, "before_header": args["store"], "after_header": args["store"]},
        }
