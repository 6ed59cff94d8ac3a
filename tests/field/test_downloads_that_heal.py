"""Downloads that heal: sites that refuse, ignore or misanswer a range, marks that change, packed answers, blocks.

Whatever a site did, the file comes whole in the same run or the next, or the error says what to do; no state is left
over which every later run stumbles.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

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
_CONTENT = os.urandom(300_000)
_HALF = len(_CONTENT) // 2


@dataclass
class Asked:
    """One request: from where, and how often the site was asked before."""

    start: int
    number: int


Answer = Callable[[Asked], web.Response | int]
"""What a site does: an answer of its own, or how many bytes of the rest it sends before the line is cut."""


@dataclass
class Site:
    """One file; the first answer breaks off half-way, ``then`` says what comes of the requests after it."""

    then: Answer
    etag: Callable[[int], str] = lambda _number: '"one"'
    asked: list[Asked] = field(default_factory=list)
    well: bool = False

    async def serve(self, request: web.Request) -> web.StreamResponse:
        start = request.http_range.start or 0 if request.headers.get(hdrs.RANGE) else 0
        asked = Asked(start=start, number=len(self.asked))
        self.asked.append(asked)
        fits = request.headers.get(hdrs.IF_RANGE) == self.etag(asked.number)
        answer: web.Response | int = _HALF if asked.number == 0 else len(_CONTENT)
        if asked.number and not self.well:
            answer = self.then(asked)
        if isinstance(answer, web.Response):
            return answer
        start = start if fits else 0
        rest = _CONTENT[start:]
        headers = {hdrs.ETAG: self.etag(asked.number), hdrs.CONTENT_LENGTH: str(len(rest))}
        if start:
            headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{len(_CONTENT) - 1}/{len(_CONTENT)}"
        response = web.StreamResponse(status=206 if start else 200, headers=headers)
        await response.prepare(request)
        await response.write(rest[:answer])
        if answer < len(rest) and request.transport is not None:
            request.transport.abort()
        else:
            await response.write_eof()
        return response


def _of_a_range(answer: Callable[[Asked], web.Response]) -> Answer:
    """Only what asks for a part is answered so; the whole file would come."""
    return lambda asked: answer(asked) if asked.start else len(_CONTENT)


def _status(status: int, **headers: str) -> Callable[[Asked], web.Response]:
    return lambda _asked: web.Response(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, text="no"
    )


def _part(start: int, body: bytes, whole: int | str) -> Callable[[Asked], web.Response]:
    told = f"bytes {start}-{start + len(body) - 1}/{whole}"
    return lambda _asked: web.Response(status=206, body=body, headers={hdrs.CONTENT_RANGE: told})


@pytest.fixture
def options(tmp_path: Path) -> DownloadOptions:
    return DownloadOptions(folder=tmp_path, timeout=10, tries=3, pause=0)


@pytest.fixture
def serve() -> Iterator[Callable[[Site], str]]:
    with pytest.MonkeyPatch.context(), _Servers() as servers:
        yield servers.start


class _Servers:
    def __enter__(self) -> _Servers:
        self._open: list[object] = []
        return self

    def start(self, site: Site) -> str:
        app = web.Application()
        app.add_routes([web.get("/{name}", site.serve)])
        server = serving(app, address="127.0.0.1")
        self._open.append(server)
        return f"{server.__enter__()}/{_NAME}"

    def __exit__(self, *_error: object) -> None:
        for server in self._open:
            server.__exit__(None, None, None)  # type: ignore[attr-defined]


def _fetch(url: str, options: DownloadOptions) -> Download:
    return fetch_file(url, _NAME, options=options, progress=lambda _have, _whole: None)


@pytest.mark.parametrize(
    "then",
    [
        # Reported of mirrors behind filters: ranges are refused, by one status or another.
        pytest.param(_of_a_range(_status(400)), id="range refused: 400"),
        pytest.param(_of_a_range(_status(403)), id="range refused: 403"),
        pytest.param(_of_a_range(_status(405)), id="range refused: 405"),
        pytest.param(_of_a_range(_status(412)), id="range refused: 412"),
        pytest.param(_of_a_range(_status(416)), id="range refused: 416"),
        pytest.param(_of_a_range(_status(416, Content_Range="bytes */5")), id="the file is said to be shorter"),
        pytest.param(_of_a_range(_status(501)), id="range refused: 501"),
        # Reported of caches: another part than the one asked for, or none that can be told.
        pytest.param(_of_a_range(_part(0, _CONTENT[:1000], len(_CONTENT))), id="the first part for the second"),
        pytest.param(_of_a_range(_part(_HALF + 1, _CONTENT[_HALF + 1 :], len(_CONTENT))), id="one byte too far"),
        pytest.param(_of_a_range(_part(_HALF, _CONTENT[_HALF:], len(_CONTENT) + 9)), id="of a longer file"),
        pytest.param(_of_a_range(_part(_HALF, b"", len(_CONTENT))), id="an empty part"),
        pytest.param(_of_a_range(_status(206)), id="a part without its place"),
        pytest.param(
            _of_a_range(_status(206, Content_Type="multipart/byteranges; boundary=x")), id="several parts in one"
        ),
        # Reported of proxies that pack whatever passes.
        pytest.param(
            _of_a_range(
                lambda asked: web.Response(
                    status=206,
                    body=gzip.compress(_CONTENT[asked.start :]),
                    headers={
                        hdrs.CONTENT_ENCODING: "gzip",
                        hdrs.CONTENT_RANGE: f"bytes {asked.start}-{len(_CONTENT) - 1}/{len(_CONTENT)}",
                    },
                )
            ),
            id="a packed part",
        ),
        # Reported of filters: a page in place of the rest, and the file when it is asked for again.
        pytest.param(_of_a_range(lambda _asked: web.Response(status=403, text="<html>blocked</html>")), id="a block"),
        pytest.param(_of_a_range(_status(407)), id="a proxy that wants a password for parts"),
    ],
)
def test_what_cannot_be_gone_on_with_is_begun_again(
    serve: Callable[[Site], str], options: DownloadOptions, then: Answer
) -> None:
    """In the same run, and with the right bytes."""
    site = Site(then)
    fetched = _fetch(serve(site), options)
    assert fetched.path.read_bytes() == _CONTENT
    assert [path.name for path in options.folder.glob("*.part*")] == []
    assert 0 < site.asked[1].start < len(_CONTENT)
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    "then",
    [
        pytest.param(_status(403), id="403"),
        pytest.param(_status(429, Retry_After="3600"), id="429"),
        pytest.param(_status(503), id="503"),
        pytest.param(_status(404), id="404"),
        pytest.param(_status(206), id="a part of nothing"),
        pytest.param(lambda _asked: 10, id="always cut"),
        pytest.param(lambda _asked: web.Response(status=302, headers={"Location": "/setup.exe"}), id="in a circle"),
        pytest.param(
            lambda _asked: web.Response(body=_CONTENT, headers={hdrs.CONTENT_ENCODING: "br"}), id="packed unasked"
        ),
    ],
)
def test_a_site_that_is_well_again_is_no_longer_stumbled_over(
    serve: Callable[[Site], str], options: DownloadOptions, then: Answer
) -> None:
    """The first run ends with an error and a remedy; the next one, on another day, brings the file."""
    site = Site(then)
    url = serve(site)
    with pytest.raises(DownloadError) as told:
        _fetch(url, options)
    assert "un again" in str(told.value) or "by hand" in str(told.value) or "browser" in str(told.value)
    site.well = True
    assert _fetch(url, options).path.read_bytes() == _CONTENT


def test_marks_that_change_with_each_request_are_told_for_what_they_are(
    serve: Callable[[Site], str], options: DownloadOptions
) -> None:
    """Reported of mirrors behind one name: each has a mark of its own, so nothing can ever be gone on with."""
    site = Site(lambda _asked: _HALF, etag=lambda number: f'"{number}"')
    with pytest.raises(DownloadError, match="nothing is kept, for the site cannot go on where it stopped"):
        _fetch(serve(site), options)
    assert list(options.folder.glob("*.part*")) == []


def test_a_part_that_is_whole_already_is_not_fetched_again(
    serve: Callable[[Site], str], options: DownloadOptions
) -> None:
    """The controller was switched off between the last byte and the new name."""
    site = Site(_status(416, Content_Range=f"bytes */{len(_CONTENT)}"))
    url = serve(site)
    with pytest.raises(DownloadError):
        _fetch(url, DownloadOptions(folder=options.folder, timeout=10, tries=1, pause=0))
    (options.folder / f"{_NAME}.part").write_bytes(_CONTENT)
    fetched = _fetch(url, options)
    assert (fetched.path.read_bytes(), fetched.received, len(site.asked)) == (_CONTENT, 0, 2)
