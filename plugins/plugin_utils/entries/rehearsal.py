# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``rehearsal`` (plugins/modules/rehearsal.py). I/O: Ansible."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ..doors.action import show, terminal
from ..doors.language import LANGUAGE_SPEC
from ..doors.station import StationAction
from ..inventory.typed import command_here
from ..job.follow import JobTimes
from ..rehearsal.ask import rehearsing
from ..rehearsal.carry import Way, carried
from ..rehearsal.made import make, valid_verdicts
from ..station.cmdline import REVOCATION, valid_url

_NO_PACKAGE = Message("no package was published for it (pronote_depot_path)")
_IN_CHECK_MODE = Message("with --check no job is run on the station")


class ActionModule(StationAction):
    """Ask one station about the assumptions of docs/fidelity.md. Documentation: plugins/modules/rehearsal.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "depot": {"type": "str", "default": ""},
        "depot_revocation": {"type": "str", "default": "require", "choices": list(REVOCATION)},
        "package": {"type": "str", "default": ""},
        "poll_interval": {"type": "float", "default": 2.0},
        "start_timeout": {"type": "float", "default": 60},
        "job_timeout": {"type": "float", "default": 300},
        "reconnect_timeout": {"type": "float", "default": 300},
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
        revocation = args["depot_revocation"]
        times = JobTimes(
            job=args["job_timeout"],
            poll=args["poll_interval"],
            start=args["start_timeout"],
            reconnect=args["reconnect_timeout"],
        )
        why_not = "" if args["package"] and args["depot"] else _NO_PACKAGE
        way = Way(depot=args["depot"], digest=args["package"], revocation=revocation, times=times)
        station = self.station()
        try:
            evidence = station.read(
                rehearsing(args["depot"], revocation, lambda: f"rentree-{secrets.token_hex(16)}.tmp")
            )
            evidence, broke_off = carried(
                station, evidence, way, why_not=why_not or (_IN_CHECK_MODE if self._task.check_mode else "")
            )
        finally:
            station.close()
        made = make(
            evidence,
            folder=args["folder"],
            fail_on=fail_on,
            words=self.words,
            check=self._task.check_mode,
            audit=command_here("audit", self.variables),
            **terminal(),
        )
        told = [] if broke_off is None else [self.words.of(text) for text in (broke_off.fact, broke_off.remedy)]
        show([*made.shown, *told])
        kept = {} if broke_off is None else {"fact": broke_off.fact, "remedy": broke_off.remedy}
        return {**made.result, **kept, **({"failed": True, "msg": made.error} if made.error else {})}
