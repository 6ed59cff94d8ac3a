# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, ClassVar

from ansible import constants

from ..plugin_utils.doors.action import ControllerAction
from ..plugin_utils.survey.audit import audit_all, remember
from ..plugin_utils.survey.errands import parallel_of
from ..plugin_utils.survey.options import PlayStations
from ..plugin_utils.survey.results import SurveyResults
from .audit import ActionModule as Audit


class ActionModule(ControllerAction):
    """Audit every station of the play in one process. Documentation: plugins/modules/audit_survey.py."""

    BYPASS_HOST_LOOP = True
    KEEPS_MUCH = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "arguments": {"type": "str", "required": True},
        "parallel": {"type": "int"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        if args["parallel"] == 0:
            raise ValueError("pronote_survey_parallel: 0 is for the command line: -e pronote_survey_parallel=0")
        parallel = parallel_of(args["parallel"])
        play = PlayStations(self, self.variables)
        stations = list(play.each(args["arguments"], Audit.ARGUMENT_SPEC))
        unread: dict[str, str] = {}
        with SurveyResults() as results:

            def told(station: str, result: dict[str, Any]) -> None:
                results.add(station, result)
                if "record" not in result:
                    unread[station] = result["msg"]

            audit_all(
                stations,
                told,
                parallel=parallel,
                forks=constants.DEFAULT_FORKS,  # type: ignore[attr-defined]  # set at run time, from base.yml
                connection=play.connection,
            )
        warnings = [] if self._task.check_mode else remember(stations, str(results.path))
        return {"survey": str(results.path), "stations": len(stations), "unread": unread, "warnings": warnings}
