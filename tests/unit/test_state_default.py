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
def test_the_default(variables: dict[str, Any], path: str) -> None:
    assert _templated("store", "__pronote_store_path", variables) == path


@pytest.mark.parametrize("role", ["client", "audit", "rentree"])
def test_it_is_said_in_one_place(role: str) -> None:
    meta = yaml.safe_load((_ROOT / f"roles/pronote_{role}/meta/main.yml").read_text(encoding="utf-8"))
    assert meta["dependencies"] == [{"role": "rentree.pronote.pronote_store"}]
    files = [*(_ROOT / f"roles/pronote_{role}").glob("tasks/*.yml"), _ROOT / f"roles/pronote_{role}/defaults/main.yml"]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    assert "__pronote_store_path" in text
    assert "pronote.sqlite3" not in text


@pytest.mark.parametrize(
    ("variables", "path"), [({"inventory_dir": "/inv"}, "/inv/logs"), ({"inventory_dir": None}, ""), ({}, "")]
)
def test_logs_have_no_place_without_an_inventory_folder(variables: dict[str, Any], path: str) -> None:
    assert _templated("client", "pronote_client_log_dir", variables) == path


def _templated(role: str, name: str, variables: dict[str, Any]) -> Any:
    defaults = yaml.safe_load((_ROOT / f"roles/pronote_{role}/defaults/main.yml").read_text(encoding="utf-8"))
    return Templar(loader=DataLoader(), variables=variables).template(trust_as_template(defaults[name]))
