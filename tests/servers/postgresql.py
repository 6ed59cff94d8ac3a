"""PostgreSQL for tests: a server of their own on loopback, fast because it may lose everything at a power cut."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import free_port, require_server, running

__all__ = ["Postgresql", "postgresql", "require_postgresql", "serving"]

_ACCOUNT = "postgres"
"""Debian's package makes it; PostgreSQL refuses to run as root."""


def _bin() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else Path("/usr/lib/postgresql/bin")


def require_postgresql() -> None:
    """Go on where the server is installed; else skip, or fail when it is required."""
    require_server(_bin() / "postgres")


@dataclass(frozen=True, kw_only=True)
class Postgresql:
    """A running server. ``password`` is that of ``owner``, who may do anything, and of whoever tests create."""

    address: str
    port: int
    folder: Path
    owner: str
    password: str

    def url(self, *, user: str = "", database: str = "postgres", schema: str = "", options: str = "") -> str:
        """An address for ``pronote_state``: without the password, which comes from the environment."""
        query = [f"options=-csearch_path%3D{schema}"] if schema else []
        query += [options] if options else []
        return f"postgresql://{user or self.owner}@{self.address}:{self.port}/{database}?{'&'.join(query)}".rstrip("?")

    def sql(self, statement: str, *, database: str = "postgres") -> str:
        """Run statements as the owner; what psql prints. Raises CalledProcessError."""
        command = [str(_bin() / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.address]
        return subprocess.run(
            [*command, "-p", str(self.port), "-U", self.owner, "-d", database, "-f", "-"],
            input=statement,
            env={**os.environ, "PGPASSWORD": self.password},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def schema(self) -> str:
        """The name of a new schema, empty: a store of one test."""
        name = f"store_{secrets.token_hex(6)}"
        self.sql(f"create schema {name}")
        return name


def _as_account(command: list[str]) -> list[str]:
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--clear-groups", *command]


def _settings(folder: Path, address: str, port: int, connections: int) -> str:
    return (
        f"listen_addresses = '{address}'\nport = {port}\nunix_socket_directories = '{folder}'\n"
        f"max_connections = {connections}\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
        "password_encryption = scram-sha-256\nshared_buffers = 32MB\n"
    )


def _verifier(password: str) -> str:
    """What a server keeps of a password (RFC 5803), of one round instead of 4096.

    They take 3 ms of whoever connects, and a store connects for each transaction. Accounts that tests make have all.
    """
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    shown = [base64.b64encode(part).decode() for part in (salt, stored, hmac.digest(salted, b"Server Key", "sha256"))]
    return "SCRAM-SHA-256$1:{}${}:{}".format(*shown)


@contextmanager
def postgresql(
    *, address: str = "127.0.0.1", port: int = 0, connections: int = 100, preload: str = ""
) -> Iterator[Postgresql]:
    """A server of this block, with a folder that the account of PostgreSQL can read."""
    require_postgresql()
    folder = Path(tempfile.mkdtemp(prefix="rentree-postgresql-"))
    try:
        password = secrets.token_urlsafe(12)
        (folder / "password").write_text(password, encoding="utf-8")
        if os.geteuid() == 0:
            account = pwd.getpwnam(_ACCOUNT)
            for path in (folder, folder / "password"):
                os.chown(path, account.pw_uid, account.pw_gid)
        made = subprocess.run(
            _as_account(
                [
                    *(str(_bin() / "initdb"), "-D", str(folder / "data"), "-U", "owner", "-A", "scram-sha-256"),
                    *("--pwfile", str(folder / "password"), "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"),
                ]
            ),
            capture_output=True,
            text=True,
            cwd=folder,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(f"initdb: {made.stdout}{made.stderr}")
        port = port or free_port(address)
        with (folder / "data/postgresql.conf").open("a", encoding="utf-8") as config:
            config.write(_settings(folder, address, port, connections))
            if preload:
                config.write(f"shared_preload_libraries = '{preload}'\n")
        server = Postgresql(address=address, port=port, folder=folder, owner="owner", password=password)
        with serving(server):
            server.sql(f"alter user owner password '{_verifier(password)}'")
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(server: Postgresql) -> Iterator[None]:
    """The server's process until the block ends: to stop it in the middle, and to start it again."""
    command = _as_account([str(_bin() / "postgres"), "-D", str(server.folder / "data")])
    ready = [str(_bin() / "pg_isready"), "-q", "-h", server.address, "-p", str(server.port)]
    with running(command, address=server.address, port=server.port, log=server.folder / "server.log"):
        # It listens a moment before it takes anybody.
        while subprocess.run(ready, check=False).returncode != 0:
            time.sleep(0.02)
        yield
