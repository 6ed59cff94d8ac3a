"""Machines of a mesh: each with its own files, HOME, processes and name, on one kernel and one network.

Made with bubblewrap, in namespaces of its own: nothing of the host is seen but its programs and libraries, the Python
environment and, read-only, these tests (which stand for AWX's own code). What a machine keeps lies in one folder of
the host, where tests look for what was left.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.mesh import receptor

__all__ = ["DISK", "ENVIRONMENT", "ROOT", "Machine", "programs"]

ROOT = Path(__file__).resolve().parents[2]
_PYTHON = Path(sys.prefix).resolve()

# A machine's places, and where its folder keeps them. /tmp has the private folders of ansible-runner, as in AWX.
DISK = {
    "/tmp": "tmp",
    "/home/awx": "home",
    "/var/lib/receptor": "receptor",
    "/var/run/receptor": "run",
    "/etc/receptor": "etc",
    "/var/lib/awx": "awx",
    "/var/lib/pronote": "pronote",
}
ENVIRONMENT = {"PATH": f"/opt/bin:{_PYTHON}/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}


def programs() -> list[str]:
    """Arguments of bwrap: the programs and libraries that machines and containers have, nobody's files among them."""
    shown = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            shown += ["--symlink", str(path.readlink()), str(path)]
        elif path.exists():
            shown += ["--ro-bind", str(path), str(path)]
    for name in ("passwd", "group", "nsswitch.conf", "ld.so.cache", "localtime", "ssl", "alternatives"):
        shown += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for path in {_PYTHON, Path(sys.base_prefix).resolve()}:
        if not path.is_relative_to("/usr"):
            shown += ["--ro-bind", str(path), str(path)]
    return [*shown, "--proc", "/proc", "--dev", "/dev"]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One machine. ``folder``: its disk, on the host."""

    name: str
    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for place in DISK.values():
            (self.folder / place).mkdir(parents=True, exist_ok=True)
        podman = self.folder / "podman"
        podman.write_text(f'#!/bin/sh\ncd {ROOT} && exec python -m tests.mesh.podman "$@"\n', encoding="utf-8")
        podman.chmod(0o755)

    def inside(self, path: Path) -> str:
        """The name that one of its files has on the machine itself."""
        relative = path.relative_to(self.folder)
        (place,) = (place for place, kept in DISK.items() if kept == relative.parts[0])
        return str(Path(place, *relative.parts[1:]))

    def command(self, *command: str) -> list[str]:
        """The command line that runs a command on the machine."""
        shown = [part for place, kept in DISK.items() for part in ("--bind", str(self.folder / kept), place)]
        own = {**ENVIRONMENT, "HOME": "/home/awx"}
        return [
            *("bwrap", "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", self.name),
            # As root, to make containers in turn; they have nothing of it.
            *("--cap-add", "ALL", "--clearenv"),
            *shown,
            *programs(),
            *("--ro-bind", str(ROOT / "tests"), f"{ROOT}/tests"),
            *("--ro-bind", str(receptor()), "/opt/bin/receptor"),
            *("--ro-bind", str(self.folder / "podman"), "/opt/bin/podman"),
            *(part for name, value in own.items() for part in ("--setenv", name, value)),
            *("--chdir", str(ROOT), *command),
        ]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command on the machine, to its end."""
        return subprocess.run(self.command(*command), capture_output=True, text=True, timeout=60, check=False)

    def start(
        self,
        *command: str,
        log: Path,
        stdin: int | IO[bytes] = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """A command on the machine that goes on; its output is added to ``log``, on the host."""
        with log.open("ab") as output:
            process = subprocess.Popen(self.command(*command), stdin=stdin, stdout=output, stderr=subprocess.STDOUT)
        self.started.append(process)
        return process

    def cut_power(self) -> None:
        """Every process of the machine is gone at once; its disk stays as it is.

        Those of a namespace end with its first process, which bwrap has tied to itself.
        """
        for process in self.started:
            process.kill()
        for process in self.started:
            process.wait()
        self.started.clear()
