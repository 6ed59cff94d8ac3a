# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``audit_conclude`` (plugins/modules/audit_conclude.py). I/O: Ansible."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from ..audit.record import count
from ..doors.action import ControllerAction
from ..doors.language import LANGUAGE_SPEC
from ..ending.block import of_audit
from ..inventory.identity import identity_of
from ..inventory.typed import command_here
from ..report.arguments import ARGUMENT_SPEC as COMMON_SPEC
from ..report.arguments import asked, named
from ..report.conclusion import conclude_all
from ..report.make import commands, place_of, stations_of
from ..store.option import store_address
from ..survey.results import SurveyResults


class ActionModule(ControllerAction):
    """Conclude over all audits of the store. Documentation: plugins/modules/audit_conclude.py."""

    # Once for the whole play, and no station is asked anything.
    BYPASS_HOST_LOOP = True
    KEEPS_MUCH = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        **COMMON_SPEC,
        "store": {"type": store_address, "required": True},
        "max_age": {"type": "float", "default": 24},
        "language": LANGUAGE_SPEC,
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        words, check = self.words, self._task.check_mode
        made, rows = conclude_all(
            named(args),
            **asked(args),
            max_age=args["max_age"],
            words=words,
            stations=stations_of(self.variables, args["product"]),
            place=place_of(self.variables),
            inventory=identity_of(self.variables),
            commands=commands(self.variables),
            check=check,
        )
        block = of_audit(
            rows,
            outcome=made.outcome,
            product=args["product"],
            written=made.written,
            unread=made.unread,
            words=words,
            check=check,
            concludes=True,
            command=partial(command_here, variables=self.variables),
        )
        with SurveyResults() as results:
            for row in rows:
                results.add(row["station"], {"record": row})
        result = {"counts": count(rows), "changes": made.changes, **made.outcome.as_dict(), **made.written}
        result |= {"survey": str(results.path), "unread": made.unread}
        result["ending"] = {**block.as_dict(), "language": words.language}
        if made.error or made.outcome.failed:
            result |= {"failed": True, "msg": made.error or made.outcome.message}
        return result
