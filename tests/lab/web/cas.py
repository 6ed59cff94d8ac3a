"""The ENT's CAS server: a login page over HTTPS, with what goes wrong there. Any browser or client is served alike.

``/cas/login`` is the protocol's own (Apereo CAS, "CAS Protocol 3.0 Specification"). The English words of a
refused service are its own, the French ones a guess.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from dataclasses import dataclass, field
from pathlib import Path

import trustme
from aiohttp import web

from tests.lab.journal import Journal
from tests.lab.web.hostile import HOSTILE_MODES, play

__all__ = ["CAS_CERTIFICATES", "CAS_MODES", "CasServer", "cas_app"]

_PAGE = (
    "<!DOCTYPE html><html><body><form method='post'><input name='username'><input name='password' type='password'>"
    "</form></body></html>"
)
_REFUSED_EN = "<html><body><h2>Application Not Authorized to Use CAS</h2></body></html>"
_REFUSED_FR = "<html><body>L'application n'est pas autorisée à utiliser CAS.</body></html>"
CAS_MODES = (
    *("ok", "cookie", "elsewhere", "loop", "back", "plain_http", "http_500", "refused_en", "refused_fr", "not_page"),
    *("hang", "slow", "close"),
)
CAS_CERTIFICATES = ("ok", "expired", "other_name", "untrusted")


@dataclass
class CasServer:
    """One CAS server. ``mode`` and ``certificate`` may change while it runs; connections made from then on see it."""

    address: str
    folder: Path
    mode: str = "ok"
    services: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority, stranger = trustme.CA(organization_name="lab ENT"), trustme.CA(organization_name="stranger")
        self.authority = self.folder / "authority.pem"
        authority.cert_pem.write_to_path(self.authority)
        now = dt.datetime.now(dt.UTC)
        self._certificates = {
            "ok": authority.issue_cert(self.address),
            "expired": authority.issue_cert(
                self.address, not_before=now - dt.timedelta(days=90), not_after=now - dt.timedelta(days=1)
            ),
            "other_name": authority.issue_cert("cas.other.example.org"),
            "untrusted": stranger.issue_cert(self.address),
        }
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.present("ok")

    def present(self, certificate: str) -> None:
        """Present another certificate from the next connection on."""
        self._certificates[certificate].configure_cert(self.context)


def cas_app(server: CasServer, journal: Journal) -> web.Application:
    """The application. Requests are journaled as ``web`` with ``server=cas``; services are remembered."""

    async def login(request: web.Request) -> web.StreamResponse:
        journal.add("web", server="cas", path=request.path_qs, mode=server.mode)
        server.services.append(request.query.get("service", ""))
        moved = {
            "elsewhere": "https://idp.example.org/saml?SAMLRequest=abc",
            "loop": f"/cas/login?step={len(server.services)}",
            "back": request.query.get("service", "").replace("http:", "https:") + "?ticket=ST-1",
            "plain_http": f"http://{server.address}/cas/login",
        }
        if server.mode == "cookie" and "TEST" not in request.cookies:
            return web.Response(status=302, headers={"Location": request.path_qs, "Set-Cookie": "TEST=1; Path=/cas"})
        if server.mode in moved:
            return web.Response(status=302, headers={"Location": moved[server.mode]})
        if server.mode in HOSTILE_MODES:
            return await play(request, server.mode)
        if server.mode == "hang":
            await asyncio.sleep(3600)
        if server.mode == "close" and request.transport is not None:
            request.transport.abort()
        if server.mode == "slow":
            response = web.StreamResponse(headers={"Content-Type": "text/html"})
            await response.prepare(request)
            while True:
                await response.write(b"<")
                await asyncio.sleep(0.1)
        status, text = {
            "http_500": (500, "<html>Internal Server Error</html>"),
            "refused_en": (403, _REFUSED_EN),
            "refused_fr": (200, _REFUSED_FR),
        }.get(server.mode, (200, _PAGE))
        if server.mode == "not_page":
            return web.json_response({"status": "UP"})
        return web.Response(status=status, text=text, content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/cas/login", login)])
    return app
