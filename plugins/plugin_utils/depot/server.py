# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded depot server, for a small school or a lab: ``python3 depot/server.py /srv/pronote --port 8080``.

A program that stands alone: no Ansible, the standard library and aiohttp (3.8 of Debian 12 and later), so that the role
``pronote_depot`` can copy this one file to a server. So it has no catalogue either: what it says is English, in the
log of its machine, as any web server's. It serves what the ``SHA256SUMS`` of a release's folder lists, and
nothing else: no listing, no hidden or half-written file, no link that leads elsewhere. Stations verify every byte by
digest and nothing here is secret, so nobody logs in; but whoever asks is a stranger, and may take no more than a share.
I/O: files and processes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import logging.handlers
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import IO, Any

from aiohttp import hdrs, web

__all__ = ["DepotFile", "DepotServer", "Limits", "main", "wanted_part"]

# Release, architecture and name, below a product's folder or not. A name never begins with a dot: neither `..` nor the
# hidden part files of a publication pass.
_RELATIVE = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*/){2,3}[A-Za-z0-9_][A-Za-z0-9._-]*", re.ASCII)
_SUMS_LINE = re.compile(r"([0-9a-f]{64}) [ *]([A-Za-z0-9_][A-Za-z0-9._-]*)", re.ASCII)
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII)
_SUMS = "SHA256SUMS"
_MAX_SUMS_BYTES = 1 << 16
_LARGEST_PIECE = 1 << 18
_SMALLEST_PIECE = 1 << 12
# A client that takes no byte for so long gives its place back. install.cmd's own limit is the same (--speed-time).
_STALLED_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the depot gives at once. 0: no limit. Rates are bytes per second."""

    transfers: int = 0
    client_transfers: int = 0  # of one address
    rate: int = 0
    client_rate: int = 0
    # An answer of up to so many bytes takes no place: install.cmd and response files are never refused.
    free_bytes: int = 1 << 16
    retry_after: int = 15  # seconds; up to twice as many are said, so that stations do not come back together


@dataclass(frozen=True, kw_only=True)
class DepotFile:
    """A file that its folder's SHA256SUMS lists, opened: what is sent is what was measured."""

    file: IO[bytes]
    size: int
    etag: str
    modified: float

    @classmethod
    def open(cls, root: Path, relative: str) -> DepotFile | None:
        """The file at this place of the depot, None when it is not published. Raises OSError for one that is broken."""
        if not _RELATIVE.fullmatch(relative):
            return None
        path = root / relative
        # A link below the depot could lead anywhere.
        if path.resolve() != path or not path.is_file():
            return None
        digest = "sums" if path.name == _SUMS else _listed(path.parent / _SUMS).get(path.name)
        if digest is None:
            return None
        file = path.open("rb")
        status = os.fstat(file.fileno())
        # With the time too: between two files of one publication the list is older than what it lists.
        etag = f'"{digest[:32]}-{status.st_mtime_ns:x}"'
        return cls(file=file, size=status.st_size, etag=etag, modified=status.st_mtime)


def _listed(sums: Path) -> dict[str, str]:
    """Names and digests of a SHA256SUMS file; a folder without one has nothing published."""
    try:
        with sums.open("rb") as file:
            text = file.read(_MAX_SUMS_BYTES).decode("ascii", "replace")
    except FileNotFoundError:
        return {}
    matches = (_SUMS_LINE.fullmatch(line) for line in text.splitlines())
    return {match[2]: match[1] for match in matches if match}


def wanted_part(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last + 1 of the bytes that a Range header asks for; None: all (RFC 9110, 14.2). Several ranges count
    as none, which a server may do. Raises ValueError when there is nothing at that place.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match[0] == "bytes=-":
        return None
    if not match[1]:
        start, stop = max(0, size - int(match[2])), size
    else:
        start, stop = int(match[1]), min(size, int(match[2]) + 1) if match[2] else size
        if match[2] and int(match[2]) < int(match[1]):
            return None  # not a range at all: ignored
    if start >= stop:
        raise ValueError(f"no byte at {header}")
    return start, stop


class _Pace:
    """A rate shared by whoever sends: each piece has its moment, in the order of asking."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._next = 0.0

    async def turn(self, count: int) -> None:
        """Wait until ``count`` more bytes may go."""
        if self._rate:
            now = time.monotonic()
            at = max(self._next, now)
            self._next = at + count / self._rate
            await asyncio.sleep(at - now)


class DepotServer:
    """Serves ``root`` below ``prefix``; ``record`` gets one journal entry for each request, when it has ended."""

    def __init__(self, root: Path, *, prefix: str, limits: Limits, record: Callable[[dict[str, Any]], None]) -> None:
        self._root = root.resolve()
        self._prefix = prefix.rstrip("/") + "/"
        self._limits = limits
        self._record = record
        self._pace = _Pace(limits.rate)
        self._paces: dict[str, _Pace] = {}
        self._busy: Counter[str] = Counter()  # transfers under way, by address
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        slowest = min((rate for rate in (limits.rate, limits.client_rate) if rate), default=0)
        self._piece = max(_SMALLEST_PIECE, min(_LARGEST_PIECE, slowest // 8)) if slowest else _LARGEST_PIECE

    def application(self) -> web.Application:
        """The web application; one for each event loop."""
        app = web.Application()
        app.router.add_route("*", "/{anything:.*}", self.handle)
        return app

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        began = time.monotonic()
        entry = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "client": request.remote or "",
            "method": request.method[:20],
            # Without the query, which is nobody's business here.
            "file": request.path.removeprefix(self._prefix)[:200],
            "range": (request.headers.get(hdrs.RANGE) or "")[:100],
            "status": 500,
            "bytes": 0,
            "complete": False,
        }
        try:
            response = await self._answer(request, entry)
            entry |= {"status": response.status, "complete": True}
        except OSError as exc:
            # The client went away or takes nothing any more, or the disk fails: a reset, which every client resumes.
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError(str(exc)) from exc
        finally:
            self._record({**entry, "seconds": round(time.monotonic() - began, 3)})
        return response

    async def drain(self, seconds: float) -> None:
        """Begin no transfer any more, and wait so long for those under way."""
        self._stopping = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    async def _answer(self, request: web.Request, entry: dict[str, Any]) -> web.StreamResponse:
        if request.method not in {"GET", "HEAD"}:
            return web.Response(status=405, headers={hdrs.ALLOW: "GET, HEAD"})
        relative = request.path.removeprefix(self._prefix) if request.path.startswith(self._prefix) else ""
        published = DepotFile.open(self._root, relative)
        if published is None:
            return web.Response(status=404)
        with published.file:
            return await self._send(request, published, entry)

    async def _send(self, request: web.Request, published: DepotFile, entry: dict[str, Any]) -> web.StreamResponse:
        headers = {
            hdrs.ACCEPT_RANGES: "bytes",
            hdrs.ETAG: published.etag,
            hdrs.LAST_MODIFIED: formatdate(published.modified, usegmt=True),
        }
        if status := _precondition(request, published):
            return web.Response(status=status, headers=headers)
        try:
            part = wanted_part(_range_header(request, published), published.size)
        except ValueError:
            return web.Response(status=416, headers={**headers, hdrs.CONTENT_RANGE: f"bytes */{published.size}"})
        start, stop = part or (0, published.size)
        headers[hdrs.CONTENT_TYPE] = "application/octet-stream"
        headers[hdrs.CONTENT_LENGTH] = str(stop - start)
        if part is not None:
            headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{stop - 1}/{published.size}"
        response = web.StreamResponse(status=206 if part else 200, headers=headers)
        if request.method == "HEAD":
            await response.prepare(request)
            return response
        client = request.remote or ""
        takes_place = stop - start > self._limits.free_bytes
        if takes_place and self._is_full(client):
            wait = self._limits.retry_after + random.randint(0, self._limits.retry_after)  # noqa: S311  (to spread)
            return web.Response(status=503, headers={hdrs.RETRY_AFTER: str(wait)})
        with self._place(client, taken=takes_place) as pace:
            entry["status"] = response.status
            await response.prepare(request)
            published.file.seek(start)
            await self._pieces(response, published.file, stop - start, pace, entry)
            await response.write_eof()
        return response

    async def _pieces(
        self, response: web.StreamResponse, file: IO[bytes], left: int, pace: _Pace, entry: dict[str, Any]
    ) -> None:
        while left:
            piece = file.read(min(left, self._piece))
            if not piece:
                raise OSError(f"a file of the depot ended {left} bytes early")
            await self._pace.turn(len(piece))
            await pace.turn(len(piece))
            # A reset instead of a hang: the station resumes, and its place is free.
            await asyncio.wait_for(response.write(piece), _STALLED_SECONDS)
            entry["bytes"] += len(piece)
            left -= len(piece)

    def _is_full(self, client: str) -> bool:
        limits = self._limits
        return (
            self._stopping
            or (0 < limits.transfers <= self._busy.total())
            or (0 < limits.client_transfers <= self._busy[client])
        )

    @contextmanager
    def _place(self, client: str, *, taken: bool) -> Iterator[_Pace]:
        """A place among the transfers, and the address's own pace, shared by its connections."""
        pace = self._paces.setdefault(client, _Pace(self._limits.client_rate))
        self._busy[client] += taken
        if taken:
            self._idle.clear()
        try:
            yield pace
        finally:
            self._busy[client] -= taken
            if self._busy[client] <= 0:
                self._paces.pop(client, None)
                del self._busy[client]
            if not self._busy:
                self._idle.set()


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def _precondition(request: web.Request, published: DepotFile) -> int:
    """304 or 412 when a condition of the request says so, else 0 (RFC 9110, 13.2.2)."""
    match, none_match = (request.headers.get(name) for name in (hdrs.IF_MATCH, hdrs.IF_NONE_MATCH))
    modified = int(published.modified)
    if match is not None:
        if match.strip() != "*" and published.etag not in {tag.strip() for tag in match.split(",")}:
            return 412
    elif (since := request.if_unmodified_since) is not None and modified > since.timestamp():
        return 412
    if none_match is not None:
        return 304 if none_match.strip() == "*" or published.etag in _tags(none_match) else 0
    since = request.if_modified_since
    return 304 if since is not None and modified <= since.timestamp() else 0


def _range_header(request: web.Request, published: DepotFile) -> str | None:
    """The Range header, unless If-Range says that the file is another by now: then all of it is sent."""
    condition = request.headers.get(hdrs.IF_RANGE)
    if condition is not None and condition.strip() not in {
        published.etag,
        formatdate(published.modified, usegmt=True),
    }:
        return None
    return request.headers.get(hdrs.RANGE)


async def _serve(server: DepotServer, *, address: str, port: int, grace: float) -> None:
    runner = web.AppRunner(server.application(), access_log=None, keepalive_timeout=15, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, address, port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await site.start()
        logging.getLogger("depot").info("serving on %s port %s", *runner.addresses[0][:2])
        await stop.wait()
        await server.drain(grace)
    finally:
        await runner.cleanup()


def _rate(text: str) -> int:
    match = re.fullmatch(r"(\d{1,12})([kMG]?)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of bytes per second, as in 800k or 12M")
    return int(match[1]) * {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3}[match[2]]


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder; publish a release first")
    return path


def _recorder(journal: str) -> Callable[[dict[str, Any]], None]:
    """JSON lines on standard output or in a file, which a logrotate may move away at any time."""
    handler = logging.StreamHandler() if journal == "-" else logging.handlers.WatchedFileHandler(journal)
    logger = logging.getLogger("depot.journal")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
    return lambda entry: logger.info("%s", json.dumps(entry))


def main(arguments: list[str] | None = None) -> int:
    """The program; ends with SIGTERM or SIGINT, after the transfers under way."""
    parser = argparse.ArgumentParser(description="Serve a PRONOTE depot to stations.")
    parser.add_argument("folder", type=_folder, help="the depot")
    parser.add_argument("--address", default="0.0.0.0", help="address to listen on (default: all)")  # noqa: S104
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--prefix", default="/pronote", help="path before the releases (default: %(default)s)")
    parser.add_argument("--transfers", type=int, default=20, help="at once; 0: no limit (default: %(default)s)")
    parser.add_argument("--client-transfers", type=int, default=2, help="of one address (default: %(default)s)")
    parser.add_argument("--rate", type=_rate, default=0, help="bytes per second in total, as 12M; 0: no limit")
    parser.add_argument("--client-rate", type=_rate, default=0, help="bytes per second of one address")
    parser.add_argument("--journal", default="-", help="file of the access journal (default: standard error)")
    parser.add_argument("--grace", type=float, default=60, help="seconds for running transfers when stopped")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    limits = Limits(
        transfers=given.transfers,
        client_transfers=given.client_transfers,
        rate=given.rate,
        client_rate=given.client_rate,
    )
    server = DepotServer(given.folder, prefix=given.prefix, limits=limits, record=_recorder(given.journal))
    try:
        asyncio.run(_serve(server, address=given.address, port=given.port, grace=given.grace))
    except OSError as exc:
        # The port is taken, or not ours to use.
        parser.error(f"cannot serve on {given.address} port {given.port}: {exc}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
