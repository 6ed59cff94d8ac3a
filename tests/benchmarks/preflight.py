"""``python -m tests.benchmarks.preflight``: what the look at the inventory costs before any station is asked.

CPU of this process (``time.process_time``) for one inventory file of schools of 200, each station with an address and a
network card of its own. What Ansible takes to read that file is a column of its own: every run pays it anyway.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.vars.manager import VariableManager

from tests.benchmarks.school import school
from tests.collection import use_collection
from tests.lab.inventory import inventory_data, write_inventory
from tests.lab.scenario import load_scenario

use_collection()

# They are found by the loader alone.
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.check import findings_of  # noqa: E402

__all__ = ["PreflightCost", "preflight_cost"]

_SIZES, _A_SCHOOL = (1000, 10_000), 200
_MOST = 1.0  # ms a station


@dataclass(frozen=True, kw_only=True)
class PreflightCost:
    """Milliseconds of CPU for a station: what Ansible takes to read the inventory, and what the look at it takes."""

    size: int
    read: float
    look: float


def preflight_cost(size: int, folder: Path) -> PreflightCost:
    """Of so many stations that are in order. Raises AssertionError when anything is found."""
    file = folder / "scenario.yml"
    scenario = school(size, schools=max(1, size // _A_SCHOOL))
    number = iter(range(size))
    for room in scenario["rooms"]:
        for station in room["stations"]:
            station["mac"] = "00:11:22:{:02x}:{:02x}:{:02x}".format(*next(number).to_bytes(3))
    file.write_text(yaml.safe_dump(scenario), encoding="utf-8")
    inventory = write_inventory(folder / "inventory", inventory_data(load_scenario(file), network="127.91"))
    loader, begun = DataLoader(), time.process_time()
    read_in = InventoryManager(loader=loader, sources=[str(inventory)])
    manager = VariableManager(loader=loader, inventory=read_in)
    read = time.process_time()
    data = {"name": "play", "hosts": "pronote_stations", "gather_facts": False}
    play = Play.load(data, variable_manager=manager, loader=loader)
    found = findings_of(manager, play, list(read_in.hosts), role="pronote_audit")
    done = time.process_time()
    assert not found, found[:3]
    return PreflightCost(size=size, read=1000 * (read - begun) / size, look=1000 * (done - read) / size)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=",".join(map(str, _SIZES)), help="numbers of stations")
    for size in map(int, parser.parse_args().sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            cost = preflight_cost(size, Path(folder))
        met = "met" if cost.look <= _MOST else "missed"
        print(
            f"preflight, {size} stations: {cost.look:.2f} ms of CPU a station (≤ {_MOST:g} ms: {met}); "
            f"reading the inventory: {cost.read:.2f} ms"
        )


if __name__ == "__main__":
    _main()
