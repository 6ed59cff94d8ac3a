"""What a row is played on: stations, their schools' servers, and what an administrator would have written for them."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks.recording import record
from tests.benchmarks.replay import replaying
from tests.benchmarks.rows import Row
from tests.benchmarks.school import ACCOUNT, EARLIER, RELEASE, school
from tests.benchmarks.silence import silence
from tests.kerberos.kdc import DOMAIN, REALM, realm
from tests.lab.client import LabClient, running_lab
from tests.lab.inventory import inventory_data, write_inventory
from tests.lab.publish import publish_all
from tests.lab.scenario import load_scenario

__all__ = ["Scene", "can_play", "scene"]

_A_SCHOOL = 200  # recorded stations
_MODULES = ("kerberos", "gssapi", "krb5")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """``inventories``: by transport; ``variables``: a file of extra variables; ``lab``: of the stations or, where those
    are recorded, of their servers.
    """

    size: int
    work: Path
    lab: LabClient
    inventories: dict[str, Path]
    variables: Path


def can_play(row: Row) -> str:
    """Why a row cannot be measured here; empty when it can."""
    if row.transport != "kerberos":
        return ""
    missing = [name for name in _MODULES if importlib.util.find_spec(name) is None]
    missing += [] if Path("/usr/sbin/krb5kdc").exists() else ["krb5kdc"]
    return f"missing: {', '.join(missing)} (make kerberos, tests/kerberos/setup.sh)" if missing else ""


@contextmanager
def scene(row: Row, size: int, *, network: str, work: Path) -> Iterator[Scene]:
    """The scene of a row, and of all that share it (``Row.scene``), until the block ends.

    ``network``: as a lab's (tests/lab/lab.py).
    """
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with ExitStack() as stack:
        data = school(size, release=EARLIER if row.late else RELEASE, schools=_schools(row, size))
        connections = _connections()
        served = data
        if row.lab == "recorded":
            connections = {
                "basic": {**connections["basic"], "ansible_port": stack.enter_context(_recorded(row, network, work))}
            }
            served = {**data, "rooms": []}
        elif row.dropping:
            served = _some_drop(data, row.dropping, port=stack.enter_context(silence()), inventory=work / "basic")
        elif row.transport == "kerberos":
            served = data = {**data, **stack.enter_context(_domain(data, network, work))}
            connections = {"kerberos": _KERBEROS}
        full, own = work / "inventory.yml", work / "lab.yml"
        for file, content in ((full, data), (own, served)):
            file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        scenario = load_scenario(full)
        inventories = {
            name: write_inventory(work / name, inventory_data(scenario, network=network, connection=connection))
            for name, connection in connections.items()
        }
        lab = stack.enter_context(running_lab(own, network=network, work=work / "lab"))
        variables = work / "variables.json"
        values = {
            **publish_all(lab.info, work=work),
            "pronote_cache_dir": str(work / "cache"),
            "pronote_client_log_dir": str(work / "logs"),
        }
        variables.write_text(json.dumps(values), encoding="utf-8")
        yield Scene(size=size, work=work, lab=lab, inventories=inventories, variables=variables)


def _schools(row: Row, size: int) -> int:
    """One; of many recorded stations as many as they would be of."""
    return max(1, size // _A_SCHOOL) if row.lab == "recorded" else 1


def _connections() -> dict[str, dict[str, Any]]:
    # HTTP, at whatever port.
    http = {"ansible_port": 5985, "ansible_winrm_scheme": "http"}
    return {name: {**http, "ansible_winrm_transport": name} for name in ("basic", "ntlm")}


@contextmanager
def _recorded(row: Row, network: str, work: Path) -> Iterator[int]:
    """The port of recorded stations, whatever their address."""
    one = work / "one.yml"
    one.write_text(yaml.safe_dump(school(1), allow_unicode=True), encoding="utf-8")
    recording = work / "recording.json"
    with running_lab(one, network=network, work=work / "one"):
        record(f"{network}.1.1", user=ACCOUNT["name"], password=ACCOUNT["password"], to=recording)
    with socket.socket() as free:
        free.bind(("0.0.0.0", 0))
        port: int = free.getsockname()[1]
    with replaying(recording, port=port, seconds=row.seconds):
        yield port


def _some_drop(data: dict[str, Any], percent: int, *, port: int, inventory: Path) -> dict[str, Any]:
    """The scenario without those that drop every packet, whom the inventory names at ``port``."""
    folder = inventory / "host_vars"
    folder.mkdir(parents=True)
    rooms, number = [], 0
    for room in data["rooms"]:
        alive = []
        for station in room["stations"]:
            # Spread evenly over the rooms.
            if (number + 1) * percent // 100 > number * percent // 100:
                (folder / f"{station['name']}.yml").write_text(f"ansible_port: {port}\n", encoding="utf-8")
            else:
                alive.append(station)
            number += 1
        rooms.append({**room, "stations": alive})
    return {**data, "rooms": rooms}


_KERBEROS: dict[str, Any] = {
    "ansible_port": 5985,
    "ansible_user": f"{ACCOUNT['name']}@{REALM}",
    "ansible_winrm_transport": "kerberos",
    "ansible_winrm_message_encryption": "always",
    # No name of the domain is in any DNS: the address is where, this is who.
    "ansible_winrm_kerberos_hostname_override": f"{{{{ inventory_hostname ~ '.{DOMAIN}' }}}}",
    "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"],
}


@contextmanager
def _domain(data: dict[str, Any], network: str, work: Path) -> Iterator[dict[str, Any]]:
    """A realm of the stations, in which every process that is started finds its way; what the scenario has of it."""
    names = [station["name"] for room in data["rooms"] for station in room["stations"]]
    accounts = {ACCOUNT["name"]: ACCOUNT["password"]}
    with realm(
        work / "kdc", address=f"{network}.0.7", accounts=accounts, stations={name: name for name in names}
    ) as running:
        before = dict(os.environ)
        # The library's replay cache lies there, and nowhere else.
        os.environ.update(KRB5_CONFIG=str(running.config), KRB5RCACHEDIR=str(work))
        try:
            rooms = [
                {**room, "stations": [{**station, "auth": ["kerberos"]} for station in room["stations"]]}
                for room in data["rooms"]
            ]
            account = {**ACCOUNT, "principal": f"{ACCOUNT['name']}@{REALM}"}
            yield {"rooms": rooms, "accounts": [account], "keytabs": str(running.keytabs)}
        finally:
            os.environ.clear()
            os.environ.update(before)
