"""What is refused, a case a host: one play of tests/e2e/playbooks/refusals.yml instead of one for each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.playbook import PlaybookRun, run_playbook

__all__ = ["play_refusals", "write_cases"]


def write_cases(inventory: Path, hosts: Mapping[str, Any], variables: Mapping[str, Any]) -> None:
    """An inventory of the cases by their names; ``variables`` are of all of them."""
    whole = {"all": {"hosts": dict(hosts), "vars": dict(variables)}}
    inventory.write_text(yaml.safe_dump(whole), encoding="utf-8")


def play_refusals(inventory: Path, *arguments: str, **environment: str) -> PlaybookRun:
    """Play them, each host up to its own error; runs stay beside the inventory."""
    given: dict[str, Any] = {"COLUMNS": "4000", **environment}
    playbook = "../tests/e2e/playbooks/refusals"
    return run_playbook(playbook, *arguments, inventory=inventory, work=inventory.parent / "runs", **given)
