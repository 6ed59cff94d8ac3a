# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``audit_report`` (plugins/modules/audit_report.py). I/O: Ansible."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from ...module_utils.base.message import sentences
from ...module_utils.product.products import PRODUCTS
from ..audit.record import count
from ..doors.action import ControllerAction, show, terminal
from ..doors.language import LANGUAGE_SPEC
from ..ending.block import of_audit
from ..inventory.identity import identity_of
from ..inventory.typed import command_here
from ..report.arguments import ARGUMENT_SPEC as COMMON_SPEC
from ..report.arguments import asked, named
from ..report.make import (
    commands,
    make,
    place_of,
    records_of,
    stations_of,
    to_audit,
    unread_of,
)
from ..report.startup import old_scripts_on
from ..report.table import render_table
from ..store.option import store_address


class ActionModule(ControllerAction):
    """Print, keep and write the audit of every station of the play. Documentation: plugins/modules/audit_report.py."""

    # Runs once for the whole play, without any station: it works when none of them answers.
    BYPASS_HOST_LOOP = True
    KEEPS_MUCH = True
    EARLIER_LANGUAGE = "pronote_audit_language"
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        **COMMON_SPEC,
        "records": {"type": "str", "default": "pronote_audit_record"},
        "store": {"type": store_address, "aliases": ["state"]},
        "language": LANGUAGE_SPEC,
        "conclude_later": {"type": "bool", "default": False},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        words = self.words
        records = list(records_of(self.variables, args["records"]))
        later = args["conclude_later"]
        made = make(
            records,
            named(args),
            **asked(args),
            words=words,
            stations=stations_of(self.variables, args["product"]),
            awaited=to_audit(self.variables, args["product"], of_play=later),
            place=place_of(self.variables),
            inventory=identity_of(self.variables),
            commands=commands(self.variables),
            check=self._task.check_mode,
            later=later,
        )
        title = [PRODUCTS[args["product"]].title] if args["product"] != "pronote_client" else []
        show(["\n".join([*title, render_table(records, words=words, **terminal())])])
        result = {"counts": count(records), "changes": made.changes, **made.outcome.as_dict(), **made.written}
        result |= {"verdict_of_all": made.verdict, "unread": made.unread, "in_part": made.in_part}
        block = of_audit(
            records,
            outcome=made.outcome,
            product=args["product"],
            written=made.written,
            unread=made.unread,
            words=words,
            check=self._task.check_mode,
            command=partial(command_here, variables=self.variables),
        )
        result["ending"] = {**block.as_dict(), "language": words.language}
        command = command_here("startup_script", self.variables)
        if warnings := [*made.warnings, *old_scripts_on(records, command)]:
            result["warnings"] = warnings
        unread = unread_of(self.variables, args["records"])
        if made.error or made.outcome.failed or unread:
            said = (made.error or made.outcome.message if made.error or made.outcome.failed else "", unread)
            result |= {"failed": True, "msg": sentences([each for each in said if each])}
        return result
