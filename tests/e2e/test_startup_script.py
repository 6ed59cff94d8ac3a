"""playbooks/startup_script.yml: check, apply, check, apply; a release that nobody has shown is held back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.station.startup import STARTUP_VERSION

from tests.e2e.playbook import PlaybookRun, run_playbook
from tests.lab.scenario import ReleaseSpec
from tests.station.depot import Depot, published

_NAME = "pronote-startup.cmd"
_UAIS = ("0310001A", "0310002B")


class _Bench:
    """Two schools whose releases are pinned: no server is asked."""

    def __init__(self, work: Path) -> None:
        self.work, self.inventory, self.dest = work, work / "inventory", work / "startup"
        group_vars = self.inventory / "group_vars/all"
        group_vars.mkdir(parents=True)
        self.depot: Depot = published(work, ReleaseSpec(release="2026.2.7"), ReleaseSpec(release="2026.1.9"))
        (group_vars / "pronote_releases.lock.yml").write_bytes(self.depot.lock_file.read_bytes())
        hosts = {
            f"pc-{uai.lower()}": {"pronote_uai": uai, "pronote_client_release": release}
            for uai, release in zip(_UAIS, ("2026.2.7", "2026.1.9"), strict=True)
        }
        values = {"pronote_language": "en", "pronote_depot_url": "http://depot.example.org/pronote"}
        inventory = {"pronote_stations": {"hosts": hosts, "vars": values}}
        (self.inventory / "hosts.yml").write_text(json.dumps(inventory), encoding="utf-8")

    def play(self, *arguments: str, **variables: Any) -> PlaybookRun:
        values = {"pronote_startup_dir": str(self.dest), **variables}
        given = ("-e", json.dumps(values))
        return run_playbook("startup_script", *given, *arguments, inventory=self.inventory, work=self.work / "runs")

    def scripts(self) -> dict[str, str]:
        return {path.parent.name: path.read_text(encoding="ascii") for path in sorted(self.dest.rglob(_NAME))}


def _result(run: PlaybookRun) -> dict[str, Any]:
    (result,) = run.assert_code(0).of("startup_script").values()
    return dict(result)


def test_matrix(tmp_path: Path) -> None:
    bench = _Bench(tmp_path)
    held = bench.play("--diff")
    assert not _result(held)["changed"]
    assert _result(held)["held"] == list(_UAIS)
    assert bench.scripts() == {}
    assert "no station is known to run 2026.2.7 by a deployment of ours" in " ".join(held.output.split())

    check = bench.play("--check", "--diff", pronote_startup_unproven="write")
    assert _result(check)["changed"]
    assert bench.scripts() == {}
    assert f"+echo script={STARTUP_VERSION}" in check.output
    applied = _result(bench.play(pronote_startup_unproven="write"))
    assert applied["changed"]
    assert applied["scripts"] == dict(zip(_UAIS, ("2026.2.7", "2026.1.9"), strict=True))
    written = bench.scripts()
    digest = json.dumps(bench.depot.lock_file.read_text(encoding="utf-8"))
    for uai, release in applied["scripts"].items():
        assert f"/pronote/{release}/x64" in written[uai]
        (pinned,) = {line for line in written[uai].splitlines() if line.startswith('set "DIGEST=')}
        assert pinned.removeprefix('set "DIGEST=').rstrip('"') in digest
    for arguments in (("--check", "--diff"), ()):
        assert not _result(bench.play(*arguments, pronote_startup_unproven="write"))["changed"]
    assert bench.scripts() == written
