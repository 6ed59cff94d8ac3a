# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

from ansible import constants

from ..plugin_utils.doors.action import ControllerAction
from ..plugin_utils.station.telling import telling
from ..plugin_utils.survey.audit import audit_all, remember
from ..plugin_utils.survey.options import PlayStations
from ..plugin_utils.survey.results import SurveyResults
from .audit import ActionModule as Audit


class ActionModule(ControllerAction):
    """Audit every station of the play in one process. Documentation: plugins/modules/audit_survey.py."""

    BYPASS_HOST_LOOP = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "arguments": {"type": "str", "required": True},
        "parallel": {"type": "int"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        parallel = args["parallel"]
        if parallel == 0:
            raise ValueError("pronote_survey_parallel: 0 is for the command line: -e pronote_survey_parallel=0")
        if parallel is not None and parallel < 0:
            raise ValueError(f"parallel is {parallel}, and must be at least 1")
        play = PlayStations(self, self.variables)
        stations = list(play.each(args["arguments"], Audit.ARGUMENT_SPEC))
        elsewhere = Counter(station.elsewhere for station in stations if station.elsewhere)
        for why, count in elsewhere.items():
            telling.display(f"{count} of {len(stations)} stations are read one by one, a process for each: {why}.")
        unread: dict[str, str] = {}
        with SurveyResults() as results:

            def told(station: str, result: dict[str, Any]) -> None:
                results.add(station, result)
                if "record" not in result:
                    unread[station] = result["msg"]

            audit_all(
                stations,
                told,
                parallel=parallel or 0,
                forks=constants.DEFAULT_FORKS,  # type: ignore[attr-defined]  # set at run time, from base.yml
                connection=play.connection,
            )
        warnings = [] if self._task.check_mode else remember(stations, str(results.path))
        return {"survey": str(results.path), "stations": len(stations), "unread": unread, "warnings": warnings}
