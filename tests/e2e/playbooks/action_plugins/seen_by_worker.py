"""Test-only action: what the worker of one station sees, and what the stock plugin makes of it."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import ElsewhereError, access_of

from tests.e2e.seen import accessed, reached, watched


class ActionModule(ActionBase):
    """Its arguments, its variables and its connection."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            access: Any = accessed(access_of(self._connection))
        except (AttributeError, ElsewhereError, StationError) as exc:
            access = type(exc).__name__
        return {
            "arguments": self._task.args,
            "variables": watched(task_vars or {}, self._templar),
            "connection": reached(self._connection),
            "access": access,
        }
