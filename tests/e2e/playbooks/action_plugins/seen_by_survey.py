"""Test-only action: the same as seen_by_worker.py for every station, from one task."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.options import PlayStations

from tests.e2e.seen import accessed, reached, watched

_NAMES = ("uai", "user", "port", "address", "omitted", "others", "first", "told", "batch")


class ActionModule(ActionBase):
    """By station: arguments, variables, and where it is reached."""

    BYPASS_HOST_LOOP = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        stations = PlayStations(self, task_vars or {})
        found: dict[str, Any] = {}
        for station in stations.each("each", {name: {"type": "raw"} for name in _NAMES}):
            found[station.name] = {"error": station.error}
            if station.error:
                continue
            variables = stations.variables(station.name)
            templar = self._templar.copy_with_new_env(available_variables=variables)
            found[station.name] |= {
                "arguments": {name: value for name, value in station.arguments.items() if value is not None},
                "variables": watched(variables, templar),
                "connection": None if station.problem else reached(stations.connection(station.name)),
                "access": station.access and accessed(station.access),
                "problem": station.problem and station.problem.kind,
                "elsewhere": station.elsewhere,
            }
        return {"stations": found}
