"""playbooks/publish.yml: check, apply, check, apply; what it refuses leaves depot and lock file as they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.playbook import PlaybookRun, run_playbook
from tests.lab.simulated.installer.package import build_iss


class Bench:
    """A depot folder, an inventory and files to publish."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.depot = folder / "depot"
        self.inventory = folder / "inventory"
        self.lock = self.inventory / "group_vars/all/pronote_releases.lock.yml"
        self.lock.parent.mkdir(parents=True)
        (self.inventory / "hosts.yml").write_text(
            "all: {vars: {pronote_language: en}}\npronote_stations:\n", encoding="utf-8"
        )
        (folder / "setup.exe").write_bytes(b"setup.exe" * 100)
        for name in ("client.iss", "pronote_client-2026.1.3-x64.iss"):
            (folder / name).write_bytes(build_iss(release="2026.2.7").encode("cp1252"))

    def play(self, *arguments: str, **variables: Any) -> PlaybookRun:
        values = {
            "pronote_depot_path": str(self.depot),
            "pronote_release": "2026.2.7",
            "pronote_publish_installer": str(self.folder / "setup.exe"),
            "pronote_responses": {"install": str(self.folder / "client.iss")},
            **variables,
        }
        return run_playbook(
            "publish", "-e", json.dumps(values), *arguments, inventory=self.inventory, work=self.folder / "runs"
        )

    def files(self) -> dict[str, bytes]:
        """Everything that publishing may change."""
        roots = (self.depot, self.inventory)
        return {str(path): path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def _changed(run: PlaybookRun) -> bool:
    return bool(run.assert_code(0).of("depot_release")["localhost"]["changed"])


def test_matrix(bench: Bench) -> None:
    before = bench.files()
    check = bench.play("--check", "--diff")
    assert _changed(check)
    assert "setup.exe" in check.output
    assert bench.files() == before
    applied = bench.play("--diff")
    assert _changed(applied)
    published = bench.files()
    digest = applied.of("depot_release")["localhost"]["digest"]
    assert digest == check.of("depot_release")["localhost"]["digest"]
    lock = yaml.safe_load(bench.lock.read_text(encoding="utf-8"))
    assert lock["pronote_releases"]["2026.2.7"]["x64"]["digest"] == digest
    folder = bench.depot / "2026.2.7/x64"
    assert {path.name for path in folder.iterdir()} == {"setup.exe", "response.iss", "install.cmd", "SHA256SUMS"}
    assert not _changed(bench.play("--check"))
    assert not _changed(bench.play())
    # Earlier names alone say the same.
    earlier = {
        "pronote_depot_path": str(bench.depot),
        "pronote_publish_release": "2026.2.7",
        "pronote_publish_arch": "x64",
        "pronote_publish_product": "pronote_client",
        "pronote_publish_installer": str(bench.folder / "setup.exe"),
        "pronote_publish_response": str(bench.folder / "client.iss"),
        "pronote_publish_lock_file": str(bench.lock),
    }
    runs = bench.folder / "runs"
    run = run_playbook("publish", "-e", json.dumps(earlier), inventory=bench.inventory, work=runs)
    assert not _changed(run)
    assert "pronote_publish_response → pronote_responses.install" in run.output
    assert bench.files() == published
