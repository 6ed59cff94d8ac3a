# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import secrets
from typing import Any, ClassVar

from ..module_utils.base.message import Message
from ..plugin_utils.doors.action import show, terminal
from ..plugin_utils.doors.language import LANGUAGE_SPEC
from ..plugin_utils.doors.station import StationAction
from ..plugin_utils.rehearsal.ask import rehearsing
from ..plugin_utils.rehearsal.made import make, valid_verdicts
from ..plugin_utils.station.cmdline import REVOCATION, valid_url


class ActionModule(StationAction):
    """Ask one station about the assumptions of docs/fidelity.md. Documentation: plugins/modules/rehearsal.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "depot": {"type": "str", "default": ""},
        "depot_revocation": {"type": "str", "default": "require", "choices": list(REVOCATION)},
        "folder": {"type": "path", "default": ""},
        "fail_on": {"type": "list", "elements": "str", "default": ["contradicted", "incomplete"]},
        "language": LANGUAGE_SPEC,
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        fail_on = valid_verdicts(args["fail_on"])
        hosts = self.variables.get("ansible_play_hosts_all") or [self.name]
        if len(hosts) > 1:
            raise ValueError(
                Message(
                    "a rehearsal is of one station, and this play has {n}: name one of each kind of Windows in turn "
                    "(--limit)",
                    n=len(hosts),
                )
            )
        if args["depot"]:
            valid_url(args["depot"])
        station = self.station()
        try:
            evidence = station.read(
                rehearsing(args["depot"], args["depot_revocation"], lambda: f"rentree-{secrets.token_hex(16)}.tmp")
            )
        finally:
            station.close()
        made = make(
            evidence,
            folder=args["folder"],
            fail_on=fail_on,
            words=self.words,
            check=self._task.check_mode,
            **terminal(),
        )
        show(made.shown)
        return {**made.result, **({"failed": True, "msg": made.error} if made.error else {})}
