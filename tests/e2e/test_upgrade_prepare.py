"""What 0.1.0 published is rendered anew by prepare.yml: seen before, without a download, on the web server too."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.playbook import PlaybookRun, run_playbook
from tests.upgrade.copies import copy_of, kept_state
from tests.upgrade.stations import content_of

_PLACES = ["2025.2.9/x64", "2026.1.3/x64", "2026.2.7/x64", "edt_monoposte/2026.2.7/x64"]


@dataclass(frozen=True)
class Past:
    """What 0.1.0 left, without a network, and a web server's folder on this machine."""

    folder: Path

    @property
    def web(self) -> Path:
        return self.folder / "web"

    def play(
        self, playbook: str, *arguments: str, code: int = 0, named: Mapping[str, Any] | None = None
    ) -> PlaybookRun:
        given = {"pronote_depot_path": str(self.folder / "depot"), "pronote_cache_dir": str(self.folder / "cache")}
        given |= {"pronote_depot_host": "web", "pronote_depot_host_path": str(self.web)}
        options = ("-e", json.dumps({**given, **(named or {})}), *arguments)
        inventory, work = self.folder / "inventory", self.folder / "runs"
        return run_playbook(playbook, *options, inventory=inventory, work=work).assert_code(code)

    def files(self) -> dict[str, tuple[bytes, int]]:
        """Depots and lock file, with the time of each."""
        roots = (self.folder / "depot", self.web, self.folder / "inventory/group_vars")
        found = [path for root in roots for path in root.rglob("*") if path.is_file()]
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


@pytest.fixture
def past(tmp_path: Path) -> Past:
    past = Past(copy_of("0.1.0", tmp_path / "0.1.0"))
    web = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_password": None}
    hosts = {"pronote_depots": {"hosts": {"web": {**web, "ansible_remote_tmp": str(tmp_path / "tmp")}}}}
    (past.folder / "inventory/web.yml").write_text(yaml.safe_dump(hosts), encoding="utf-8")
    # As published then; a release of the year after is not on the web server yet.
    for place in _PLACES[:3]:
        for path in (past.folder / "depot" / place).iterdir():
            copy = past.web / place / path.name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return past


def _statuses(run: PlaybookRun) -> list[tuple[str, str, str]]:
    (result,) = run.of("prepare").values()
    return [(each["product"], each["release"], each["status"]) for each in result["releases"]]


def _copied(run: PlaybookRun) -> list[bool]:
    (result,) = run.of("depot_mirror").values()
    return [each["changed"] for each in result["results"]]


def test_what_was_published_is_rendered_anew(past: Past) -> None:
    setup = past.folder / "depot/2026.2.7/x64/setup.exe"
    setup.write_bytes(content_of(kept_state(past.folder, "riquet-cdi-03.staged"), "-staged\\setup.exe"))
    named = {"pronote_prepare_releases": ["2026.2.7"], "pronote_prepare_log_timeout": 120}
    before = past.files()
    check = past.play("prepare", "--check", "--diff", named=named)
    assert past.files() == before
    assert "+        version: 4" in check.output
    assert f"+++ after: {past.folder}/depot/2025.2.9/x64/" in check.output
    done = past.play("prepare", "--diff", named=named)
    anew = [
        ("pronote_client", "2026.2.7", "published"),
        ("pronote_client", "2025.2.9", "rendered"),
        ("pronote_client", "2026.1.3", "rendered"),
        ("edt_monoposte", "2026.2.7", "rendered"),
    ]
    assert _statuses(done) == anew
    words = {"published": "would_publish", "rendered": "would_render"}
    assert _statuses(check) == [(product, release, words[status]) for product, release, status in anew]
    assert "ALARM" not in done.output
    for place in _PLACES[:3]:
        for path in (past.folder / "depot" / place).iterdir():
            assert (past.web / place / path.name).read_bytes() == path.read_bytes()
    # What was never copied to the web server stays away from it.
    assert not (past.web / _PLACES[3]).exists()
    assert [_copied(run) for run in (check, done)] == [[True, True, True, False]] * 2
    settled = past.files()
    again = past.play("prepare", named=named)
    assert _statuses(again) == [("pronote_client", "2026.2.7", "unchanged")]
    assert not any(_copied(again))
    assert past.files() == settled


def test_no_server_and_no_installer_are_needed_for_it(past: Past) -> None:
    """The schools' servers do not answer: the run says so, and has rendered what there is, on the web server too."""
    run = past.play("prepare", code=2)
    assert [status for *_, status in _statuses(run)] == ["failed", *["rendered"] * 4]
    assert _copied(run) == [True, True, True, False]


def test_publishing_the_same_release_again_renders_it_too(past: Past) -> None:
    setup = past.folder / "setup.exe"
    setup.write_bytes(content_of(kept_state(past.folder, "riquet-cdi-03.staged"), "-staged\\setup.exe"))
    depot = past.folder / "depot/2026.2.7/x64"
    variables = {
        "pronote_publish_release": "2026.2.7",
        "pronote_publish_installer": str(setup),
        "pronote_publish_response": str(depot / "response.iss"),
        "pronote_publish_uninstall_response": str(depot / "uninstall.iss"),
        "pronote_publish_product_code": _product_code(depot / "install.cmd"),
        "pronote_publish_lock_file": str(past.folder / "inventory/group_vars/all/pronote_releases.lock.yml"),
    }
    assert past.play("publish", named=variables).of("depot_release")["localhost"]["changed"]
    assert b"echo script=4\r\n" in (past.web / "2026.2.7/x64/install.cmd").read_bytes()
    assert not past.play("publish", named=variables).of("depot_release")["localhost"]["changed"]


def _product_code(script: Path) -> str:
    (line,) = (line for line in script.read_text().splitlines() if line.startswith('set "PRODUCT='))
    return line.removeprefix('set "PRODUCT=').rstrip('"')
