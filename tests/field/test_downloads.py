"""Downloads that heal: whatever a site does with ranges, no run leaves what a later one cannot go on from. To add a
case: a line of the table, or a mode of the site."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import hdrs, web
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.download import (
    Download,
    DownloadError,
    DownloadOptions,
    fetch_file,
)

from tests.unit.web_thread import serving

_NAME = "setup.exe"
_CONTENT, _OTHER = os.urandom(1 << 20), os.urandom((1 << 20) + 77)
_BLOCK = 300 << 10


class _Site:
    """One file. ``mode`` says how it answers to ranges; ``cut``: after how many bytes the next answers break off."""

    def __init__(self) -> None:
        self.content = _CONTENT
        self.validator: dict[str, str] = {"ETag": '"one"'}
        self.mode, self.cut = "ok", [500_000]
        self.asked: list[str] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/{name}", self._serve)])
        return app

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        asked = request.headers.get(hdrs.RANGE, "")
        self.asked.append(asked)
        if asked and self.mode.isdigit():
            return web.Response(status=int(self.mode))
        start = int(asked[6:-1]) if asked and self.mode != "passes over" else 0
        status, headers, body = 200, dict(self.validator), self.content
        if start:
            status, body = 206, self.content[start:]
            headers[hdrs.CONTENT_RANGE] = self._range(start, len(self.content) - 1)
        if self.mode == "blocks":
            status, body = 206, self.content[start : start + _BLOCK]
            headers[hdrs.CONTENT_RANGE] = self._range(start, start + len(body) - 1)
        if self.mode == "unasked 206" and not start:
            status = 206
            headers[hdrs.CONTENT_RANGE] = self._range(0, len(body) - 1)
        if self.mode == "gzip" or (self.mode == "gzip when resumed" and start):
            body = gzip.compress(body)
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        if self.mode == "no ranges":
            headers[hdrs.ACCEPT_RANGES] = "none"
        headers[hdrs.CONTENT_LENGTH] = str(len(body))
        response = web.StreamResponse(status=status, headers=headers)
        await response.prepare(request)
        cut = self.cut.pop(0) if self.cut else None
        await response.write(body if cut is None else body[:cut])
        if cut is not None and cut < len(body) and request.transport is not None:
            request.transport.abort()
        else:
            await response.write_eof()
        return response

    def _range(self, start: int, end: int) -> str:
        total: object = len(self.content)
        if self.mode == "shifted":
            start += 1
        if self.mode == "nonsense":
            return "bytes all"
        if self.mode == "unknown whole":
            total = "*"
        if self.mode == "impossible":
            end, total = end + 10, end
        return f"bytes {start}-{end}/{total}"


@pytest.fixture
def site() -> _Site:
    return _Site()


@pytest.fixture
def base(site: _Site) -> Iterator[str]:
    with serving(site.app(), address="127.0.0.1") as url:
        yield url


def _options(folder: Path, **changes: Any) -> DownloadOptions:
    return DownloadOptions(folder=folder, **{"timeout": 10, "tries": 3, "pause": 0, **changes})


def _fetch(base: str, options: DownloadOptions) -> Download:
    return fetch_file(f"{base}/{_NAME}", _NAME, options=options, progress=lambda _have, _size: None)


@pytest.mark.parametrize(
    ("source", "mode", "resumes"),
    [
        ("curl: a sound site", "ok", True),
        ("curl 33: ranges are passed over", "passes over", False),
        ("nginx: another part than asked", "shifted", False),
        ("a filter: a range that is none", "nonsense", False),
        ("a filter: an impossible range", "impossible", False),
        ("IIS: the whole is not known", "unknown whole", True),
        ("a filter: 403 to ranges", "403", False),
        ("a filter: 400 to ranges", "400", False),
        ("a filter: 412", "412", False),
        ("curl 36: 416", "416", False),
        ("a cache: 304", "304", False),
        ("501", "501", False),
        ("a cache: blocks", "blocks", True),
        ("a cache: 206 unasked", "unasked 206", True),
        ("a proxy: packed when resumed", "gzip when resumed", False),
    ],
)
def test_a_transfer_that_broke_off_comes_to_its_end_in_the_same_run(
    source: str, mode: str, resumes: bool, site: _Site, base: str, tmp_path: Path
) -> None:
    site.mode = mode
    found = _fetch(base, _options(tmp_path))
    assert found.path.read_bytes() == _CONTENT, source
    assert (found.received == len(_CONTENT)) is resumes, source
    assert sorted(path.name for path in tmp_path.iterdir()) == [_NAME, f"{_NAME}.json"]


@pytest.mark.parametrize(
    "mode", ["ok", "passes over", "shifted", "403", "416", "304", "blocks", "gzip", "unknown whole"]
)
@pytest.mark.parametrize("left", ["of the file", "of another", "whole", "longer", "empty", "zeros"])
def test_whatever_a_killed_run_left_a_later_one_heals_it(
    mode: str, left: str, site: _Site, base: str, tmp_path: Path
) -> None:
    """Of zeros, which a power cut leaves, the digest or the signature tells, and everything is forgotten then."""
    part = {
        "of the file": _CONTENT[:400_000],
        "of another": _OTHER[:400_000],
        "whole": _CONTENT,
        "longer": _CONTENT + b"x",
        "empty": b"",
        "zeros": bytes(400_000),
    }[left]
    (tmp_path / f"{_NAME}.part").write_bytes(part)
    validator = '"another"' if left == "of another" else '"one"'
    note = {"url": f"{base}/{_NAME}", "validator": validator, "vouched": []}
    (tmp_path / f"{_NAME}.part.json").write_text(json.dumps(note), encoding="utf-8")
    site.mode, site.cut = mode, []
    found = _fetch(base, _options(tmp_path))
    spoilt = left == "zeros" and found.received < len(_CONTENT)
    assert spoilt or found.path.read_bytes() == _CONTENT


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("the ETag changed", {hdrs.ETAG: '"one"'}, {hdrs.ETAG: '"two"'}),
        (
            "the date changed",
            {hdrs.LAST_MODIFIED: "Mon, 02 Nov 2026 08:00:00 GMT"},
            {hdrs.LAST_MODIFIED: "Tue, 03 Nov 2026 08:00:00 GMT"},
        ),
        ("an ETag where there was a date", {hdrs.LAST_MODIFIED: "Mon, 02 Nov 2026 08:00:00 GMT"}, {hdrs.ETAG: '"two"'}),
    ],
)
def test_a_site_that_passes_if_range_over_does_not_mix_two_files(
    source: str, before: dict[str, str], after: dict[str, str], site: _Site, base: str, tmp_path: Path
) -> None:
    site.validator, site.cut = before, [500_000, 500_000]
    with pytest.raises(DownloadError):
        _fetch(base, _options(tmp_path, tries=1))
    site.content, site.validator, site.cut = _OTHER, after, []
    assert _fetch(base, _options(tmp_path)).path.read_bytes() == _OTHER, source


@pytest.mark.parametrize(
    ("source", "mode", "validator"),
    [
        ("no validator", "ok", {}),
        ("a weak one", "ok", {hdrs.ETAG: 'W/"one"'}),
        ("no ranges", "no ranges", {hdrs.ETAG: '"one"'}),
        ("ranges that are passed over", "passes over", {hdrs.ETAG: '"one"'}),
        ("ranges that are refused", "403", {hdrs.ETAG: '"one"'}),
    ],
)
def test_what_nobody_can_go_on_with_is_not_kept_and_not_promised(
    source: str, mode: str, validator: dict[str, str], site: _Site, base: str, tmp_path: Path
) -> None:
    site.mode, site.validator, site.cut = mode, validator, [500_000] * 9
    with pytest.raises(DownloadError) as caught:
        _fetch(base, _options(tmp_path))
    assert "goes on from there" not in str(caught.value), source
    assert list(tmp_path.iterdir()) == []


def test_what_can_be_gone_on_with_is_kept_and_promised(site: _Site, base: str, tmp_path: Path) -> None:
    site.cut = [200_000] * 3
    with pytest.raises(DownloadError, match="goes on from there"):
        _fetch(base, _options(tmp_path))
    site.cut = []
    found = _fetch(base, _options(tmp_path))
    assert (found.path.read_bytes() == _CONTENT, found.received < len(_CONTENT)) == (True, True)


@pytest.mark.parametrize("cut", [[], [200_000]])
def test_what_a_proxy_packs_unasked_is_unpacked(cut: list[int], site: _Site, base: str, tmp_path: Path) -> None:
    site.mode, site.cut = "gzip", cut
    found = _fetch(base, _options(tmp_path))
    assert (found.path.read_bytes() == _CONTENT, found.size) == (True, len(_CONTENT))


def test_what_is_packed_is_bounded_as_anything(site: _Site, base: str, tmp_path: Path) -> None:
    site.mode, site.cut, site.content = "gzip", [], bytes(8 << 20)
    with pytest.raises(DownloadError, match="longer than"):
        _fetch(base, _options(tmp_path, max_size=2 << 20))
    assert list(tmp_path.iterdir()) == []


def test_blocks_are_no_failures(site: _Site, base: str, tmp_path: Path) -> None:
    site.mode, site.cut = "blocks", []
    assert _fetch(base, _options(tmp_path, tries=1)).path.read_bytes() == _CONTENT
    assert len(site.asked) == -(-len(_CONTENT) // _BLOCK)


def test_a_refusal_of_the_whole_keeps_what_is_there(site: _Site, base: str, tmp_path: Path) -> None:
    """A site that bans an address for an hour does not cost what came before."""
    site.cut = [500_000]
    with pytest.raises(DownloadError):
        _fetch(base, _options(tmp_path, tries=1))
    there = (tmp_path / f"{_NAME}.part").stat().st_size
    site.mode = "503"
    with pytest.raises(DownloadError, match="HTTP 503"):
        _fetch(base, _options(tmp_path))
    assert (tmp_path / f"{_NAME}.part").stat().st_size == there > 0
