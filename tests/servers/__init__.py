"""Real servers that tests start for themselves on loopback: nginx, sshd. Installed by ``setup.sh``."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["NGINX", "SSHD", "free_port", "nginx", "nginx_command", "require_server", "running", "sshd"]

NGINX, SSHD = Path("/usr/sbin/nginx"), Path("/usr/sbin/sshd")


def require_server(program: Path) -> None:
    """Go on where the server is installed; else skip, or fail when it is required (RENTREE_REQUIRE_TOOLS)."""
    if program.exists():
        return
    if os.environ.get("RENTREE_REQUIRE_TOOLS"):
        pytest.fail(f"{program} is required here (tests/servers/setup.sh)")
    pytest.skip(f"no {program} here (tests/servers/setup.sh); 25 November 2026")


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: list[str], *, address: str, port: int, log: Path, environment: dict[str, str] | None = None
) -> Iterator[None]:
    """A server in the foreground until the block ends. Raises RuntimeError with its log when it does not start."""
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
    try:
        while True:
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-3000:]}")
            try:
                socket.create_connection((address, port), timeout=5).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.02)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def nginx_command(folder: Path, *, site: Path) -> list[str]:
    """nginx in the foreground with one site, all it writes below ``folder``, under the account that runs the tests."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = "".join(
        f"    {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = f"user {getpass.getuser()};\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\n    access_log off;\n{temporary}    include {site};\n}}\n",
        encoding="utf-8",
    )
    return [str(NGINX), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"), "-p", str(folder)]


@contextmanager
def nginx(folder: Path, *, site: Path, address: str, port: int) -> Iterator[None]:
    """nginx with one site until the block ends."""
    command = nginx_command(folder, site=site)
    with running(command, address=address, port=port, log=folder / "output.log"):
        yield


def _key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


@contextmanager
def sshd(folder: Path, *, address: str = "127.0.0.1") -> Iterator[dict[str, str]]:
    """sshd with throwaway keys, for the account that runs the tests; yields the variables of an inventory's host."""
    folder.mkdir(parents=True, exist_ok=True)
    port, host_key, key = free_port(address), _key(folder / "host"), _key(folder / "client")
    (folder / "known_hosts").write_text(f"[{address}]:{port} {host_key.with_suffix('.pub').read_text()}")
    options = {
        "ListenAddress": address,
        "Port": port,
        "HostKey": host_key,
        "PidFile": "none",
        "AuthorizedKeysFile": key.with_suffix(".pub"),
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "prohibit-password",
        "Subsystem": "sftp internal-sftp",
    }
    config = folder / "sshd_config"
    config.write_text("".join(f"{name} {value}\n" for name, value in options.items()), encoding="utf-8")
    if os.geteuid() == 0:
        # Where sshd, as root, separates its privileges; Debian's service makes it.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    command = [str(SSHD), "-D", "-e", "-f", str(config)]
    with running(command, address=address, port=port, log=folder / "sshd.log"):
        yield {
            "ansible_connection": "ssh",
            "ansible_host": address,
            "ansible_port": str(port),
            "ansible_user": getpass.getuser(),
            "ansible_ssh_private_key_file": str(key),
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={folder}/known_hosts -o StrictHostKeyChecking=yes",
        }
