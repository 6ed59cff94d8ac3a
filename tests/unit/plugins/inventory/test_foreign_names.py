"""A row of a CSV that names what another source of the inventory has, whichever Ansible reads first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader

from tests.collection import ROOT

SERVERS = "domain_controllers:\n  hosts:\n    dc01: {ansible_host: 10.0.0.9, ansible_password: secret}\n"
CONFIG = "plugin: rentree.pronote.stations\ncsv: postes.csv\n"
CSV = "Nom;Adresse;Établissement;Salle\npc-1;10.0.0.1;Lycée Exemple;CDI\n"
TAKES_GROUP = CSV + "pc-2;10.0.0.66;Domain controllers;\n"
TAKES_HOST = CSV + "dc01;10.0.0.66;Lycée Exemple;\n"
BEFORE, AFTER = "a.yml", "z.yml"


def _folder(folder: Path, csv: str, *, config: str = CONFIG, **sources: str) -> Path:
    (folder / "postes.csv").write_text(csv, encoding="utf-8")
    (folder / "my.stations.yml").write_text(config, encoding="utf-8")
    for name, content in sources.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")
    return folder


def _inventory(folder: Path) -> InventoryManager:
    return InventoryManager(loader=DataLoader(), sources=[str(folder)])


@pytest.mark.parametrize(
    ("csv", "message"),
    [
        (
            TAKES_GROUP,
            "postes.csv:3: column 'Établissement', 'Domain controllers': the group domain_controllers would be one with"
            " the group domain_controllers of",
        ),
        (TAKES_HOST, "postes.csv:3: column 'Nom', 'dc01': the station dc01 would be one with the host dc01 of"),
        (TAKES_HOST.replace("dc01", "DC01"), "the station DC01 would be one with the host dc01"),
        (CSV + "pc-2;;dc01;\n", "the group dc01 would be one with the host dc01"),
        (CSV + "domain_controllers;;L;\n", "the station domain_controllers would be one with the group"),
        (CSV + "pc-2;;Hostvars;\n", "'hostvars' cannot be a group's name"),
        (CSV + "pc-2;;group;names\n", "'group_names' cannot be a group's name"),
    ],
)
@pytest.mark.parametrize("other", [BEFORE, AFTER])
def test_it_is_an_error_with_its_line(
    tmp_path: Path, csv: str, message: str, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / other).write_text(SERVERS, encoding="utf-8")
    with pytest.raises(AnsibleError, match="Completely failed to parse"):
        _inventory(_folder(tmp_path, csv))
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("other", [BEFORE, AFTER])
@pytest.mark.parametrize("csv", [TAKES_GROUP, TAKES_HOST])
def test_it_takes_over_nothing_where_a_bad_source_is_only_a_warning(
    tmp_path: Path, csv: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a project without our ansible.cfg, where any_unparsed_is_failed is not set."""
    monkeypatch.setattr("ansible.constants.INVENTORY_ANY_UNPARSED_IS_FAILED", False)
    (tmp_path / other).write_text(SERVERS, encoding="utf-8")
    inventory = _inventory(_folder(tmp_path, csv))
    assert inventory.hosts["dc01"].vars["ansible_host"] == "10.0.0.9"
    assert set(inventory.hosts) == {"dc01"}
    assert "pronote_stations" not in {group.name for group in inventory.hosts["dc01"].get_groups()}


@pytest.mark.parametrize(
    "other",
    [
        "dc01 ansible_host=10.0.0.9\n",
        "dc01\n",
        "[servers]\ndc01\n",
        "[servers:children]\nlycee_exemple\n",
        "[lycee_exemple:vars]\nansible_password=secret\n[lycee_exemple]\n",
        "[pronote_stations]\ndc01\n",
        "[pronote_edt_stations]\ndc01 ansible_password=secret\n",
    ],
)
@pytest.mark.parametrize("name", ["a", "z"])
def test_whatever_the_other_source_says_of_it(tmp_path: Path, other: str, name: str) -> None:
    (tmp_path / name).write_text(other, encoding="utf-8")
    with pytest.raises(AnsibleError):
        _inventory(_folder(tmp_path, TAKES_HOST))


def test_two_tables_with_one_station(tmp_path: Path) -> None:
    _folder(tmp_path, CSV, z__stations__yml=CONFIG)
    with pytest.raises(AnsibleError):
        _inventory(tmp_path)


@pytest.mark.parametrize("other", [BEFORE, AFTER])
def test_what_is_meant(tmp_path: Path, other: str) -> None:
    own = "pronote_edt_stations: {hosts: {pc-1: }}\npronote_reference: {hosts: {pc-1: }}\n"
    town = "lyon: {children: {lycee_exemple: }}\n"
    (tmp_path / other).write_text(own + town, encoding="utf-8")
    inventory = _inventory(_folder(tmp_path, CSV, config=CONFIG + "shared: [lycee_exemple]\n"))
    groups = {group.name for group in inventory.hosts["pc-1"].get_groups()}
    assert {"pronote_stations", "pronote_edt_stations", "pronote_reference", "lycee_exemple_cdi", "lyon"} <= groups
    assert inventory.hosts["pc-1"].vars["ansible_host"] == "10.0.0.1"


def test_sources_of_the_command_line(tmp_path: Path) -> None:
    """Sources in other folders, and a list of hosts, all read after the table."""
    table, later = tmp_path / "table", tmp_path / "later"
    table.mkdir()
    later.mkdir()
    (later / "hosts.yml").write_text(SERVERS, encoding="utf-8")
    for csv, expected in ((TAKES_GROUP, 1), (TAKES_HOST, 1), (CSV + "pc-9;;L;\n", 1), (CSV, 0)):
        _folder(table, csv)
        done = subprocess.run(
            [str(Path(sys.executable).parent / "ansible-inventory"), "--list"]
            + [part for source in (table, later, "pc-9,") for part in ("-i", str(source))],
            cwd=ROOT,
            env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) == expected, done.stderr
    assert json.loads(done.stdout)["_meta"]["hostvars"]["dc01"]["ansible_host"] == "10.0.0.9"
