# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the actions that are a station's turn after a survey (survey/turns.py). I/O: files and Ansible."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from ..survey.options import checking
from ..survey.results import read_line
from ..survey.turns import handed_over
from .station import StationAction

__all__ = ["TurnAction"]


class TurnAction(StationAction):
    """What is done to a station that a survey has left something to do for."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "arguments": {"type": "str", "required": True},
        "survey": {"type": "path", "default": ""},
        "at": {"type": "int", "default": -1},
    }

    def told(self, args: Mapping[str, Any]) -> dict[str, Any] | None:
        """The result by what the survey found; None when the station is asked first. Raises OSError, ValueError."""
        if not args["survey"] or args["at"] < 0:
            return None
        return handed_over(read_line(args["survey"], args["at"]), check=self._task.check_mode, now=time.time())

    def given(self, args: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments in the variable that the task names, checked. Raises AnsibleError."""
        return checking(spec)(self._templar.template(self.variables[args["arguments"]]))
