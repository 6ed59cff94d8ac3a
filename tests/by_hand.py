"""``make lab``: the demo's lab with its releases published, left running, and the commands for one station of it."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from tests.collection import use_collection

use_collection()

from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue  # noqa: E402

from tests.demo import SCENARIOS, Demo  # noqa: E402
from tests.e2e.playbook import ROOT  # noqa: E402
from tests.lab.client import running_lab  # noqa: E402
from tests.lab.inventory import inventory_data, write_inventory  # noqa: E402
from tests.lab.scenario import load_scenario  # noqa: E402

_STATION = "riquet-s101-03"


def commands(inventory: Path, work: Path, station: str) -> dict[str, str]:
    """What a developer runs in a second terminal, by what it is for."""
    with_all = f"-i {inventory} -e @{work / 'variables.json'} --limit {station}"
    return {
        "what the station says": f".venv/bin/ansible -i {inventory} {station} -m rentree.pronote.client_info",
        "what would be done": f".venv/bin/ansible-playbook playbooks/deploy.yml {with_all} --check --diff",
        "do it, and show each command": f".venv/bin/ansible-playbook playbooks/deploy.yml {with_all} -vvvv",
        "what reached it": f"grep '\"{station}\"' {work / 'lab/journal.jsonl'}",
    }


def main() -> int:
    """Run the lab until Ctrl+C, or until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.by_hand", description=__doc__)
    parser.add_argument("--network", default="127.20")
    parser.add_argument("--work", type=Path, default=ROOT / "build/by-hand")
    parser.add_argument("--station", default=_STATION, help="default: %(default)s")
    asked = parser.parse_args()
    shutil.rmtree(asked.work, ignore_errors=True)
    asked.work.mkdir(parents=True)
    scenario = ROOT / f"tests/lab/scenarios/{SCENARIOS['simulated']}.yml"
    inventory = write_inventory(
        asked.work / "inventory", inventory_data(load_scenario(scenario), network=asked.network)
    )
    with running_lab(scenario, network=asked.network, work=asked.work / "lab") as lab:
        Demo(lab, inventory, work=asked.work, words=catalogue("fr")).prepare()
        for what, command in commands(inventory, asked.work, asked.station).items():
            print(f"# {what}\n{command}", flush=True)
        print("# Ctrl+C ends the lab.", flush=True)
        try:
            sys.stdin.read()
        except KeyboardInterrupt:
            print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
