"""The Ansible inventory of a scenario: what an admin would write by hand for these stations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.lab.scenario import Scenario
from tests.lab.wol import WAKE_HOST, WAKE_PORT

__all__ = ["TIMEOUTS", "inventory_data", "write_inventory"]

TIMEOUTS = {"poll": 0.3, "start": 10, "reconnect": 30, "verify": 3, "wait": 3}
"""The lab's clock runs fast: an installation takes two seconds instead of a minute. What else is given replaces all."""


def inventory_data(scenario: Scenario, *, network: str, connection: dict[str, Any] | None = None) -> dict[str, Any]:
    """The inventory as data. ``connection`` replaces the connection variables (NTLM over HTTP by default)."""
    account = scenario.accounts[0]
    schools: dict[str, Any] = {}
    for school in scenario.schools:
        rooms = {
            room.group: {
                "vars": {"pronote_room": room.name},
                "hosts": {
                    s.name: {"ansible_host": f"{network}.{s.address}"} | ({"pronote_mac": s.mac} if s.mac else {})
                    for s in room.stations
                },
            }
            for room in scenario.rooms
            if room.school == school.uai
        }
        schools[school.group] = {
            "vars": {
                "pronote_uai": school.uai,
                "pronote_school": school.name,
                "pronote_server_url": f"http://{network}.0.1:8080/{school.uai}/pronote/",
            },
            "children": rooms,
        }
    variables = {
        "ansible_connection": "winrm",
        "ansible_user": account["name"],
        "ansible_password": account["password"],
        **(connection or {"ansible_port": 5985, "ansible_winrm_transport": "ntlm"}),
        "pronote_depot_url": f"http://{network}.0.2:8080/depot",
        "pronote_timeouts": {**TIMEOUTS, **(connection or {}).get("pronote_timeouts", {})},
        "pronote_client_min_free_mib": 1024,
    }
    if any(station.mac for _, station in scenario.stations):
        variables |= {"pronote_wake_broadcast": f"{network}.{WAKE_HOST}", "pronote_wake_port": WAKE_PORT}
    edt: dict[str, Any] = {station.name: {} for _, station in scenario.stations if station.edt}
    groups = {"pronote_stations": {"vars": variables, "children": schools}}
    return {**groups, "pronote_edt_stations": {"hosts": edt}} if edt else groups


def write_inventory(folder: Path, data: dict[str, Any], *, head: str = "") -> Path:
    """Write ``hosts.yml`` into an inventory folder and return the folder."""
    (folder / "group_vars" / "all").mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)
    (folder / "hosts.yml").write_text(f"---\n{head}{text}", encoding="utf-8")
    return folder
