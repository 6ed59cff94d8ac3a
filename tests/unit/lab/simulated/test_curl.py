"""curl.exe against a real HTTP server on loopback: exit codes, resumption, retries."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from tests.lab.simulated import SimulatedStation

from .bench import Result, inside, make_station, run

BODY = bytes(range(256)) * 400


class Server:
    """Serves BODY in several moods and counts requests."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.base = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        mood = request.match_info["mood"]
        self.requests.append(f"{mood} {request.headers.get('Range', '')}".strip())
        start = int(request.headers.get("Range", "bytes=0-")[6:].rstrip("-"))
        if mood == "plain":
            return web.Response(body=BODY)
        if mood == "missing" or (mood == "flaky" and len(self.requests) < 3):
            return web.Response(status=404 if mood == "missing" else 503)
        if mood == "cut" and len(self.requests) == 1:
            response = web.StreamResponse(headers={"Content-Length": str(len(BODY))})
            await response.prepare(request)
            await response.write(BODY[:30000])
            assert request.transport is not None
            request.transport.close()
            return response
        if start >= len(BODY):
            return web.Response(status=416, headers={"Content-Range": f"bytes */{len(BODY)}"} if mood == "told" else {})
        if start:
            content_range = f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"
            return web.Response(status=206, body=BODY[start:], headers={"Content-Range": content_range})
        return web.Response(body=BODY)


def against(action: Callable[[SimulatedStation, Server], Awaitable[Result]], **station: Any) -> tuple[Result, Server]:
    async def go() -> tuple[Result, Server]:
        server = Server()
        app = web.Application()
        app.router.add_get("/{mood}", server.handle)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            return await action(make_station(**station), server), server
        finally:
            await runner.cleanup()

    return inside(go)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("-fsS -o C:\\f {base}/good", 0),
        ("-fsS -o C:\\f {base}/missing", 22),
        ("-sS -o C:\\f {base}/missing", 0),
        ("-fsS -o C:\\nowhere\\f {base}/good", 23),
        ("-fsS --create-dirs -o C:\\new\\f {base}/good", 0),
        ("-fsS http://depot.invalid/f", 6),
        ("-fsS http://127.0.0.1:1/f", 7),
        ("-fsS ftp://127.0.0.1/f", 1),
        ("-fsS --nonsense {base}/good", 2),
        ("-fsS --retry 3 -o C:\\f {base}/flaky", 0),
        ("-fsS -o C:\\f {base}/flaky", 22),
        ("-fsS -o C:\\f {base}/cut", 18),
    ],
)
def test_exit_codes(arguments: str, code: int) -> None:
    async def go(station: SimulatedStation, server: Server) -> Result:
        return await run(station, "curl.exe " + arguments.format(base=server.base))

    assert against(go)[0].code == code


@pytest.mark.parametrize(("mood", "code"), [("good", 0), ("plain", 33)])
def test_resume(mood: str, code: int) -> None:
    async def go(station: SimulatedStation, server: Server) -> Result:
        station.files.write("C:\\f", BODY[:1000], token=station.system)
        result = await run(station, f"curl -fsS -C - -o C:\\f {server.base}/{mood}")
        content = station.files.read("C:\\f", token=station.system).read()
        assert content == (BODY if code == 0 else BODY[:1000])
        return result

    result, server = against(go)
    assert (result.code, server.requests) == (code, [f"{mood} bytes=1000-"])


def test_cut_then_resumed() -> None:
    async def go(station: SimulatedStation, server: Server) -> Result:
        first = await run(station, f"curl -fsS -C - -o C:\\f {server.base}/cut")
        assert first.code == 18
        result = await run(station, f"curl -fsS -C - -o C:\\f {server.base}/cut")
        assert station.files.read("C:\\f", token=station.system).read() == BODY
        return result

    result, server = against(go)
    assert result.code == 0
    assert server.requests == ["cut", "cut bytes=30000-"]


@pytest.mark.parametrize(
    ("curl", "mood", "code"),
    [
        # With a Content-Range, as servers send it: since 8.5 (github.com/curl/curl/pull/12176). Seen with 7.88.1: 22.
        *[
            ("7.55.1", "told", 22),
            ("7.88.1", "told", 22),
            ("8.4.0", "told", 22),
            ("8.5.0", "told", 0),
            ("8.9.1", "told", 0),
        ],
        # Without one: since 7.76 (pull request 6753).
        *[("7.55.1", "good", 22), ("7.76.0", "good", 0), ("8.4.0", "good", 0)],
    ],
)
def test_whether_a_whole_file_is_a_failure_depends_on_curl(curl: str, mood: str, code: int) -> None:
    async def go(station: SimulatedStation, server: Server) -> Result:
        station.files.write("C:\\f", BODY, token=station.system)
        result = await run(station, f'curl -fsS -C - -w "%{{http_code}}" -o C:\\f {server.base}/{mood}')
        assert station.files.read("C:\\f", token=station.system).read() == BODY
        return result

    result, _server = against(go, curl=curl)
    assert (result.code, result.out) == (code, "416")


@pytest.mark.parametrize(
    ("before", "options", "code"),
    [
        ('set "http_proxy=http://127.0.0.1:1"', "", 7),
        ('set "HTTP_PROXY=127.0.0.1:1"', "", 7),
        ('set "all_proxy=http://127.0.0.1:1"', "", 7),
        ('set "all_proxy=http://nowhere.invalid:1"', "", 5),
        ('set "https_proxy=http://127.0.0.1:1"', "", 0),
        ('set "http_proxy=http://127.0.0.1:1"& set "NO_PROXY=localhost,127.0.0.1"', "", 0),
        ('set "http_proxy=http://127.0.0.1:1"', '--noproxy "*"', 0),
        ("echo off", "-x http://127.0.0.1:1", 7),
        (">%USERPROFILE%\\_curlrc echo proxy = 127.0.0.1:1", "", 7),
        (">%USERPROFILE%\\_curlrc echo proxy = 127.0.0.1:1", "-q", 0),
    ],
)
def test_curl_takes_a_proxy_from_around_it_unless_told_not_to(before: str, options: str, code: int) -> None:
    async def go(station: SimulatedStation, server: Server) -> Result:
        return await run(station, f"{before}& curl {options} -fsS -o C:\\f {server.base}/good")

    assert against(go)[0].code == code


def test_certutil_agrees_with_hashlib() -> None:
    async def go(station: SimulatedStation, server: Server) -> Result:
        digest = hashlib.sha256(BODY).hexdigest()
        await run(station, f"curl -fsS -o C:\\f {server.base}/good")
        return await run(station, f'certutil -hashfile C:\\f SHA256 | findstr /i /x /c:"{digest.upper()}"')

    assert against(go)[0].code == 0
