# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``client_survey`` (plugins/modules/client_survey.py). I/O: Ansible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from ...module_utils.base.clock import now
from ...module_utils.product.products import PRODUCTS
from ...module_utils.server.release import servers_read
from ..deploy.arguments import TURN_SPEC
from ..deploy.survey import DeploymentSurvey
from ..doors.survey import SurveyAction
from ..ending.gather import DeploymentRun, servers_of
from ..store.option import store_address
from ..survey.errands import run_errands
from ..survey.options import PlayStations
from ..survey.results import SurveyResults


class ActionModule(SurveyAction):
    """Find what a deployment has to do, in one process. Documentation: plugins/modules/client_survey.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        **SurveyAction.ARGUMENT_SPEC,
        "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
        "outcome": {"type": "path", "default": ""},
        "store": {"type": store_address, "default": ""},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        staging = "stage" in (self.variables.get("ansible_run_tags") or ())
        run = DeploymentRun(
            mode="dry_run" if self._task.check_mode else "stage" if staging else "deploy",
            started=now(),
            **{name: args[name] for name in ("product", "outcome", "store")},
        )
        found = super().act(args)
        # The stations' releases were worked out meanwhile.
        return {**found, "run": replace(run, servers=servers_of(servers_read())).as_dict()}

    def by_workers(self) -> dict[str, Any]:
        return {"survey": "", "stations": 0, "idle": 0}

    def survey(self, play: PlayStations, arguments: str, **ways: Any) -> dict[str, Any]:
        survey = DeploymentSurvey(list(play.each(arguments, TURN_SPEC)), check=self._task.check_mode, words=self.words)
        with SurveyResults() as results:
            run_errands(
                survey.asked,
                survey.errand,
                lambda name, result: results.add(name, self.said(result), **survey.foreseen(name, result)),
                **ways,
            )
            for name, result, more in survey.unasked():
                results.add(name, self.said(result), **more)
        return {"survey": str(results.path), "stations": len(play.names), "idle": survey.idle, "warnings": survey.end()}
