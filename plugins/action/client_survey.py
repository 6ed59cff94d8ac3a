# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, ClassVar

from ansible import constants

from ..plugin_utils.deploy.arguments import ARGUMENT_SPEC
from ..plugin_utils.deploy.survey import DeploymentSurvey
from ..plugin_utils.doors.action import ControllerAction
from ..plugin_utils.survey.errands import parallel_of, run_errands
from ..plugin_utils.survey.options import PlayStations
from ..plugin_utils.survey.results import SurveyResults


class ActionModule(ControllerAction):
    """Find what a deployment has to do, in one process. Documentation: plugins/modules/client_survey.py."""

    BYPASS_HOST_LOOP = True
    KEEPS_MUCH = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "arguments": {"type": "str", "required": True},
        "parallel": {"type": "int"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        if args["parallel"] == 0:
            return {"survey": "", "stations": 0, "idle": 0}
        parallel = parallel_of(args["parallel"])
        play = PlayStations(self, self.variables)
        stations = list(play.each(args["arguments"], ARGUMENT_SPEC))
        survey = DeploymentSurvey(stations, check=self._task.check_mode)
        with SurveyResults() as results:
            run_errands(
                survey.asked,
                survey.errand,
                lambda name, result: results.add(name, result, **survey.foreseen(name, result)),
                parallel=parallel,
                forks=constants.DEFAULT_FORKS,  # type: ignore[attr-defined]  # set at run time, from base.yml
                connection=play.connection,
            )
            for name, result, more in survey.unasked():
                results.add(name, result, **more)
        return {"survey": str(results.path), "stations": len(play.names), "idle": survey.idle, "warnings": survey.end()}
