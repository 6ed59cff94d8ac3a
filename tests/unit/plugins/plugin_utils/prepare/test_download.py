from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import hdrs, web
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare import download as _download
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.download import (
    DownloadError,
    DownloadOptions,
    cached,
    fetch_file,
    fetch_page,
    forget,
)

from tests.unit.web_thread import serving

_NAME = "setup.exe"
_CONTENT = os.urandom(1 << 20)


class Site:
    """One file, served as ``mode`` says; every request's headers are kept."""

    def __init__(self) -> None:
        self.content = _CONTENT
        self.etag = '"one"'
        self.mode = "ok"
        self.asked: list[dict[str, str | None]] = []
        self.sent = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/{name}", self._serve)])
        return app

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        names = (hdrs.RANGE, hdrs.IF_RANGE, hdrs.USER_AGENT)
        self.asked.append({name: request.headers.get(name) for name in names})
        if self.mode.isdigit():
            raise _STATUSES[self.mode]()
        part = request.headers.get(hdrs.RANGE)
        fresh = request.headers.get(hdrs.IF_RANGE) == self.etag
        start = request.http_range.start or 0 if part and fresh and self.mode != "no_range" else 0
        if start >= len(self.content) and self.mode == "ok":
            raise web.HTTPRequestRangeNotSatisfiable
        headers = {} if self.mode == "no_validator" else {hdrs.ETAG: self.etag}
        if start and self.mode == "wrong_part":
            start += 1
        rest = self.content[start:]
        if start:
            headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        if self.mode != "chunked":
            headers[hdrs.CONTENT_LENGTH] = str(len(rest))
        response = web.StreamResponse(status=206 if start else 200, headers=headers)
        if self.mode == "chunked":
            response.enable_chunked_encoding()
        await response.prepare(request)
        cut = self.mode in {"cut", "no_range", "no_validator", "wrong_part"} and len(rest) > 1000
        sent = rest[: len(rest) // 2] if cut else rest
        self.sent += len(sent)
        await response.write(sent)
        if cut and request.transport is not None:
            request.transport.abort()
        else:
            await response.write_eof()
        return response


_STATUSES: dict[str, type[web.HTTPException]] = {
    "403": web.HTTPForbidden,
    "404": web.HTTPNotFound,
    "503": web.HTTPServiceUnavailable,
}


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def base(site: Site) -> Iterator[str]:
    with serving(site.app(), address="127.0.0.1") as url:
        yield url


@pytest.fixture
def options(tmp_path: Path) -> DownloadOptions:
    return DownloadOptions(folder=tmp_path / "downloads", timeout=10, tries=3, pause=0)


def _fetch(base: str, options: DownloadOptions) -> Any:
    return fetch_file(f"{base}/{_NAME}", _NAME, options=options, progress=lambda _have, _size: None)


def _left(options: DownloadOptions) -> set[str]:
    return {path.name for path in options.folder.iterdir()} if options.folder.exists() else set()


@pytest.mark.parametrize("mode", ["ok", "chunked"])
def test_a_file_comes_whole(site: Site, base: str, options: DownloadOptions, mode: str) -> None:
    site.mode = mode
    told: list[tuple[int, int | None]] = []
    done = fetch_file(f"{base}/{_NAME}", _NAME, options=options, progress=lambda have, size: told.append((have, size)))
    assert done.path.read_bytes() == _CONTENT
    assert (done.size, done.received) == (len(_CONTENT), len(_CONTENT))
    assert done.sha256 == hashlib.sha256(_CONTENT).hexdigest()
    assert told[-1] == (len(_CONTENT), len(_CONTENT) if mode == "ok" else None)
    assert _left(options) == {_NAME, f"{_NAME}.json"}
    assert len(site.asked) == 1
    assert str(site.asked[0][hdrs.USER_AGENT]).startswith("Mozilla/")


def test_a_transfer_that_breaks_off_goes_on_where_it_stopped(site: Site, base: str, options: DownloadOptions) -> None:
    site.mode = "cut"
    with pytest.raises(DownloadError, match=r"broke off 3 times .* bytes are kept in .*setup\.exe\.part"):
        _fetch(base, options)
    assert _left(options) == {f"{_NAME}.part", f"{_NAME}.part.json"}
    kept = (options.folder / f"{_NAME}.part").stat().st_size
    assert kept == len(_CONTENT) * 7 // 8
    # Another run, hours later.
    site.mode = "ok"
    done = _fetch(base, options)
    assert done.path.read_bytes() == _CONTENT
    assert done.received == len(_CONTENT) - kept
    assert site.asked[-1][hdrs.RANGE] == f"bytes={kept}-"
    assert site.asked[-1][hdrs.IF_RANGE] == site.etag
    assert site.sent == len(_CONTENT)


def test_a_file_that_changed_meanwhile_is_begun_again(site: Site, base: str, options: DownloadOptions) -> None:
    site.mode = "cut"
    with pytest.raises(DownloadError):
        _fetch(base, options)
    site.mode, site.etag, site.content = "ok", '"two"', os.urandom(1 << 20)
    assert _fetch(base, options).path.read_bytes() == site.content


def test_a_part_of_another_address_is_not_gone_on_with(site: Site, base: str, options: DownloadOptions) -> None:
    site.mode = "cut"
    with pytest.raises(DownloadError):
        _fetch(base, options)
    site.mode = "ok"
    fetch_file(f"{base}/other.exe", _NAME, options=options, progress=lambda _have, _size: None)
    assert site.asked[-1][hdrs.RANGE] is None


@pytest.mark.parametrize("mode", ["no_range", "no_validator", "wrong_part"])
def test_sites_that_cannot_resume(site: Site, base: str, options: DownloadOptions, mode: str) -> None:
    site.mode = mode
    with pytest.raises(DownloadError, match="broke off"):
        _fetch(base, options)
    site.mode = "ok"
    assert _fetch(base, options).path.read_bytes() == _CONTENT


@pytest.mark.parametrize("mode", ["ok", "chunked"])  # 416 where the site knows its file's size, all of it else
def test_a_part_that_is_too_long_is_begun_again(site: Site, base: str, options: DownloadOptions, mode: str) -> None:
    site.mode = mode
    options.folder.mkdir()
    (options.folder / f"{_NAME}.part").write_bytes(_CONTENT + b"!")
    note = {"url": f"{base}/{_NAME}", "validator": site.etag}
    (options.folder / f"{_NAME}.part.json").write_text(json.dumps(note))
    assert _fetch(base, options).path.read_bytes() == _CONTENT


@pytest.mark.parametrize("code", [403, 404, 503])
def test_a_refusal_is_asked_once(site: Site, base: str, options: DownloadOptions, code: int) -> None:
    site.mode = str(code)
    with pytest.raises(DownloadError, match=f"setup.exe could not be fetched: HTTP {code}"):
        _fetch(base, options)
    with pytest.raises(
        DownloadError, match=rf"the page .*/page could not be read: HTTP {code}.*pronote_prepare_instal"
    ):
        fetch_page(f"{base}/page", options=options)
    assert len(site.asked) == 2
    assert _left(options) == set()


def test_nobody_there(options: DownloadOptions) -> None:
    for fetch in (
        lambda: fetch_page("http://127.0.0.1:9/", options=options),
        lambda: _fetch("http://127.0.0.1:9", options),
    ):
        with pytest.raises(DownloadError, match=r"refused.*proxy"):
            fetch()


def test_a_page(site: Site, base: str, options: DownloadOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fetch_page(f"{base}/page", options=options) == _CONTENT
    monkeypatch.setattr(_download, "_MAX_PAGE", 1000)
    with pytest.raises(DownloadError, match="is not the download page"):
        fetch_page(f"{base}/page", options=options)


def test_what_is_there_already(site: Site, base: str, options: DownloadOptions) -> None:
    assert cached(_NAME, options=options, url=f"{base}/{_NAME}") is None
    done = _fetch(base, options)
    for select in ({"url": done.url}, {"sha256": done.sha256}, {"url": done.url, "sha256": done.sha256}):
        kept = cached(_NAME, options=options, **select)
        assert kept == replace(done, received=0)
    for select in ({"url": "http://elsewhere/"}, {"sha256": "0" * 64}):
        assert cached(_NAME, options=options, **select) is None
    done.path.write_bytes(b"changed")
    assert cached(_NAME, options=options, url=done.url) is None
    forget(_NAME, options=options)
    assert _left(options) == set()
    assert len(site.asked) == 1


@pytest.mark.parametrize("note", ["", "[]", "{", '{"url": 5}', "\x00"])
def test_a_note_that_is_none(site: Site, base: str, options: DownloadOptions, note: str) -> None:
    done = _fetch(base, options)
    done.path.with_name(f"{_NAME}.json").write_text(note)
    (options.folder / f"{_NAME}.part.json").write_text(note)
    assert cached(_NAME, options=options, url=done.url) is None
    assert _fetch(base, options).path.read_bytes() == _CONTENT


def test_a_disk_that_has_no_room_is_told_before(
    site: Site, base: str, options: DownloadOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs(options.folder.parent)
    small = os.statvfs_result((real.f_bsize, 4096, real.f_blocks, 10, 10, *list(real)[5:]))
    monkeypatch.setattr(os, "statvfs", lambda _path: small)
    with pytest.raises(DownloadError, match=r"has 0 MiB free, 2 MiB more are needed: make room"):
        _fetch(base, options)
    assert _left(options) == set()


def test_a_disk_that_fills_up(site: Site, base: str, options: DownloadOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            _fetch(base, options)
    assert _NAME not in _left(options)
    assert _fetch(base, options).path.read_bytes() == _CONTENT
