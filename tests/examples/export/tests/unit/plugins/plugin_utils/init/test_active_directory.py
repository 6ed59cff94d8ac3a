"""Stations from Active Directory: init knows the export by its headings, and Ansible reads what init has written."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.begin import begin, write
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.disk import Here
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.interview import Interview
from ansible_collections.rentree.pronote.plugins.plugin_utils.init.vault import of_text
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.unit.asked import Answering

# As Windows PowerShell 5.1 writes it: a line with the type above the headings.
_EXPORT = """#TYPE Microsoft.ActiveDirectory.Management.ADComputer
"DistinguishedName","Enabled","IPv4Address","Location","Name"
"CN=PC-01,OU=Postes,DC=lycee,DC=fr","True","10.0.0.1","CDI","PC-01"
"CN=PC-02,OU=Postes,DC=lycee,DC=fr","True","","Salle 12","PC-02"
"""


def test_init_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "ad.csv").write_text(_EXPORT, encoding="utf-8")
    answers = {
        "pronote_init_stations": "ad.csv",
        "pronote_init_schools": [{"name": "Lycée A", "uai": "0310036W"}],
        "pronote_init_user": "deploy",
        "pronote_init_password": "s3cret",
        "pronote_depot_url": "http://depot.example.org/p",
    }
    answering = Answering(())
    talk = Interview(answers, asks=lambda: None, tell=answering.tell)
    here = Here(base=tmp_path, loader=DataLoader(), vault_file="")
    write(begin(talk, here, words=catalogue("en"), secrets=of_text("vault")), tmp_path)
    assert str(answering.told[0]) == "Read as ad: 2 stations in 2 rooms of 1 school."
    inventory = InventoryManager(
        loader=DataLoader(), sources=[str(tmp_path / "inventories/my_schools/pronote.stations.yml")]
    )
    assert {name: host.vars.get("ansible_host") for name, host in inventory.hosts.items()} == {
        "PC-01": "10.0.0.1",
        "PC-02": None,
    }
    assert {"lycee_a_cdi", "lycee_a_salle_12"} <= set(inventory.groups)
