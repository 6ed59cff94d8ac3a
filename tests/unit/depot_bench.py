"""A depot folder with one release, and the embedded server on it, asked in process."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.server import DepotServer, Limits

from tests.unit.lab.web.serve import Client, with_client

__all__ = ["BIG", "FOLDER", "PATH", "SMALL", "Bench", "publish"]

BIG = bytes(range(256)) * 1024  # 256 KiB
SMALL = b"@echo off\r\n"
PATH = "/pronote/2026.2.7/x64/setup.exe"
FOLDER = "/pronote/2026.2.7/x64"


def publish(root: Path, release: str = "2026.2.7") -> Path:
    """A release below a depot's root; returns its folder."""
    folder = root / release / "x64"
    folder.mkdir(parents=True)
    files = {"setup.exe": BIG, "install.cmd": SMALL}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    return folder


class Bench:
    """The server on a depot below ``root``, and its journal."""

    def __init__(self, root: Path, limits: Limits | None = None) -> None:
        self.root = root
        self.folder = publish(root)
        self.journal: list[dict[str, Any]] = []
        self._limits = limits or Limits()

    def use(self, use: Callable[[Client, DepotServer], Awaitable[Any]]) -> Any:
        """Run an event loop with the server and a client of it."""
        server = DepotServer(self.root, prefix="/pronote", limits=self._limits, record=self.journal.append)
        return with_client(server.application(), lambda client: use(client, server))

    def ask(self, path: str = PATH, method: str = "GET", **headers: str) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body of one request; ``If_Range`` is the header If-Range."""

        async def ask(client: Client, _: DepotServer) -> tuple[int, Mapping[str, str], bytes]:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            async with client.request(method, path, headers=given, allow_redirects=False) as answer:
                return answer.status, answer.headers, await answer.read()

        answer: tuple[int, Mapping[str, str], bytes] = self.use(ask)
        return answer
