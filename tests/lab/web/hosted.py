"""Hosted PRONOTE servers, one per school, below ``/<UAI>/pronote/``: the JSON, the page, the settings, the refusals.

Shapes and sentences: docs/fidelity.md, H. In the real hosting each school has a
host name of its own, and so it has here for who sends that name; the path of its own is for everybody else, so that no
name needs to resolve.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import utc_now

from tests.lab.journal import Journal
from tests.lab.web.hostile import HOSTILE_MODES, play

__all__ = ["MODES", "PAGE_MODES", "SETTINGS_MODES", "HostedSchool", "hosted_app"]

_DOMAIN = "index-education.net"
_SUSPENDED_FR = "<html><body><h1>Votre adresse IP est provisoirement suspendue</h1></body></html>"
_SUSPENDED_EN = "<html><body><h1>Your IP address is temporarily suspended!</h1></body></html>"
_UNAVAILABLE = "<html><body><h1>Le site n'est pas disponible</h1></body></html>"
_MOMENTARILY = "<html><body><h1>Le site est momentanément indisponible</h1></body></html>"
_NOT_FOUND = "<html><body><h1>La page demandée n'existe pas</h1></body></html>"
# Refusals: HTTP status and page. Their statuses are not documented; both 200 and errors are played.
_PAGES: dict[str, tuple[int, str]] = {
    "suspended_fr": (200, _SUSPENDED_FR),
    "suspended_en": (403, _SUSPENDED_EN),
    "unavailable": (200, _UNAVAILABLE),
    "momentarily_unavailable": (503, _MOMENTARILY),
    "not_found": (404, _NOT_FOUND),
    "html": (200, "<!DOCTYPE html><html><body>Bonjour</body></html>"),
    "nonsense": (200, "{version: nonsense"),
    "no_version": (200, '{"modeModif":false,"nomEtab":"X"}'),
    "list": (200, "[1, 2, 3]"),
    "http_500": (500, "Internal Server Error"),
}
# What the page at /pronote/ does alone, while the description is sound: where it sends a browser, or a refusal.
PAGE_MODES = (
    *("ok", "no_redirect", "to_itself", "to_its_own_page", "to_another", "plain_http", "malformed", "no_service"),
    *("another_service", "bad_service", "hang", "close", *_PAGES),
)
# What the client's settings are alone. The file is one line of UTF-8; what else it is here, nobody has seen.
_FILES: dict[str, bytes] = {
    "empty": b"",
    "two_lines": b"Serveur=A:0310001a.index-education.net:49300\r\nServeur=B:evil.example.org:49300\r\n",
    "hidden_line": "Serveur=A:0310001a.index-education.net:49300\u2028Serveur=B:evil.example.org:49300".encode(),
    "another_server": b"Serveur=A:evil.example.org:49300",
    "no_address": b"Serveur=A::49300",
    "command": b'Serveur=A:x" & calc & ":49300',
    "colon_in_label": b"Serveur=A: B:0310001a.index-education.net:49300",
    "long_label": b"Serveur=" + b"A" * 101 + b":0310001a.index-education.net:49300",
    "turned_label": "Serveur=A\u202eB:0310001a.index-education.net:49300".encode(),
    "port_0": b"Serveur=A:0310001a.index-education.net:0",
    "port_70000": b"Serveur=A:0310001a.index-education.net:70000",
    "other_key": b"Server=A:0310001a.index-education.net:49300",
    "not_utf8": b"Serveur=Lyc\xe9e:0310001a.index-education.net:49300",
    "utf16": "Serveur=A:0310001a.index-education.net:49300".encode("utf-16"),
    "binary": bytes(range(256)),
    "huge": b"Serveur=A:0310001a.index-education.net:49300" + b" " * (1 << 20),
}
SETTINGS_MODES = ("ok", "mark", "redirect", "hang", "close", "truncated", *_FILES, *_PAGES)
MODES = ("ok", "redirect", "truncated", "hang", "slow", "close", "header_mismatch", "sparse", *_PAGES)


@dataclass
class HostedSchool:
    """One school's server. ``release`` may have a hot fix as a fourth part; ``cas`` is the ENT's address or empty."""

    uai: str
    name: str
    release: str
    mode: str = "ok"
    cas: str = ""
    page: str = "ok"
    settings: str = "ok"
    # The tokens given out: tests look for them in every output.
    tokens: list[str] = field(default_factory=list)

    def info(self) -> dict[str, Any]:
        """The answer of InfoMobileApp.json. ``date`` is the time of the request, the CAS token changes each time."""
        token = secrets.token_hex(16)
        self.tokens.append(token)
        answer: dict[str, Any] = {
            "modeModif": True,
            "version": [int(part) for part in self.release.split(".")],
            "date": utc_now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "CAS": {"actif": bool(self.cas), "jetonCAS": token, **({"casURL": self.cas} if self.cas else {})},
            "espaces": [{"nom": "Espace Professeurs", "URL": "mobile.professeur.html"}],
            "nomEtab": f"{self.name}\r\n",
        }
        if self.mode == "sparse":
            # Optional fields are really absent at times.
            answer = {"version": answer["version"]}
        return answer

    def redirect(self, own: str) -> str:
        """Where the page sends a browser; ``own`` is its own address. The token goes along, and is remembered."""
        token = secrets.token_hex(16)
        self.tokens.append(token)
        plain = self.cas.replace("https://", "http://")
        return {
            "to_itself": own,
            "to_its_own_page": "professeur.html",
            "to_another": f"https://cas.another.example.org/login?service={own}",
            "plain_http": f"{plain}/login?service={own}",
            "malformed": "https://[cas/login",
            "no_service": f"{self.cas}/login?jetonCAS={token}",
            "another_service": f"{self.cas}/login?service=https://pronote.another.example.org/pronote/",
            "bad_service": f"{self.cas}/login?service=pronote",
        }.get(self.page, f"{self.cas}/login?service={own}%3FjetonCAS%3D{token}&jetonCAS={token}")

    def server_header(self) -> str:
        """``PRONOTE 2024.3.9 Microsoft-HTTPAPI/2.0``; the older form up to 2019."""
        release = "2020.0.0.1" if self.mode == "header_mismatch" else self.release
        year, _, rest = release.partition(".")
        if int(year) <= 2019:
            return f"PRONOTE {year} - {rest}"
        return f"PRONOTE {release} Microsoft-HTTPAPI/2.0"


def _uai_of_host(host: str) -> str:
    name, _, domain = host.partition(":")[0].partition(".")
    return name if domain.lower() == _DOMAIN else ""


def hosted_app(schools: dict[str, HostedSchool], journal: Journal) -> web.Application:
    """The application of every school's server. Requests are journaled as ``web`` with the school's UAI."""

    def school_of(request: web.Request) -> HostedSchool:
        # Upper and lower case are both in use, in addresses as in host names.
        uai = (request.match_info.get("uai") or _uai_of_host(request.host)).upper()
        school = schools.get(uai)
        mode = None if school is None else school.mode
        journal.add("web", server="hosted", uai=uai, path=request.path_qs, mode=mode)
        if school is None:
            raise web.HTTPNotFound(text=_NOT_FOUND, content_type="text/html")
        return school

    def html(school: HostedSchool, text: str, status: int = 200) -> web.Response:
        return web.Response(
            status=status, text=text, content_type="text/html", headers={"Server": school.server_header()}
        )

    async def misbehave(request: web.Request, school: HostedSchool, mode: str = "") -> web.StreamResponse | None:
        mode = mode or school.mode
        if mode in HOSTILE_MODES:
            return await play(request, mode)
        if mode in _PAGES:
            status, text = _PAGES[mode]
            return html(school, text, status)
        if mode == "redirect":
            return web.Response(status=302, headers={"Location": "https://ent.example.org/"})
        if mode == "hang":
            await asyncio.sleep(3600)
        if mode == "close" and request.transport is not None:
            request.transport.abort()
        return None

    async def info(request: web.Request) -> web.StreamResponse:
        school = school_of(request)
        refused = await misbehave(request, school)
        if refused is not None:
            return refused
        if request.query.get("id", "").upper() != "0D264427-EEFC-4810-A9E9-346942A862A4":
            return html(school, _NOT_FOUND, 404)
        body = json.dumps(school.info(), ensure_ascii=False).encode()
        headers = {"Server": school.server_header(), "Content-Type": "application/json; charset=utf-8"}
        if school.mode == "slow":
            # Never idle for long, never done in good time: five bytes a second.
            response = web.StreamResponse(headers={**headers, "Content-Length": str(len(body))})
            await response.prepare(request)
            for at in range(len(body)):
                await response.write(body[at : at + 1])
                await asyncio.sleep(0.2)
            return response
        if school.mode == "truncated":
            return await cut_off(request, body, headers)
        return web.Response(body=body, headers=headers)

    async def cut_off(request: web.Request, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
        response = web.StreamResponse(headers={**headers, "Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        if request.transport is not None:
            request.transport.abort()
        return response

    async def page(request: web.Request) -> web.StreamResponse:
        school = school_of(request)
        refused = await misbehave(request, school)
        if refused is None and school.page in HOSTILE_MODES:
            refused = await play(request, school.page)
        if refused is not None:
            return refused
        if school.page in _PAGES:
            status, text = _PAGES[school.page]
            return html(school, text, status)
        if school.page == "hang":
            await asyncio.sleep(3600)
        if school.page == "close" and request.transport is not None:
            request.transport.abort()
        if school.cas and school.page != "no_redirect":
            location = school.redirect(str(request.url))
            return web.Response(status=302, headers={"Location": location, "Server": school.server_header()})
        return html(school, "<html><body>PRONOTE</body></html>")

    async def settings(request: web.Request) -> web.StreamResponse:
        school = school_of(request)
        refused = await misbehave(request, school) or await misbehave(request, school, school.settings)
        if refused is not None:
            return refused
        line = f"Serveur={school.name}:{school.uai.lower()}.{_DOMAIN}:49300"
        body = _FILES.get(school.settings, line.encode("utf-8-sig" if school.settings == "mark" else "utf-8"))
        headers = {"Server": school.server_header(), "Content-Type": "application/octet-stream"}
        if school.settings == "truncated":
            return await cut_off(request, body, headers)
        return web.Response(body=body, headers=headers)

    app = web.Application()
    app.add_routes(
        [
            web.get(f"{school_path}/pronote/{name}", handler)
            for school_path in ("/{uai}", "")
            for name, handler in (("InfoMobileApp.json", info), ("ParamClient.pcprn", settings), ("", page))
        ]
    )
    return app
