"""The client of HYPERPLANNING: found by its name, prepared by hand, published, planned, set up and kept."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.sources import parse_installer_name

from tests.collection import ROOT
from tests.lab.scenario import ReleaseSpec
from tests.station.depot import published
from tests.station.fixtures import MakeStation

_KEY = "hyperplanning_client"
_INVENTORY = """---
pronote_stations: {hosts: {pc-1: }}
pronote_hyperplanning_stations: {hosts: {pc-2: }}
"""


@pytest.mark.parametrize(
    ("name", "year"), [("INDEX EDUCATION - Client HYPERPLANNING 2026", "2026"), ("Client PRONOTE 2026", None)]
)
def test_names(name: str, year: str | None) -> None:
    match = PRODUCTS[_KEY].display_name.search(name)
    assert (match and match[1]) == year


def test_its_installer_is_named_by_hand() -> None:
    offer = parse_installer_name(_KEY, "Install_hyperplanning_client_FR_2026.2.7_win64.exe")
    assert (str(offer.release), offer.arch) == ("2026.2.7", "x64")


def test_check_apply_check_apply(make_station: MakeStation, tmp_path: Path) -> None:
    depot = published(
        tmp_path / "published", ReleaseSpec(release="2026.2.7"), ReleaseSpec(release="2026.2.7", product=_KEY)
    )
    assert (depot.folder / "hyperplanning_client/2026.2.7/x64/install.cmd").is_file()
    # Beside a client of PRONOTE, which is another's.
    pc = make_station(clients=[{"release": "2026.2.7"}], depot=depot)
    planned = pc.client(product=_KEY, check=True)
    done = pc.client(product=_KEY)
    assert (planned["action"], planned["changed"], done["action"], done["changed"]) == (
        "install",
        True,
        "install",
        True,
    )
    assert not pc.client(product=_KEY, check=True)["changed"]
    assert not pc.client(product=_KEY)["changed"]
    assert not pc.client()["changed"]


@pytest.mark.parametrize("playbook", ["audit", "deploy"])
def test_its_stations_have_a_play(tmp_path: Path, playbook: str) -> None:
    hosts = tmp_path / "hosts.yml"
    hosts.write_text(_INVENTORY, encoding="utf-8")
    program = Path(sys.executable).with_name("ansible-playbook")
    command = [str(program), f"playbooks/{playbook}.yml", "-i", str(hosts), "--list-hosts"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(r"Client HYPERPLANNING on its stations\b[^\n]*\n[^\n]*\n *hosts \(1\):\n *pc-2\n", shown), shown
