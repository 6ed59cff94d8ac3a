# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``client_settings_survey`` (plugins/modules/client_settings_survey.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any

from ..doors.action import show
from ..doors.survey import SurveyAction
from ..survey.errands import run_errands
from ..survey.options import PlayStations
from ..survey.results import SurveyResults, read_lines
from ..survey.settings import ARGUMENT_SPEC, SettingsSurvey


class ActionModule(SurveyAction):
    """Find the stations without the settings. Documentation: plugins/modules/client_settings_survey.py."""

    def by_workers(self) -> dict[str, Any]:
        names = [str(name) for name in self.variables["ansible_play_batch"]]
        return {"survey": "", "at": dict.fromkeys(names, -1), "stations": len(names), "idle": 0}

    def survey(self, play: PlayStations, arguments: str, **ways: Any) -> dict[str, Any]:
        stations = list(play.each(arguments, ARGUMENT_SPEC))
        survey = SettingsSurvey(stations)
        with SurveyResults() as results:
            run_errands(
                stations,
                survey.errand,
                lambda name, result: results.add(name, self.said(result), **survey.foreseen(name, result)),
                **ways,
            )
        show(map(self.words.of, survey.lines()))
        told = {"survey": str(results.path), "stations": len(stations), "idle": survey.idle}
        at = {line["station"]: at for at, line in read_lines(str(results.path)) if line["turn"]}
        return {**told, "at": at, "warnings": survey.warnings()}
