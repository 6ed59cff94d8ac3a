"""An inventory of two schools, and what the preflight finds of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecretsContext
from ansible.playbook.play import Play
from ansible.vars.manager import VariableManager
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.check import findings_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.preflight.findings import Finding

__all__ = ["UAI", "Found", "found", "look_at"]

Found = Callable[..., list[Finding]]

HOSTS = """---
pronote_stations:
  children:
    lycee:
      hosts:
        pc-1: {ansible_host: 10.0.0.1}
        pc-2: {ansible_host: 10.0.0.2}
    college:
      hosts:
        pc-3: {ansible_host: 10.0.1.1}
"""
UAI = {"group_vars/lycee.yml": "pronote_uai: 0310001A\n", "group_vars/college.yml": "pronote_uai: 0310002B\n"}


def look_at(inventory: Path, role: str = "", play: tuple[str, ...] = (), **extra: Any) -> list[Finding]:
    loader = DataLoader()
    loader.set_basedir(str(inventory / "playbooks"))
    read = InventoryManager(loader=loader, sources=[str(inventory)])
    manager = VariableManager(loader=loader, inventory=read)
    manager._extra_vars = extra
    data = {"name": "play", "hosts": "all", "gather_facts": False}
    begun = Play.load(data, variable_manager=manager, loader=loader)
    stations = [host.name for host in read.groups["pronote_stations"].get_hosts()]
    return findings_of(manager, begun, play or stations, role=role)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Found:
    """What is found of an inventory of two schools with these files, by their paths."""
    monkeypatch.chdir(tmp_path)
    # As a run without a password has it.
    monkeypatch.setattr(VaultSecretsContext, "_current", VaultSecretsContext(secrets=[]))

    def look(files: Mapping[str, str | bytes], **more: Any) -> list[Finding]:
        inventory = tmp_path / "inv"
        for name, text in {"hosts.yml": HOSTS, **UAI, **files}.items():
            path = inventory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return look_at(inventory, **more)

    return look
