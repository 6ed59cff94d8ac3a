# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``rentree_attest`` (plugins/modules/rentree_attest.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from ...module_utils.base.message import Message
from ...module_utils.base.text import printable_message
from ..board.attest import attest_or_revoke
from ..doors.action import ControllerAction, show
from ..doors.terminal import asking
from ..init.checks import yes
from ..init.interview import Interview
from ..init.questions import Question
from ..inventory.schools import only_school
from ..station.telling import telling
from ..store.option import store_address

_AGREED: Final = Question(key="", text=Message("Record this? yes or no"))
_FOR_GOOD: Final = Message("This is recorded for good: it can be revoked, and never edited.\n    {line}")
_RECORDED: Final = Message("Recorded for good: {line}")
_WOULD: Final = Message("Would be recorded for good: {line}")


class ActionModule(ControllerAction):
    """Record who attests an operation. Documentation: plugins/modules/rentree_attest.py."""

    # Once for the whole play: an attestation is a school's, and no station is asked anything.
    BYPASS_HOST_LOOP = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "store": {"type": store_address, "required": True},
        "operation": {"type": "int", "required": True, "choices": [3, 4, 7]},
        "year": {"type": "int", "required": True},
        "name": {"type": "str", "required": True},
        "role": {"type": "str", "required": True},
        "school": {"type": "str", "default": ""},
        "date": {"type": "str", "default": ""},
        "evidence": {"type": "path"},
        "state": {"type": "str", "choices": ["attested", "revoked"], "default": "attested"},
        "reason": {"type": "str", "default": ""},
        "confirmed": {"type": "bool", "default": False},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        school = args.pop("school") or only_school(self.variables)
        confirmed = args.pop("confirmed")
        plan = attest_or_revoke(school=school, **args, check=True)
        kept, check = plan.before, bool(self._task.check_mode)
        if (line := plan.told) is not None:
            asked = None if check or confirmed else self._agreed(line)
            if asked is False:
                telling.display(self.words("Nothing was recorded."))
                return {"attestations": [row.as_dict() for row in kept]}
            if not check:
                plan = attest_or_revoke(school=school, **args, check=False)
            if asked is None:
                telling.display(self.words.of((_WOULD if check else _RECORDED).given(line=line)))
        return {
            "changed": bool(plan.rows),
            "attestations": [row.as_dict() for row in plan.after],
            "diff": {**plan.diff, "before_header": args["store"], "after_header": args["store"]},
        }

    def _agreed(self, line: Message) -> bool | None:
        """Whether somebody wants it, who has read it; None where nobody is at a terminal."""
        talk = Interview(
            {},
            asks=lambda: asking(self.words, _FOR_GOOD.given(line=line)),
            tell=lambda texts: show(printable_message(self.words.of(text)) for text in texts),
        )
        return talk.asked(_AGREED, yes)
