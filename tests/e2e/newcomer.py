"""Somebody who has installed the collection and begins in an empty folder, with an export of the lab's stations."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from pathlib import Path

import yaml

from tests.e2e.conftest import School
from tests.e2e.playbook import ROOT

__all__ = ["BIN", "INVENTORY", "content_of", "environment", "export_of", "install_collection", "run", "server_of"]

BIN = Path(sys.executable).parent
INVENTORY = "inventories/my_schools"
_HEADINGS = "Nom;Adresse IP;Salle;\x1b[2JStatut"


def install_collection(home: Path) -> None:
    """As from Galaxy, into a home."""
    for command in (
        ["collection", "build", str(ROOT), "--output-path", str(home)],
        ["collection", "install", "--offline", str(home / "collection.tar.gz")],
    ):
        for built in home.glob("rentree-*.tar.gz"):
            built.rename(home / "collection.tar.gz")
        subprocess.run(
            [str(BIN / "ansible-galaxy"), *command],
            cwd=home,
            env=environment(home),
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )


def environment(home: Path) -> dict[str, str]:
    """Of a shell of theirs: nothing says where Ansible finds anything."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "RENTREE_"))}
    path = os.pathsep.join([str(BIN), kept.get("PATH", "")])
    return {**kept, "HOME": str(home), "PATH": path, "COLUMNS": "200", "TERM": "xterm", "ANSIBLE_NOCOLOR": "1"}


def _named(address: str) -> str:
    """A loopback address as a host name: in an export it would be nobody's, and the lab has no other ones."""
    return f"0x{int(ipaddress.ip_address(address)):08x}"


def export_of(school: School, work: Path) -> Path:
    """An empty folder but for an export of the stations."""
    hosts = yaml.safe_load((school.inventory / "hosts.yml").read_text(encoding="utf-8"))
    rooms = hosts["pronote_stations"]["children"]["lycee"]["children"]
    rows = [f"{name};{_named(host['ansible_host'])};CDI;en service" for name, host in rooms["cdi"]["hosts"].items()]
    work.mkdir(mode=0o755)
    (work / "parc.csv").write_text("\n".join([_HEADINGS, *rows, ""]), encoding="cp1252")
    return work


def server_of(school: School) -> str:
    """The address of the hosted server."""
    hosts = yaml.safe_load((school.inventory / "hosts.yml").read_text(encoding="utf-8"))
    url: str = hosts["pronote_stations"]["children"]["lycee"]["vars"]["pronote_server_url"]
    return url


def run(command: list[str], folder: Path, home: Path, code: int = 0) -> str:
    """What a command in that folder shows, without a terminal."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == code, done.stdout[-6000:]
    assert "Traceback" not in done.stdout
    return done.stdout


def content_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path there."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
