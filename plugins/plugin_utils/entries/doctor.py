# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``doctor`` (plugins/modules/doctor.py). I/O: Ansible."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ..doctor.examine import ARGUMENT_SPEC, examine
from ..doctor.made import make, of_room, valid_verdicts
from ..doors.action import show, terminal
from ..doors.language import LANGUAGE_SPEC
from ..doors.survey import SurveyAction
from ..inventory.typed import command_here
from ..pages.screen import SCREEN
from ..preflight.findings import about
from ..preflight.kept import kept
from ..survey.options import PlayStations


class ActionModule(SurveyAction):
    """Say what holds of all that a deployment needs. Documentation: plugins/modules/doctor.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        **SurveyAction.ARGUMENT_SPEC,
        "stations": {"type": "str", "default": "1"},
        "path": {"type": "path"},
        "html": {"type": "path"},
        "fail_on": {"type": "list", "elements": "str", "default": ["not_sound", "incomplete"]},
        "language": LANGUAGE_SPEC,
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        self._args = {name: args[name] for name in ("path", "html")}
        self._of_room, self._fail_on = of_room(args["stations"]), valid_verdicts(args["fail_on"])
        return super().act(args)

    def by_workers(self) -> dict[str, Any]:
        raise ValueError(Message("pronote_survey_parallel: 0 reads each station by a worker, which the doctor cannot"))

    def survey(self, play: PlayStations, arguments: str, **ways: Any) -> dict[str, Any]:
        examined = examine(
            list(play.each(arguments, ARGUMENT_SPEC)),
            about(kept().findings, play.names),
            of_room=self._of_room,
            **ways,
        )
        made = make(
            examined,
            **self._args,
            fail_on=self._fail_on,
            words=self.words,
            check=self._task.check_mode,
            command=partial(command_here, variables=self.variables),
            **terminal(),
        )
        # Without a callback of ours nothing else says where the page is and what comes next.
        show([made.table, *([] if SCREEN.ends else made.after)])
        return {**made.result, **({"failed": True, "msg": made.error} if made.error else {})}
