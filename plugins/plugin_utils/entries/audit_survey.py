# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``audit_survey`` (plugins/modules/audit_survey.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any

from ...module_utils.base.message import Message
from ..doors.survey import SurveyAction
from ..survey.audit import audit_all, remember
from ..survey.options import PlayStations
from ..survey.results import SurveyResults
from .audit import ActionModule as Audit


class ActionModule(SurveyAction):
    """Audit every station of the play in one process. Documentation: plugins/modules/audit_survey.py."""

    def by_workers(self) -> dict[str, Any]:
        raise ValueError(Message("pronote_survey_parallel: 0 is for the command line: -e pronote_survey_parallel=0"))

    def survey(self, play: PlayStations, arguments: str, **ways: Any) -> dict[str, Any]:
        stations = list(play.each(arguments, Audit.ARGUMENT_SPEC))
        unread: dict[str, str] = {}
        with SurveyResults() as results:

            def told(station: str, result: dict[str, Any]) -> None:
                results.add(station, result)
                if "record" not in result:
                    unread[station] = self.words.of(result["msg"])

            audit_all(stations, told, **ways)
        warnings = [] if self._task.check_mode else remember(stations, str(results.path))
        return {"survey": str(results.path), "stations": len(stations), "unread": unread, "warnings": warnings}
