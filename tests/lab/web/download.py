"""The publisher's download site: two pages with direct links, and the files on another host name.

Shapes: docs/fidelity.md, F. No machine-readable list exists; the number after ``tele`` varies, so a
client has to read the page. Pre-releases are on a page of their own.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import hdrs, web

from tests.lab.journal import Journal
from tests.lab.web.hostile import HOSTILE_MODES, play, without_length

__all__ = ["DOWNLOAD_MODES", "DownloadSite", "Installer", "download_app"]

_PAGES = {
    "/fr/telecharger-pronote.php": False,
    "/fr/telecharger-pronote-pre-version.php": True,
}
_WINDOWS = {"x64": "win64", "x86": "win32"}
# Folder and name by product. Those of EDT are made after the client's: nobody has them from a source, and no page here
# links them either (docs/fidelity.md, M7).
_NAMES = {"pronote_client": ("pn", "Install_PRNclient_FR"), "edt_monoposte": ("edt", "Install_EDTmonoposte_FR")}
# What happens to a file; "ok", or one of the ways in which a download has been seen to be something else.
DOWNLOAD_MODES = (
    "ok",
    "missing",  # 404
    "html_200",  # an error page with status 200
    "truncated",  # half of the file, complete as far as HTTP can tell
    "cut",  # half of what was asked for, then the connection is reset; less than a KiB comes whole
    "no_length",  # whole, and without a length: the end of the connection is the end of the file
    "cut_no_length",  # half of it in the same way
)


@dataclass(frozen=True, kw_only=True)
class Installer:
    """A published installer: the file that stands for it on this machine. ``arch`` is x64 or x86."""

    release: str
    arch: str
    file: Path
    preview: bool = False
    label: str = "Client"
    product: str = "pronote_client"

    @property
    def path(self) -> str:
        """Its path on the file host, as published."""
        year = self.release.partition(".")[0]
        folder, name = _NAMES[self.product]
        return f"/telechargement/{folder}/v{year}.0/exe/{name}_{self.release}_{_WINDOWS[self.arch]}.exe"


@dataclass
class DownloadSite:
    """What is published. ``files_url``: where the files are, as the page says it; empty for the page's own host."""

    installers: list[Installer] = field(default_factory=list)
    files_url: str = ""
    modes: dict[str, str] = field(default_factory=dict)  # file name -> one of DOWNLOAD_MODES or HOSTILE_MODES
    # A page as it was found elsewhere, shown instead of the composed one: page path -> HTML, or one of HOSTILE_MODES.
    pages: Mapping[str, str] = field(default_factory=dict)

    def page(self, *, preview: bool, base: str) -> str:
        """The download page: a heading per release, a direct link per file, among links of other kinds."""
        links = "\n".join(
            f'<li>{html.escape(i.label)} {_WINDOWS[i.arch]} {html.escape(i.release)} <a class="btn btn-sm btn-primary" '
            f'href="{html.escape(base + i.path)}">Télécharger</a></li>'
            for i in self.installers
            if i.preview is preview and i.product == "pronote_client"
        )
        return (
            '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><title>Télécharger PRONOTE</title></head>\n'
            '<body><nav><a class="btn btn-sm btn-primary" href="/fr/assistance.php">Assistance</a></nav>\n'
            f"<h1>Télécharger PRONOTE{' (pré-version)' if preview else ''}</h1>\n<ul>\n{links}\n</ul>\n</body></html>\n"
        )


async def _cut(request: web.Request, content: bytes) -> web.StreamResponse:
    """Half of what was asked for, then a reset. A client that resumes (Range with If-Range) gets nearer each time."""
    etag = f'"{len(content):x}"'
    start = request.http_range.start if request.headers.get(hdrs.IF_RANGE) == etag else None
    headers = {hdrs.CONTENT_LENGTH: str(len(content) - (start or 0)), hdrs.ETAG: etag}
    if start is not None:
        headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    response = web.StreamResponse(status=200 if start is None else 206, headers=headers)
    await response.prepare(request)
    rest = content[start or 0 :]
    if len(rest) < 1024:
        await response.write(rest)
        await response.write_eof()
        return response
    await response.write(rest[: len(rest) // 2])
    if request.transport is not None:
        request.transport.abort()
    return response


def download_app(site: DownloadSite, journal: Journal) -> web.Application:
    """The application of the site. Requests are journaled as ``web``, ``server="download"``."""

    def note(request: web.Request) -> None:
        journal.add(
            "web",
            server="download",
            path=request.path,
            method=request.method,
            client=request.remote,
            range=request.headers.get(hdrs.RANGE),
        )

    async def page(request: web.Request) -> web.StreamResponse:
        note(request)
        text = site.pages.get(request.path)
        if text in HOSTILE_MODES:
            return await play(request, text)
        if text is None:
            base = site.files_url.rstrip("/") or f"{request.scheme}://{request.host}"
            text = site.page(preview=_PAGES[request.path], base=base)
        return web.Response(text=text, content_type="text/html", charset="utf-8")

    async def installer(request: web.Request) -> web.StreamResponse:
        note(request)
        found = next((i for i in site.installers if i.path == request.path), None)
        mode = site.modes.get(request.path.rpartition("/")[2], "ok")
        if mode in HOSTILE_MODES:
            return await play(request, mode)
        if mode not in DOWNLOAD_MODES:
            raise web.HTTPInternalServerError(text=f"the lab knows no download mode {mode!r}")
        if found is None or mode == "missing":
            raise web.HTTPNotFound
        if mode == "html_200":
            return web.Response(text="<html><body>Erreur interne</body></html>", content_type="text/html")
        if mode == "ok":
            return web.FileResponse(found.file)
        content = found.file.read_bytes()
        if mode in {"no_length", "cut_no_length"}:
            return await without_length(request, content if mode == "no_length" else content[: len(content) // 2])
        if mode == "truncated":
            return web.Response(body=content[: len(content) // 2], content_type="application/octet-stream")
        return await _cut(request, content)

    app = web.Application()
    app.add_routes([web.get(path, page) for path in _PAGES])
    app.add_routes([web.get("/telechargement/{path:.+}", installer)])
    return app
