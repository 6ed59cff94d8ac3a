"""The depot's web server: the product's own (``plugin_utils/depot/server.py``), and faults for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from aiohttp import hdrs, web
from ansible_collections.rentree.pronote.plugins.plugin_utils.depot.server import (
    DepotFile,
    DepotServer,
    Limits,
    wanted_part,
)

from tests.lab.journal import Journal

__all__ = ["DEPOT_FAULTS", "DepotFault", "DepotFaults", "depot_app"]

DepotFault = Literal[
    "missing",  # 404
    "unavailable",  # 503, as a server under maintenance
    "corrupt",  # the byte in the middle of the file is changed, whatever part of it is asked for
    "cut",  # half of what was asked for, then the connection is reset: a client that resumes gets nearer each time
    "no_range",  # the whole file with 200, as servers without Range do it
    "range_refused",  # half of it, and 403 to who asks for the rest, as filters do that let no range pass
    "other_part",  # half of it, and the beginning again, as its rest, to who asks for the rest
    "slow",  # five bytes a second
    "login",  # 407, as a proxy that stands between and wants to know who asks
]
DEPOT_FAULTS: tuple[str, ...] = get_args(DepotFault)
# Between two bytes of a slow answer, in seconds: the connection is never idle, so that only a speed limit notices.
_SLOW_PAUSE = 0.2
# Cut the first answer only, so that somebody asks for the rest.
_ONCE = frozenset({"range_refused", "other_part"})


@dataclass
class DepotFaults:
    """What goes wrong: one of DEPOT_FAULTS, for a file name or for one client. Takes effect at the next request."""

    by_name: dict[str, str] = field(default_factory=dict)
    # (client's address, file name) -> what goes wrong for this client.
    of_client: Callable[[str, str], str | None] = field(default=lambda _client, _name: None)

    # Who has been answered with a fault, and for which file.
    asked: set[tuple[str | None, str]] = field(default_factory=set)

    def of(self, client: str | None, name: str) -> str | None:
        """What goes wrong with this request."""
        return self.of_client(client or "", name) or self.by_name.get(name)


async def _bytes(request: web.Request, content: bytes, *, fault: str, first: bool) -> web.StreamResponse:
    size = len(content)
    try:
        part = None if fault == "no_range" else wanted_part(request.headers.get(hdrs.RANGE), size)
    except ValueError as exc:
        raise web.HTTPRequestRangeNotSatisfiable(headers={hdrs.CONTENT_RANGE: f"bytes */{size}"}) from exc
    start, stop = part or (0, size)
    partial = part is not None
    if start and fault == "range_refused":
        raise web.HTTPForbidden
    if start and fault == "other_part":
        start = 0
    response = web.StreamResponse(status=206 if partial else 200, headers={hdrs.CONTENT_LENGTH: str(stop - start)})
    if partial:
        response.headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{stop - 1}/{len(content)}"
    await response.prepare(request)
    if fault == "slow":
        for at in range(start, stop):
            await response.write(content[at : at + 1])
            await asyncio.sleep(_SLOW_PAUSE)
    elif fault == "cut" or (first and fault in _ONCE):
        await response.write(content[start : start + (stop - start) // 2])
        if request.transport is not None:
            request.transport.abort()
    else:
        await response.write(content[start:stop])
        await response.write_eof()
    return response


def depot_app(folder: Path, journal: Journal, faults: DepotFaults, *, limits: Limits | None = None) -> web.Application:
    """Serve ``folder`` below ``/depot/``. Requests are journaled as ``web`` with the client's address."""

    def record(entry: dict[str, Any]) -> None:
        journal.add(
            "web",
            server="depot",
            path=entry["file"],
            client=entry["client"],
            range=entry["range"] or None,
            fault=None,
            status=entry["status"],
            bytes=entry["bytes"],
        )

    root = folder.resolve()
    server = DepotServer(root, prefix="/depot", limits=limits or Limits(), record=record)

    async def serve(request: web.Request) -> web.StreamResponse:
        relative = request.match_info["path"]
        fault = faults.of(request.remote, relative.rpartition("/")[2])
        if fault is None:
            return await server.handle(request)
        journal.add(
            "web",
            server="depot",
            path=relative,
            client=request.remote,
            range=request.headers.get(hdrs.RANGE),
            fault=fault,
        )
        if fault not in DEPOT_FAULTS:
            raise web.HTTPInternalServerError(text=f"the lab knows no depot fault {fault!r}")
        if fault == "login":
            raise web.HTTPProxyAuthenticationRequired
        published = DepotFile.open(root, relative)
        if published is None or fault == "missing":
            raise web.HTTPNotFound
        with published.file as file:
            content = bytearray(file.read())
        if fault == "unavailable":
            raise web.HTTPServiceUnavailable
        if fault == "corrupt" and content:
            content[len(content) // 2] ^= 0xFF
        asked = (request.remote, relative)
        first = asked not in faults.asked
        faults.asked.add(asked)
        return await _bytes(request, bytes(content), fault=fault, first=first)

    app = web.Application()
    app.add_routes([web.get("/depot/{path:.+}", serve)])
    return app
