"""playbooks/publish.yml: check, apply, check, apply; what it refuses leaves depot and lock file as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.playbook import PlaybookRun, run_playbook
from tests.lab.simulated.installer.package import build_iss
from tests.lab.simulated.installer.products import product_code


class Bench:
    """A depot folder, an inventory and files to publish."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.depot = folder / "depot"
        self.inventory = folder / "inventory"
        self.lock = self.inventory / "group_vars/all/pronote_releases.lock.yml"
        self.lock.parent.mkdir(parents=True)
        (self.inventory / "hosts.yml").write_text("pronote_stations:\n", encoding="utf-8")
        (folder / "setup.exe").write_bytes(b"setup.exe" * 100)
        for name in ("client.iss", "pronote_client-2026.1.3-x64.iss"):
            (folder / name).write_bytes(build_iss(release="2026.2.7").encode("cp1252"))

    def play(self, *arguments: str, **variables: Any) -> PlaybookRun:
        values = {
            "pronote_depot_path": str(self.depot),
            "pronote_publish_release": "2026.2.7",
            "pronote_publish_installer": str(self.folder / "setup.exe"),
            "pronote_publish_response": str(self.folder / "client.iss"),
            **variables,
        }
        pairs = [part for name, value in values.items() for part in ("-e", f"{name}={value}")]
        return run_playbook("publish", *pairs, *arguments, inventory=self.inventory, work=self.folder / "runs")

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
    assert bench.files() == published


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"pronote_publish_release": "latest"}, "is not a release"),
        ({"pronote_publish_installer": "/nowhere/setup.exe"}, "No such file"),
        ({"pronote_publish_response": ""}, "installscript needs response.iss"),
        ({"pronote_publish_installer_sha256": "0" * 64}, "fetch it again"),
        ({"pronote_publish_product_code": "{calc}"}, "is not a product code"),
        ({"pronote_publish_arch": "ia64"}, "must be one of"),
    ],
)
def test_refusals_leave_everything_as_it_was(bench: Bench, variables: dict[str, str], says: str) -> None:
    _changed(bench.play())
    before = bench.files()
    run = bench.play(**variables).assert_code(2)
    assert says in " ".join(run.output.replace("''", "'").split())
    assert bench.files() == before


_SOUND = build_iss(release="2026.2.7")


@pytest.mark.parametrize(
    "data",
    [
        _SOUND.encode("utf-16"),
        _SOUND.encode("utf-16-le"),
        _SOUND.encode("utf-8-sig"),
        _SOUND.replace("\r\n", "\n").encode("cp1252"),
    ],
    ids=["utf-16", "utf-16 without mark", "utf-8 with mark", "lf"],
)
def test_a_response_file_is_published_as_a_setup_reads_it(bench: Bench, data: bytes) -> None:
    (bench.folder / "client.iss").write_bytes(data)
    assert _changed(bench.play())
    published = (bench.depot / "2026.2.7/x64/response.iss").read_bytes()
    assert published == (data if data.startswith(b"\xff\xfe") else _SOUND.encode("cp1252"))
    assert not _changed(bench.play())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (_SOUND.encode("utf-16")[:600], "the recording broke off"),
        (b"<!DOCTYPE html><html></html>", "this is not a response file: it does not begin with a section"),
        (b"", "this is not a response file: it has no section"),
        (build_iss(release="2026.2.7", launch=True).encode(), "a box of the last dialog is ticked"),
        (build_iss(release="2025.2.9").encode(), "it is a recording of the product"),
        (_SOUND.replace("szDir=", "szDir=C:\\Users\\admin").encode(), "a folder of a user is in it"),
        (_SOUND.replace("DlgOrder", "Order").encode(), "it has no section [{…}-DlgOrder]"),
    ],
)
def test_a_bad_response_file_is_not_published(bench: Bench, data: bytes, says: str) -> None:
    _changed(bench.play())
    before = bench.files()
    (bench.folder / "client.iss").write_bytes(data)
    run = bench.play(pronote_publish_product_code=product_code(2026, "x64")).assert_code(2)
    output = " ".join(run.output.split())
    assert says in output.replace("The recording", "the recording")
    assert "client.iss cannot be used" in output
    assert bench.files() == before
    # Whoever knows what it means may insist.
    if "ticked" in says:
        values = {"pronote_publish_product_code": product_code(2026, "x64")}
        insist = ("-e", '{"pronote_publish_response_accept": ["launches"]}')
        assert _changed(bench.play(*insist, **values))


def test_the_lock_says_which_release_a_response_file_was_recorded_for(bench: Bench) -> None:
    def locked() -> str | None:
        lock = yaml.safe_load(bench.lock.read_text(encoding="utf-8"))
        recorded: str | None = lock["pronote_releases"]["2026.2.7"]["x64"].get("response_release")
        return recorded

    assert _changed(bench.play())
    assert locked() is None
    # A recording of an earlier release, by its name in the store: to be tried on a pilot station first.
    assert _changed(bench.play(pronote_publish_response=bench.folder / "pronote_client-2026.1.3-x64.iss"))
    assert locked() == "2026.1.3"
    assert _changed(bench.play(pronote_publish_response_release="2026.2.7"))
    assert locked() == "2026.2.7"
