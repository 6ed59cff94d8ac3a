"""``python -m tests.lab.make_inventory``: write ``inventories/lab`` from the demo's scenario."""

from __future__ import annotations

from pathlib import Path

from tests.lab.inventory import inventory_data, write_inventory
from tests.lab.scenario import load_scenario

ROOT = Path(__file__).resolve().parents[2]
HEAD = (
    "# The lab of `make demo` (tests/lab/scenarios/demo.yml). Generated: python -m tests.lab.make_inventory\n"
    "# The password opens nothing but this lab.\n"
)


def main() -> None:
    """Entry point."""
    scenario = load_scenario(ROOT / "tests/lab/scenarios/demo.yml")
    write_inventory(ROOT / "inventories/lab", inventory_data(scenario, network="127.20"), head=HEAD)


if __name__ == "__main__":
    main()
