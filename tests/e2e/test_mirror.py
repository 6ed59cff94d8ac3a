"""Publishing to a web server's folder: over the connection that its host has, local or a real sshd."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.playbook import ROOT, PlaybookRun, playbook_environment
from tests.e2e.test_publish import Bench
from tests.servers import SSHD, require_server, sshd

_NAMES = {"setup.exe", "response.iss", "install.cmd", "SHA256SUMS"}


class Remote(Bench):
    """A controller's depot, and a web server's folder that the host ``web`` of the inventory has."""

    def __init__(self, folder: Path, host: dict[str, str]) -> None:
        super().__init__(folder)
        self.web = folder / "web"
        # As in the example inventory, where the stations' connection holds for every host that says nothing else.
        stations = {"ansible_connection": "winrm", "ansible_port": 5985, "ansible_user": "u", "ansible_password": "p"}
        hosts = {
            "all": {"vars": {"pronote_language": "en", **stations}},
            "pronote_stations": None,
            "pronote_depots": {"hosts": {"web": {"ansible_password": None, **host}}},
        }
        (self.inventory / "hosts.yml").write_text(yaml.safe_dump(hosts), encoding="utf-8")

    def play(self, *arguments: str, **variables: Any) -> PlaybookRun:
        return super().play(
            *arguments, **{"pronote_depot_host": "web", "pronote_depot_host_path": str(self.web), **variables}
        )

    @property
    def release(self) -> Path:
        return self.web / "2026.2.7/x64"

    def remote_files(self) -> dict[str, tuple[bytes, int]]:
        """Content and time of what is on the web server."""
        paths = [path for path in self.web.rglob("*") if path.is_file()]
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def _interpreter(folder: Path) -> dict[str, str]:
    return {"ansible_python_interpreter": sys.executable, "ansible_remote_tmp": str(folder / "tmp")}


@pytest.fixture
def here(tmp_path: Path) -> Remote:
    """A web server that is this machine."""
    return Remote(tmp_path, {"ansible_connection": "local", **_interpreter(tmp_path)})


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Remote]:
    """One that is reached over SSH."""
    require_server(SSHD)
    with sshd(tmp_path / "sshd") as host:
        yield Remote(tmp_path, {**host, **_interpreter(tmp_path)})


def _changed(run: PlaybookRun, code: int = 0) -> tuple[bool, bool]:
    """Whether the controller's depot changed, and the web server's folder."""
    run.assert_code(code)
    return bool(run.of("depot_release")["localhost"]["changed"]), bool(run.of("depot_mirror")["localhost"]["changed"])


def _published(remote: Remote) -> None:
    assert _changed(remote.play()) == (True, True)
    published = remote.depot / "2026.2.7/x64"
    assert {path.name for path in remote.release.iterdir()} == _NAMES
    for name in _NAMES:
        assert (remote.release / name).read_bytes() == (published / name).read_bytes()
        assert (remote.release / name).stat().st_mode & 0o777 == 0o644


# On this machine: below, and test_prepare.py for a check and for what is there already.
def test_matrix(remote: Remote) -> None:
    before = remote.files()
    check = remote.play("--check", "--diff")
    assert _changed(check) == (True, True)
    assert f"+++ after: {remote.release}/" in check.output
    assert remote.files() == before
    assert not remote.web.exists()
    _published(remote)
    settled = remote.remote_files()
    assert _changed(remote.play("--check")) == (False, False)
    assert _changed(remote.play()) == (False, False)
    assert remote.remote_files() == settled


def test_a_copy_that_was_cut_off_is_gone_on_with(here: Remote) -> None:
    _published(here)
    whole = here.remote_files()
    # What a run leaves that died after its first file, and what a disk or a person spoils.
    (here.release / "install.cmd").unlink()
    (here.release / "response.iss").write_bytes(b"spoilt")
    run = here.play("--diff")
    assert _changed(run) == (False, True)
    after = here.remote_files()
    assert {path: content for path, (content, _) in after.items()} == {p: content for p, (content, _) in whole.items()}
    # The installer, which was right, was not sent again.
    installer = str(here.release / "setup.exe")
    assert after[installer] == whole[installer]


def test_a_folder_that_cannot_be_written_is_told(here: Remote) -> None:
    # A file where a folder has to be: this stops root too.
    here.web.write_text("a file")
    run = here.play().assert_code(2)
    said = " ".join(run.output.split())
    assert str(here.web) in said
    assert "Check the rights of the account on the web server" in said
    assert here.web.read_text() == "a file"
    # The controller's own depot is whole, and the next run has only the copy to do.
    here.web.unlink()
    assert _changed(here.play()) == (False, True)


def test_a_host_without_connection_is_not_the_controller(tmp_path: Path) -> None:
    """The play's ``connection: local`` must not make a forgotten ansible_connection write on the controller."""
    remote = Remote(tmp_path, {"ansible_host": "127.43.0.9", "ansible_port": "1"})
    hosts = yaml.safe_load((remote.inventory / "hosts.yml").read_text(encoding="utf-8"))
    del hosts["all"]
    (remote.inventory / "hosts.yml").write_text(yaml.safe_dump(hosts), encoding="utf-8")
    run = remote.play()
    assert run.code == 4
    assert "Failed to connect to the host via ssh" in run.output
    assert not remote.web.exists()


def test_what_arrives_is_hashed_there(tmp_path: Path) -> None:
    """Another file than was published never gets as far as install.cmd."""
    source, web = tmp_path / "depot", tmp_path / "web"
    source.mkdir()
    for name in _NAMES:
        (source / name).write_text(name)
    files = {name: hashlib.sha256(name.encode()).hexdigest() for name in _NAMES} | {"setup.exe": "0" * 64}
    arguments = json.dumps({"src": str(source), "dest": str(web), "files": files})
    program = str(Path(sys.executable).parent / "ansible")
    variables = json.dumps({"ansible_connection": "local", **_interpreter(tmp_path)})
    done = subprocess.run(
        [program, "-i", "web,", "web", "-e", variables, "-m", "rentree.pronote.depot_mirror", "-a", arguments],
        cwd=ROOT,
        env=playbook_environment(tmp_path / "results.jsonl"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    said = " ".join((done.stdout + done.stderr).split())
    assert f"setup.exe a le SHA-256 {hashlib.sha256(b'setup.exe').hexdigest()} sur le serveur web" in said
    assert {path.name for path in web.iterdir()} == {"setup.exe", "response.iss"}
