"""``python -m tests.benchmarks.survey``: what reading a station costs, without Ansible around it (``make bench``).

The survey's reader, and the worker's way (``WinrmStation``) in threads of one process, on the same stations of a lab in
a process of its own. CPU is that of this process (``time.process_time``); what the options of the connections cost is
a line of its own.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import yaml
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader, init_plugin_loader

from tests.benchmarks.school import school
from tests.e2e.playbook import ROOT
from tests.lab.client import LabClient, running_lab
from tests.lab.inventory import inventory_data
from tests.lab.scenario import load_scenario

init_plugin_loader([str(ROOT / ".ansible/collections")])

# They are found by the loader alone.
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.probe import probing  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import StationState  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import access_of  # noqa: E402
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.reader import Station, read_all  # noqa: E402

_NETWORK = "127.91"
_THREADS = 16


def _connection(address: str, transport: str) -> Any:
    connection = connection_loader.get("ansible.builtin.winrm", PlayContext())
    variables = {
        "ansible_host": address,
        "ansible_port": 5985,
        "ansible_user": "deploiement",
        "ansible_password": "Lab-only-1!",
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": [transport],
    }
    connection.set_options(var_options={**variables, "_extras": {}})
    return connection


def _options(addresses: list[str], transport: str) -> list[Station[StationState]]:
    return [
        Station(
            name=each, group="", access=access_of(_connection(each, transport)), reading=lambda: probing(PRONOTE_CLIENT)
        )
        for each in addresses
    ]


def _by_survey(stations: list[Station[StationState]], _transport: str, parallel: int) -> list[object]:
    return list(read_all(stations, parallel=parallel).values())


def _by_threads(stations: list[Station[StationState]], transport: str, _parallel: int) -> list[object]:
    def read(one: Station[StationState]) -> object:
        station = WinrmStation(_connection(one.name, transport))
        try:
            return station.read(probing(PRONOTE_CLIENT))
        finally:
            station.close()

    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(read, stations))


def _measured(read: Callable[[], list[object]], lab: LabClient) -> tuple[float, float, float]:
    """CPU and wall in seconds, requests for a station. Raises RuntimeError for one that was not read."""
    since = lab.journal()[-1]["number"] + 1 if lab.journal() else 0
    cpu, wall = time.process_time(), time.monotonic()
    found = read()
    cost = time.process_time() - cpu, time.monotonic() - wall
    wrong = [each for each in found if not isinstance(each, StationState)]
    if wrong:
        raise RuntimeError(f"{len(wrong)} of {len(found)} stations were not read: {wrong[0]}")
    asked, at = 0, since
    while events := lab.journal(kind="request", since=at):
        asked, at = asked + len(events), events[-1]["number"] + 1
    return *cost, asked / len(found)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.survey", description=__doc__)
    parser.add_argument("--size", type=int, default=300, help="stations (default: %(default)s)")
    parser.add_argument("--parallel", type=int, default=0, help="at a time (default: as the survey itself)")
    parser.add_argument(
        "--repeat", type=int, default=3, help="runs of each, the cheapest counts (default: %(default)s)"
    )
    parser.add_argument("--profile", action="store_true", help="print where the survey's time goes")
    parser.add_argument("--only", choices=("survey", "threads"), help="one way alone")
    arguments = parser.parse_args()
    work = ROOT / "build/bench/survey"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    scenario_file = work / "scenario.yml"
    scenario_file.write_text(yaml.safe_dump(school(arguments.size), allow_unicode=True), encoding="utf-8")
    hosts = _hosts(inventory_data(load_scenario(scenario_file), network=_NETWORK, connection={}))
    print("| way | stations | CPU ms/station | wall s | requests |\n| --- | ---: | ---: | ---: | ---: |")
    with running_lab(scenario_file, network=_NETWORK, work=work / "lab") as lab:
        for name, way in (("survey", _by_survey), ("threads", _by_threads)):
            for transport in ("basic", "ntlm"):
                if arguments.only in {None, name}:
                    cpu, stations = time.process_time(), _options(hosts, transport)
                    spent = 1000 * (time.process_time() - cpu) / len(hosts)
                    if name == "survey":
                        print(f"| options, {transport} | {len(hosts)} | {spent:.2f} | | |")
                    read = partial(way, stations, transport, arguments.parallel)
                    _row(f"{name}, {transport}", lab, arguments, read)
    return 0


def _row(name: str, lab: LabClient, arguments: argparse.Namespace, read: Callable[[], list[object]]) -> None:
    profile = cProfile.Profile() if arguments.profile else None
    costs = []
    for _ in range(arguments.repeat):
        if profile is not None:
            profile.enable()
        costs.append(_measured(read, lab))
        if profile is not None:
            profile.disable()
    cpu, wall, requests = min(costs)
    size = arguments.size
    print(f"| {name} | {size} | {1000 * cpu / size:.2f} | {wall:.1f} | {requests:.1f} |", flush=True)
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)


def _hosts(data: Any) -> list[str]:
    """Every ansible_host of an inventory."""
    if not isinstance(data, dict):
        return []
    found = [data["ansible_host"]] if isinstance(data.get("ansible_host"), str) else []
    return found + [host for each in data.values() for host in _hosts(each)]


if __name__ == "__main__":
    sys.exit(main())
