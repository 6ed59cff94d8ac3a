"""The depot's servers: playbooks/depot.yml with real nginx and the embedded program, as its unit starts it."""

from __future__ import annotations

import hashlib
import http.client
import json
import shlex
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.product.technologies import TECHNOLOGIES
from ansible_collections.rentree.pronote.plugins.plugin_utils.rehearsal.package import harmless

from tests.e2e.playbook import PlaybookRun, run_playbook
from tests.e2e.refusals import play_refusals, write_cases
from tests.lab.wsman import make_tls
from tests.servers import NGINX, free_port, nginx, require_server

_ADDRESS = "127.43.0.1"
_BIG = bytes(range(256)) * 4096  # 1 MiB
_FOLDER = "/pronote/2026.2.7/x64"
_SMALL = sorted(
    {
        *("install.cmd", harmless().technology.installer),
        *(
            name
            for each in TECHNOLOGIES.values()
            for name in (each.response, each.update_response, each.uninstall_response)
            if name
        ),
    }
)
"""Every file that a station may be told to fetch, but for installers."""


def _publish(folder: Path) -> None:
    folder.mkdir(parents=True)
    files = {"setup.exe": _BIG, **dict.fromkeys(_SMALL, b"of a few bytes\r\n")}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    (folder / "SHA256SUMS").write_text(sums, encoding="ascii")
    (folder / "notes.txt").write_text("not published", encoding="utf-8")
    (folder / ".setup.exe.part").write_text("half", encoding="utf-8")


class Depot:
    """A host whose depot the role serves, without packages and service: the test starts what the role wrote."""

    def __init__(self, folder: Path, **variables: Any) -> None:
        self.folder = folder
        self.port = free_port(_ADDRESS)
        self.root = folder / "srv"
        for below in ("sites-available", "sites-enabled"):
            (folder / "nginx" / below).mkdir(parents=True)
        host = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "pronote_depot_url": f"http://{_ADDRESS}:{self.port}/pronote",
            "pronote_depot_listen": _ADDRESS,
            "pronote_language": "en",
            "pronote_depot_path": str(self.root),
            "pronote_depot_manage": [],
            "pronote_depot_files": {
                "nginx_dir": str(folder / "nginx"),
                "journal": str(folder / "journal"),
                "program": str(folder / "lib/depot_server.py"),
                "unit": str(folder / "pronote-depot.service"),
            },
            **variables,
        }
        inventory = {"pronote_depots": {"hosts": {"web": host}}}
        (folder / "hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")

    def play(self, *arguments: str) -> PlaybookRun:
        return run_playbook("depot", *arguments, inventory=self.folder / "hosts.yml", work=self.folder / "runs")

    def changed(self, *arguments: str) -> bool:
        run = self.play(*arguments).assert_code(0)
        return any(result["result"].get("changed") for result in run.results)

    def files(self) -> dict[str, bytes]:
        """What the role may have written; the folder of the runs is the test's."""
        paths = [path for path in self.folder.rglob("*") if "runs" not in path.parts]
        return {str(path): path.read_bytes() if path.is_file() else b"" for path in paths}

    @contextmanager
    def nginx(self) -> Iterator[None]:
        site = self.folder / "nginx/sites-enabled/pronote-depot"
        with nginx(self.folder / "run", site=site, address=_ADDRESS, port=self.port):
            yield

    def connect(self, tls: ssl.SSLContext | None = None) -> http.client.HTTPConnection:
        if tls is not None:
            return http.client.HTTPSConnection(_ADDRESS, self.port, context=tls, timeout=30)
        return http.client.HTTPConnection(_ADDRESS, self.port, timeout=30)

    def ask(
        self, path: str, *, method: str = "GET", tls: ssl.SSLContext | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = self.connect(tls)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): v for name, v in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


def _applied(depot: Depot) -> None:
    """check, apply, check. Applied again, it is in earlier names."""
    before = depot.files()
    assert depot.changed("--check", "--diff")
    assert depot.files() == before
    assert depot.changed()
    assert not depot.changed("--check")


def _assert_serves(depot: Depot) -> None:
    """What stations need, and what nobody may have; alike for both servers."""
    status, headers, body = depot.ask(f"{_FOLDER}/setup.exe")
    assert (status, body) == (200, _BIG)
    assert headers["Accept-Ranges"] == "bytes"
    status, told, body = depot.ask(f"{_FOLDER}/setup.exe", Range="bytes=1000-")
    assert (status, body, told["Content-Range"]) == (206, _BIG[1000:], f"bytes 1000-{len(_BIG) - 1}/{len(_BIG)}")
    assert depot.ask(f"{_FOLDER}/setup.exe", Range=f"bytes={len(_BIG)}-")[0] == 416
    assert depot.ask(f"{_FOLDER}/setup.exe", If_None_Match=headers["ETag"])[0] == 304
    assert depot.ask(f"{_FOLDER}/setup.exe", method="HEAD")[::2] == (200, b"")
    for name in (*_SMALL, "SHA256SUMS"):
        assert depot.ask(f"{_FOLDER}/{name}")[0] == 200, name
    link = depot.root / "2026.2.7/x64/uninstall.iss"
    link.unlink(missing_ok=True)
    link.symlink_to("/etc/hostname")
    for path in (
        "/",
        "/pronote/",
        "/pronote/2026.2.7/",
        f"{_FOLDER}/",
        f"{_FOLDER}/notes.txt",
        f"{_FOLDER}/.setup.exe.part",
        f"{_FOLDER}/absent.exe",
        "/pronote/..%2f..%2fetc/passwd",
        "/pronote/2026.2.7/../../../etc/passwd",
    ):
        assert depot.ask(path)[0] in {400, 404}, path
    # A link out of the depot.
    assert depot.ask(f"{_FOLDER}/uninstall.iss")[0] in {403, 404}
    assert depot.ask(f"{_FOLDER}/setup.exe", method="POST")[0] == 405


def _hold(depot: Depot) -> http.client.HTTPConnection:
    """A transfer under way, with a limit on its rate."""
    connection = depot.connect()
    connection.request("GET", f"{_FOLDER}/setup.exe")
    assert connection.getresponse().read(1000)
    return connection


def _assert_limits(depot: Depot) -> None:
    held = _hold(depot)
    status, headers, _ = depot.ask(f"{_FOLDER}/setup.exe")
    assert status == 503
    assert 10 <= int(headers["Retry-After"]) <= 60
    assert depot.ask(f"{_FOLDER}/install.cmd")[0] == 200
    held.close()


def _entries(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def _assert_journal(entries: list[dict[str, Any]]) -> None:
    names = {"time", "client", "method", "file", "range", "status", "bytes", "complete", "seconds"}
    assert all(set(entry) == names for entry in entries)
    part = next(entry for entry in entries if entry["range"] == "bytes=1000-")
    assert (part["status"], part["bytes"], part["client"]) == (206, len(_BIG) - 1000, "127.0.0.1")
    assert part["file"].endswith("2026.2.7/x64/setup.exe")
    assert any(entry["status"] == 503 for entry in entries)


_NGINX = {"dir": "nginx", "journal": "journal"}
_SLOW = {"pronote_depot_limits": {"transfers": 1, "rate": 200_000}}


def _assert_earlier_names_say_the_same(depot: Depot, today: dict[str, Any], files: dict[str, str]) -> None:
    inventory = depot.folder / "hosts.yml"
    written = inventory.read_text(encoding="utf-8")
    host = yaml.safe_load(written)["pronote_depots"]["hosts"]["web"]
    kept = {name: value for name, value in host.items() if name.startswith("ansible_")}
    kept |= {name: host[name] for name in ("pronote_language", "pronote_depot_url")}
    kept |= {"pronote_depot_server": host.get("pronote_depot_server", "nginx"), "pronote_depot_root": str(depot.root)}
    kept |= {f"pronote_depot_{key}": value for key, value in today["pronote_depot_limits"].items()}
    kept |= {"pronote_depot_manage_packages": False, "pronote_depot_manage_service": False, **files}
    kept |= {"pronote_depot_address": _ADDRESS, "pronote_depot_port": depot.port, "pronote_depot_prefix": "/pronote"}
    inventory.write_text(yaml.safe_dump({"pronote_depots": {"hosts": {"web": kept}}}), encoding="utf-8")
    run = depot.play().assert_code(0)
    assert not any(result["result"].get("changed") for result in run.results)
    assert "pronote_depot_port → pronote_depot_listen" in run.output
    inventory.write_text(written, encoding="utf-8")


def test_nginx(tmp_path: Path) -> None:
    require_server(NGINX)
    depot = Depot(tmp_path, pronote_depot_limits={"transfers": 5})
    _applied(depot)
    assert depot.root.stat().st_mode & 0o777 == 0o755
    _publish(depot.root / "2026.2.7/x64")
    with depot.nginx():
        _assert_serves(depot)
    assert depot.changed("-e", json.dumps(_SLOW))
    files = {f"pronote_depot_nginx_{name}": str(tmp_path / place) for name, place in _NGINX.items()}
    _assert_earlier_names_say_the_same(depot, _SLOW, files)
    with depot.nginx():
        _assert_limits(depot)
    _assert_journal(_entries((tmp_path / "journal").read_text(encoding="utf-8")))


def test_nginx_with_a_certificate(tmp_path: Path) -> None:
    require_server(NGINX)
    tls = make_tls(tmp_path / "tls", addresses=[_ADDRESS], user="nobody")
    depot = Depot(
        tmp_path,
        pronote_depot_url=f"https://{_ADDRESS}/pronote",
        pronote_depot_tls={"certificate": str(tls.server), "key": str(tls.server_key)},
    )
    # Without one, the address promises what nobody serves.
    refused = depot.play("-e", "{pronote_depot_tls: {}}").assert_code(2)
    assert "needs pronote_depot_tls.certificate" in " ".join(refused.output.split())
    port = json.dumps({"pronote_depot_listen": f"{_ADDRESS}:{depot.port}"})
    assert depot.changed("-e", port)
    _publish(depot.root / "2026.2.7/x64")
    trusting = ssl.create_default_context(cafile=str(tls.authority))
    with depot.nginx():
        assert depot.ask(f"{_FOLDER}/setup.exe", tls=trusting)[::2] == (200, _BIG)


_LETTERS = "Folder, path and certificates of the depot are absolute and made of letters, digits and ._- only"
# A host each, in one play; what the words are in French: tests/e2e/test_roles_in_french.py.
_SPOILING: dict[str, tuple[dict[str, Any], str]] = {
    "path": ({"pronote_depot_path": "/srv/pro note; }"}, _LETTERS),
    "url": ({"pronote_depot_url": "http://depot/x{y"}, _LETTERS),
    "listen": ({"pronote_depot_listen": "0.0.0.0; include /etc/passwd"}, _LETTERS),
    "port": ({"pronote_depot_listen": "127.0.0.1:80/x y"}, _LETTERS),
    "number": ({"pronote_depot_listen": 8080}, _LETTERS),
    "limits": ({"pronote_depot_limits": {"rate": 1000, "transfers": 0}}, "pronote_depot_limits.rate"),
}


def test_what_would_spoil_a_configuration_is_refused(tmp_path: Path) -> None:
    depot = Depot(tmp_path)
    inventory = tmp_path / "hosts.yml"
    variables = yaml.safe_load(inventory.read_text(encoding="utf-8"))["pronote_depots"]["hosts"]["web"]
    hosts = {name: spoiling for name, (spoiling, _) in _SPOILING.items()}
    write_cases(inventory, hosts, {**variables, "role": "pronote_depot"})
    before = depot.files()
    refused = play_refusals(inventory).assert_code(2).failures
    assert refused.keys() == _SPOILING.keys()
    for name, (_, told) in _SPOILING.items():
        assert told in refused[name], name
    assert depot.files() == before


@contextmanager
def _embedded(depot: Depot) -> Iterator[Path]:
    """The program as its unit starts it, in this Python environment; yields its journal."""
    unit = (depot.folder / "pronote-depot.service").read_text(encoding="utf-8")
    (line,) = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    python, *arguments = shlex.split(line.removeprefix("ExecStart="))
    assert python == "/usr/bin/python3"
    journal = depot.folder / "embedded.log"
    with journal.open("ab") as output:
        process = subprocess.Popen([sys.executable, *arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        try:
            assert process.stderr is not None
            assert b"serving on" in process.stderr.readline()
            yield journal
        finally:
            process.terminate()
            _, rest = process.communicate(timeout=60)
            output.write(rest)
    assert process.returncode == 0


def test_embedded(tmp_path: Path) -> None:
    depot = Depot(tmp_path, pronote_depot_server="embedded")
    _applied(depot)
    _publish(depot.root / "2026.2.7/x64")
    with _embedded(depot):
        _assert_serves(depot)
    assert depot.changed("-e", json.dumps(_SLOW))
    files = {"pronote_depot_program": "lib/depot_server.py", "pronote_depot_unit": "pronote-depot.service"}
    _assert_earlier_names_say_the_same(depot, _SLOW, {name: str(tmp_path / place) for name, place in files.items()})
    with _embedded(depot) as journal:
        _assert_limits(depot)
    _assert_journal(_entries(journal.read_text(encoding="utf-8")))


def test_the_unit_is_one(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("no systemd-analyze here; 25 November 2026")
    depot = Depot(tmp_path, pronote_depot_server="embedded", pronote_depot_listen=":80")
    depot.play().assert_code(0)
    unit = depot.folder / "pronote-depot.service"
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in unit.read_text(encoding="utf-8")
    done = subprocess.run([verify, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert not [line for line in done.stderr.splitlines() if "pronote-depot" in line], done.stderr


def test_without_a_depot_host_nothing_is_done(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("pronote_stations:\n", encoding="utf-8")
    run_playbook("depot", inventory=tmp_path / "hosts.yml", work=tmp_path / "runs").assert_code(0)
