# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the actions that read every station of the play in one process. I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ansible import constants

from ..survey.errands import parallel_of
from ..survey.options import PlayStations
from .action import ControllerAction
from .language import worded

__all__ = ["SurveyAction"]


class SurveyAction(ControllerAction):
    """An action on all stations of the play, once."""

    BYPASS_HOST_LOOP = True
    KEEPS_MUCH = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "arguments": {"type": "str", "required": True},
        "parallel": {"type": "int"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        if args["parallel"] == 0:
            return self.by_workers()
        parallel = parallel_of(args["parallel"])
        play = PlayStations(self, self.variables, words=self.words)
        # Set at run time, from base.yml.
        forks: int = constants.DEFAULT_FORKS  # type: ignore[attr-defined]
        ways = {"parallel": parallel, "forks": forks, "connection": play.connection}
        return self.survey(play, args["arguments"], **ways, words=self.words)

    def said(self, result: dict[str, Any]) -> dict[str, Any]:
        """A station's result with what is for people in their words: it goes through a file, not through a door."""
        return worded(result, lambda: self.words)

    def by_workers(self) -> dict[str, Any]:
        """The result of one that leaves every station to a worker of its own. Raises ValueError where that is none."""
        raise NotImplementedError

    def survey(self, play: PlayStations, arguments: str, **ways: Any) -> dict[str, Any]:
        """The result. ``arguments``: the variable's name; ``ways``: how stations are read, for ``run_errands``."""
        raise NotImplementedError
