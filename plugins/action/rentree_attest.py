# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, ClassVar

from ..plugin_utils.board.attest import attest_or_revoke
from ..plugin_utils.doors.action import ControllerAction
from ..plugin_utils.inventory.schools import only_school


class ActionModule(ControllerAction):
    """Record who attests an operation. Documentation: plugins/modules/rentree_attest.py."""

    # Once for the whole play: an attestation is a school's, and no station is asked anything.
    BYPASS_HOST_LOOP = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
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

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        school = args.pop("school") or only_school(self.variables)
        plan = attest_or_revoke(school=school, **args, check=self._task.check_mode)
        return {
            "changed": bool(plan.rows),
            "attestations": [row.as_dict() for row in plan.after],
            "diff": {**plan.diff, "before_header": args["store"], "after_header": args["store"]},
        }
