"""playbooks/prune.yml: what no school runs goes, here and on the web server; what one may need stays."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.playbook import PlaybookRun, run_playbook
from tests.lab.journal import Journal
from tests.lab.web.hosted import HostedSchool, hosted_app
from tests.unit.web_thread import serving

_NEW, _OLD = "0310001A", "0310002B"
_PUBLISHED = ["2025.1.3", "2025.2.9", "2026.1.3", "2026.2.5", "2026.2.7", "2026.2.8"]


class Bench:
    """Two schools with their hosted servers, a depot with its lock file, a copy on a web server."""

    def __init__(self, folder: Path, url: str, schools: dict[str, HostedSchool]) -> None:
        self.folder, self.url, self.schools = folder, url, schools
        self.depot, self.web, self.inventory = folder / "depot", folder / "web", folder / "inventory"
        self.lock = self.inventory / "group_vars/all/pronote_releases.lock.yml"
        self.lock.parent.mkdir(parents=True)
        self.hosts: dict[str, dict[str, Any]] = {}
        for uai in schools:
            self.hosts[f"poste-{uai}"] = {"pronote_uai": uai, "pronote_server_url": f"{url}/{uai}/pronote/"}
        self.hosts["web"] = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        places = [f"{release}/x64" for release in _PUBLISHED]
        places += ["2025.1.3/x86", "edt_monoposte/2025.1.3/x64", "edt_monoposte/2026.2.7/x64"]
        for root in (self.depot, self.web):
            for place in places:
                (root / place).mkdir(parents=True)
                for name in ("setup.exe", "install.cmd", "SHA256SUMS"):
                    (root / place / name).write_text(f"{place} {name}")
            (root / "notes").mkdir()
            (root / "notes" / "x64").mkdir()
        lock = {
            "note": "kept by hand",
            "pronote_releases": {release: {"x64": {"digest": "a" * 64}} for release in _PUBLISHED},
            "pronote_product_releases": {"edt_monoposte": {"2025.1.3": {"x64": {}}, "2026.2.7": {"x64": {}}}},
        }
        self.lock.write_text("# Written by us.\n" + yaml.safe_dump(lock), encoding="utf-8")

    def play(self, *arguments: str, **variables: Any) -> PlaybookRun:
        inventory = {"pronote_stations": {"hosts": self.hosts}, "all": {"vars": {"pronote_language": "en"}}}
        (self.inventory / "hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
        values = {
            "pronote_depot_path": str(self.depot),
            "pronote_depot_host": "web",
            "pronote_depot_host_path": str(self.web),
            "pronote_cache_dir": str(self.folder / "cache"),
            **variables,
        }
        values = {name: value for name, value in values.items() if value is not None}
        return run_playbook(
            "prune", "-e", json.dumps(values), *arguments, inventory=self.inventory, work=self.folder / "runs"
        )

    def places(self, root: Path) -> set[str]:
        """Releases that are there, whole."""
        return {str(path.parent.relative_to(root)) for path in root.rglob("install.cmd")}

    def locked(self) -> dict[str, Any]:
        data: dict[str, Any] = yaml.safe_load(self.lock.read_text(encoding="utf-8"))
        return data

    def forget(self) -> None:
        """The cache of hosted servers' answers, as another day finds it."""
        for path in (self.folder / "cache").glob("*.json"):
            data = json.loads(path.read_text())
            path.write_text(json.dumps({**data, "read_at": 0.0}))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    schools = {
        _NEW: HostedSchool(uai=_NEW, name="Lycée", release="2026.2.7", mode="ok", cas=""),
        _OLD: HostedSchool(uai=_OLD, name="Collège", release="2025.2.9", mode="ok", cas=""),
    }
    with serving(hosted_app(schools, Journal()), address="127.43.0.2") as url:
        yield Bench(tmp_path, url, schools)


def _result(run: PlaybookRun) -> dict[str, Any]:
    return run.assert_code(0).of("depot_prune")["localhost"]


_GONE = {"2025.1.3/x64", "2025.1.3/x86", "2026.1.3/x64", "2026.2.5/x64", "edt_monoposte/2025.1.3/x64"}
_LEFT = {"2025.2.9/x64", "2026.2.7/x64", "2026.2.8/x64", "edt_monoposte/2026.2.7/x64"}


def test_matrix(bench: Bench) -> None:
    lock = bench.lock.read_bytes()
    check = bench.play("--check", "--diff")
    assert _result(check)["changed"]
    assert set(_result(check)["pruned"]) == _GONE
    assert "-2026.1.3/x64" in check.output
    assert bench.places(bench.depot) == bench.places(bench.web) == _GONE | _LEFT
    assert bench.lock.read_bytes() == lock
    # A limit that knows no school does not make their releases superfluous.
    bench.hosts["localhost"] = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    applied = _result(bench.play("--limit", "localhost"))
    assert set(applied["pruned"]) == _GONE
    assert bench.places(bench.depot) == bench.places(bench.web) == _LEFT
    # What is no release is nobody's to remove; a release's folder that is empty goes.
    assert {path.name for path in bench.depot.iterdir()} == {
        "2025.2.9",
        "2026.2.7",
        "2026.2.8",
        "edt_monoposte",
        "notes",
    }
    assert bench.lock.read_text(encoding="utf-8").startswith("# Written by us.\n")
    locked = bench.locked()
    assert locked["note"] == "kept by hand"
    assert set(locked["pronote_releases"]) == {"2025.2.9", "2026.2.7", "2026.2.8"}
    assert set(locked["pronote_product_releases"]["edt_monoposte"]) == {"2026.2.7"}
    assert {k["release"]: k["why"] for k in applied["kept"] if k["product"] == "pronote_client"} == {
        "2025.2.9": f"{_OLD} runs it",
        "2026.2.7": f"{_NEW} runs it",
        "2026.2.8": "newer than what schools run (2026.2.7)",
    }
    for arguments in (["--check"], []):
        run = bench.play(*arguments)
        assert not _result(run)["changed"]
        assert not [r for r in run.results if r["result"].get("changed")]


def test_a_depot_that_is_on_this_machine_alone(bench: Bench) -> None:
    """As init sets it up: no web server of its own is named."""
    alone: dict[str, Any] = {"pronote_depot_host": None, "pronote_depot_host_path": None}
    assert set(_result(bench.play("--check", **alone))["pruned"]) == _GONE
    assert set(_result(bench.play(**alone))["pruned"]) == _GONE
    assert (bench.places(bench.depot), bench.places(bench.web)) == (_LEFT, _GONE | _LEFT)


def test_a_spoilt_lock_file_stops_before_anything_is_removed(bench: Bench) -> None:
    bench.lock.write_text("pronote_releases: {latest: {x64: {}}}\n", encoding="utf-8")
    # Loaded as variables too, which is fine; the action reads the file itself.
    run = bench.play().assert_code(2)
    assert "is not a lock file" in " ".join(run.output.split())
    assert bench.places(bench.depot) == _GONE | _LEFT


def test_a_release_that_only_the_web_server_has_goes_too(bench: Bench) -> None:
    (bench.web / "2025.1.4/x64").mkdir(parents=True)
    (bench.web / "2025.1.4/x64/install.cmd").write_text("left by a run that was cut off")
    assert "2025.1.4/x64" in _result(bench.play())["pruned"]
    assert bench.places(bench.web) == _LEFT
