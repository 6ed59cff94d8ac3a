"""Where the store is by default, for every way in which a station can come into an inventory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

_ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({"inventory_dir": "/inv"}, "/inv/state/pronote.sqlite3"),
        ({"inventory_dir": "/inv", "pronote_state": "/var/lib/s"}, "/var/lib/s"),
        ({"inventory_dir": "/inv", "pronote_state": ""}, ""),
        # -i host, and add_host
        ({"inventory_dir": None}, ""),
        # implicit localhost
        ({}, ""),
    ],
)
@pytest.mark.parametrize(("role", "name"), [("client", "__pronote_client_store"), ("audit", "pronote_audit_state")])
def test_the_default(role: str, name: str, variables: dict[str, Any], path: str) -> None:
    defaults = yaml.safe_load((_ROOT / f"roles/pronote_{role}/defaults/main.yml").read_text(encoding="utf-8"))
    assert Templar(loader=DataLoader(), variables=variables).template(trust_as_template(defaults[name])) == path
