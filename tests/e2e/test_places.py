"""Where runs write, on what 0.1.0 left and in a project that has no ansible.cfg of ours. No station is asked."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.playbook import ROOT, PlaybookRun, playbook_environment, run_playbook
from tests.upgrade.copies import copy_of

STORE = "state/pronote.sqlite3"


def _tree(folder: Path) -> dict[str, bytes]:
    """Content by file; of the store, which a reader brings to the schema of today, only that it is there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): b"" if path.suffix == ".sqlite3" else path.read_bytes() for path in files}


def test_the_places_of_0_1_0_are_moved_once(tmp_path: Path) -> None:
    past = copy_of("0.1.0", tmp_path / "p")
    inventory, beside = past / "inventory", past / "inventory.pronote"
    before = _tree(past)

    def play(*arguments: str) -> PlaybookRun:
        return run_playbook("remaining", *arguments, inventory=inventory, work=tmp_path / "runs").assert_code(0)

    def changed(run: PlaybookRun) -> list[bool]:
        return [result["changed"] for result in run.of("places").values()]

    check = play("--check", "--diff", "--limit", "riquet-s101-01")
    assert changed(check) == [True]
    assert _tree(past) == before
    assert f"-{inventory}/{STORE}" in check.output
    assert f"+{beside}/{STORE}" in check.output
    assert f"Seraient sortis de l'inventaire\u00a0: 5 fichiers de {inventory}/logs vers {beside}/logs" in check.output

    play("--limit", "riquet-s101-01", "-e", "pronote_state=", "-e", f"pronote_client_log_dir={inventory}/logs")
    assert _tree(past) == before

    run = play()
    assert f"Sorti de l'inventaire\u00a0: 1 fichier de {inventory}/state vers {beside}/state" in run.output
    (report,) = [result for result in run.of("deploy_report").values() if len(result["remaining"]) > 1]
    assert {row["station"] for row in report["remaining"]} >= {"riquet-cdi-02", "fermat-profs-01"}
    assert {name.partition("/")[0] for name in _tree(inventory)} == {
        "group_vars",
        "hosts.yml",
        "pronote.stations.yml",
        "responses",
    }
    assert len(_tree(beside / "logs")) == 5
    with closing(sqlite3.connect(beside / STORE)) as db:
        assert db.execute("select count(*) from audit").fetchone() == (4,)
    after = _tree(past)
    # The groups of what remains come from where the store is now.
    again = [play("--check", "--limit", "pronote_failed"), play("--limit", "pronote_failed")]
    assert [changed(each) for each in again] == [[False], [False]]
    assert _tree(past) == after


class _Project:
    """A folder with an inventory and no ansible.cfg: Ansible's own lists of what it passes over hold."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.inventory = folder, folder / "schools"
        self.inventory.mkdir(parents=True)
        station = {"ansible_host": "10.0.0.1", "pronote_uai": "0310001A"}
        hosts = {"pronote_stations": {"hosts": {"a": station}, "vars": {"pronote_language": "en"}}}
        (self.inventory / "hosts.yml").write_text(json.dumps(hosts), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        config = self.folder / "own.cfg"
        config.touch()
        own = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible/collections"), "ANSIBLE_CONFIG": str(config)}
        return playbook_environment(self.folder / "results.jsonl", **own)

    def command(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).parent / name), "-i", str(self.inventory), *arguments],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def play(self) -> subprocess.CompletedProcess[str]:
        return self.command("ansible-playbook", "rentree.pronote.remaining")

    def address(self) -> Any:
        listed = self.command("ansible-inventory", "--list")
        return json.loads(listed.stdout)["_meta"]["hostvars"]["a"]["ansible_host"]


_EVIL = "a ansible_host=10.6.6.6\n[all:vars]\nansible_user=pirate\n"


def test_an_inventory_like_log_without_our_ansible_cfg(tmp_path: Path) -> None:
    project = _Project(tmp_path)
    log = project.inventory / "logs/a.log"
    log.parent.mkdir()
    log.write_text(_EVIL, encoding="utf-8")
    # A log of 0.1.0 changes the address: no station is asked in such a run.
    assert project.address() == "10.6.6.6"
    first = project.play()
    assert first.returncode != 0
    assert f"Ansible had read {log} as an inventory before it was moved" in first.stdout + first.stderr
    assert project.address() == "10.0.0.1"
    assert project.play().returncode == 0
    # What is written from now on is none, wherever a station's words are in it.
    beside = project.folder / "schools.pronote"
    assert (beside / "logs/a.log").read_text(encoding="utf-8") == _EVIL
    for name in ("reports/audit.html", "reports/audit.json", "logs/b.log", "state/pronote.sqlite3.txt"):
        (beside / name).parent.mkdir(exist_ok=True)
        (beside / name).write_text(_EVIL, encoding="utf-8")
    assert project.address() == "10.0.0.1"


@pytest.mark.parametrize("name", ["responses/pronote_client-2026.1.3-x64.iss", "logs/a.log"])
def test_what_cannot_be_moved_is_refused_without_our_ansible_cfg(tmp_path: Path, name: str) -> None:
    project = _Project(tmp_path)
    file = project.inventory / name
    file.parent.mkdir()
    file.write_text(_EVIL, encoding="utf-8")
    if name.startswith("logs"):
        (project.folder / "schools.pronote").write_text("in the way", encoding="utf-8")
    done = project.play()
    assert done.returncode != 0
    said = " ".join((done.stdout + done.stderr).split())
    assert f"Ansible reads {file} as an inventory" in said
    assert "Add ignore_patterns =" in said
    assert file.read_text(encoding="utf-8") == _EVIL
