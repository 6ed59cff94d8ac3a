# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, ClassVar

from ansible import constants

from ..plugin_utils.doors.action import ControllerAction, show
from ..plugin_utils.survey.errands import parallel_of, run_errands
from ..plugin_utils.survey.options import PlayStations
from ..plugin_utils.survey.results import SurveyResults, read_lines
from ..plugin_utils.survey.settings import ARGUMENT_SPEC, SettingsSurvey


class ActionModule(ControllerAction):
    """Find the stations without the settings. Documentation: plugins/modules/client_settings_survey.py."""

    BYPASS_HOST_LOOP = True
    KEEPS_MUCH = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "arguments": {"type": "str", "required": True},
        "parallel": {"type": "int"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        play = PlayStations(self, self.variables)
        if args["parallel"] == 0:
            return {"survey": "", "at": dict.fromkeys(play.names, -1), "stations": len(play.names), "idle": 0}
        stations = list(play.each(args["arguments"], ARGUMENT_SPEC))
        survey = SettingsSurvey(stations)
        with SurveyResults() as results:
            run_errands(
                stations,
                survey.errand,
                lambda name, result: results.add(name, result, **survey.foreseen(name, result)),
                parallel=parallel_of(args["parallel"]),
                forks=constants.DEFAULT_FORKS,  # type: ignore[attr-defined]  # set at run time, from base.yml
                connection=play.connection,
            )
        show(survey.lines())
        told = {"survey": str(results.path), "stations": len(stations), "idle": survey.idle}
        at = {line["station"]: at for at, line in read_lines(str(results.path)) if line["turn"]}
        return {**told, "at": at, "warnings": survey.warnings()}
