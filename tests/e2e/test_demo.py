"""A demo that breaks off says so: the end of the log, where it is, and an exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.words.catalogue import catalogue

from tests.demo import Demo, told
from tests.lab.client import LabClient


def test_a_play_that_breaks_off_ends_the_demo_with_its_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text("all: [no inventory\n", encoding="utf-8")
    # Nobody is asked anything: the first play ends before.
    lab = LabClient({"control": "http://127.0.0.1:9"})
    demo = Demo(lab, inventory, work=tmp_path, words=catalogue("fr"))
    demo.variables.write_text("{}", encoding="utf-8")
    assert told(demo, started=0) == 1
    said = capsys.readouterr()
    # What Ansible printed is in the log alone until then.
    assert [line[:4] for line in said.out.splitlines()] == ["━━ 1"]
    *log, empty, why, where = said.err.splitlines()
    assert empty == ""
    assert why.startswith("playbooks/audit.yml s'est interrompu (code de sortie ")
    assert where == f"Journal complet\u00a0: {demo.log}"
    assert log
    assert log == demo.log.read_text(encoding="utf-8").rstrip().splitlines()[-25:]
