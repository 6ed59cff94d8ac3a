"""Plays with rings, without Ansible: what a task's variables would be, and the plan that is made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.play import make_plan
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.wants import PlayVariables

__all__ = ["DEFAULTS", "HostVars", "at", "line", "off", "plan", "task", "templated"]

DEFAULTS: dict[str, Any] = {
    "pronote_client_rings": [1, "100%"],
    "pronote_client_ring_max": {"failed": "10%", "unreachable": "100%"},
    "pronote_client_release": trust_as_template("{{ '2026.' ~ minor }}"),
    "pronote_client_unproven": "",
}


class HostVars(dict[str, dict[str, Any]]):
    """As Ansible's: raw_get gives a station's variables untemplated."""

    def raw_get(self, name: str) -> dict[str, Any]:
        return self[name]


def templated(variables: dict[str, Any], name: str) -> Any:
    return Templar(loader=DataLoader(), variables=variables).template(variables[name])


def task(stations: dict[str, dict[str, Any]], **shared: Any) -> dict[str, Any]:
    """The variables of a task on the first station."""
    hostvars = HostVars({name: {"inventory_hostname": name, "minor": "2.7", **own} for name, own in stations.items()})
    first = next(iter(stations))
    everybody = {"ansible_play_hosts": list(stations), "ansible_play_batch": list(stations)}
    return {**DEFAULTS, **everybody, **shared, **hostvars[first], "hostvars": hostvars}


def plan(
    task: dict[str, Any], *, store: str = "", defaults: dict[str, Any] = DEFAULTS, survey: Path | None = None
) -> dict[str, Any]:
    """``survey``: what was found, so that nobody is looked for."""
    variables = PlayVariables(task, defaults, templated)
    if survey is None:
        return make_plan(variables, store=store, connect_timeout=2)
    return make_plan(variables, store=store, connect_timeout=0, survey=str(survey))


def at(port: int, uai: str = "A", **more: Any) -> dict[str, Any]:
    return {"pronote_uai": uai, "ansible_host": "127.0.0.1", "ansible_port": port, **more}


def off() -> dict[str, Any]:
    """Nobody listens there: port 1 needs root, and answers with a refusal at once."""
    return at(1)


def line(name: str, uai: str = "A", **more: Any) -> str:
    """Of a survey's file (deploy/survey.py)."""
    told = {"turn": True, "acts": True, "readable": True, "school": uai, "older": False, "read_at": 0.0}
    return json.dumps({"station": name, "result": {"changed": True}, **told, **more}) + "\n"
