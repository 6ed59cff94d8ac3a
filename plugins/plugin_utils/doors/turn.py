# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the actions that are a station's turn after a survey (survey/turns.py). I/O: files and Ansible."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ..preflight.kept import held
from ..survey.chains import with_chains
from ..survey.options import checking
from ..survey.results import read_line
from ..survey.turns import handed_over
from .station import StationAction

__all__ = ["TurnAction"]


class TurnAction(StationAction):
    """What is done to a station that a survey has left something to do for."""

    REFUSES_TAINTED = False  # the survey before it has
    LEAVES_HELD = False  # told() does, with what else a turn has to tell
    KEEPS_MUCH = True  # its variables have all stations of the play in them

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "arguments": {"type": "str", "required": True},
        # Names of variables, here and in the actions: a template for each would be compiled in every worker (5 ms).
        "found": {"type": "str", "default": ""},
    }

    def registered(self, name: str) -> Mapping[str, Any]:
        """What an earlier task has registered in this variable; empty without a name. Raises ValueError."""
        if not name:
            return {}
        registered: Mapping[str, Any] | None = self.variables.get(name)
        if not registered:
            raise ValueError(Message("there is nothing in {name}: register the task before this one in it", name=name))
        return registered

    def surveyed(self, found: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The station's line of the survey (survey/results.py); None without one. Raises OSError, ValueError.

        ``found``: ``survey``, its file, and ``at``, where in it the line of each station begins.
        """
        at = found["at"].get(self.name) if found.get("survey") else None
        return None if at is None else read_line(found["survey"], at)

    def told(self, found: Mapping[str, Any]) -> dict[str, Any] | None:
        """The result by what the survey found; None when the station is asked first. Raises OSError, ValueError."""
        if (fault := held(self.name)) is not None:
            return fault.as_result()
        line = self.surveyed(found)
        return handed_over(line, check=self._task.check_mode, now=time.time()) if line else None

    def given(self, args: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments in the variable that the task names, checked. Raises AnsibleError."""
        given = self.variables[args["arguments"]]
        return checking(spec)(
            with_chains(given, self._templar) if isinstance(given, Mapping) else self._templar.template(given)
        )
