"""One request: bounded in time and size whatever comes, its redirect is an answer, its trust is its own."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from ansible_collections.rentree.pronote.plugins.module_utils.base.http import (
    Bounds,
    RequestError,
    ask,
    opened,
    trust,
    vouched,
)

from tests.lab.web.hostile import HOSTILE_MODES, play
from tests.unit.web_thread import listening, serving

ADDRESS = "127.61.0.9"


async def _answer(request: web.Request) -> web.StreamResponse:
    what = request.path.rpartition("/")[2]
    if what in HOSTILE_MODES:
        return await play(request, what)
    if what == "moved":
        raise web.HTTPFound("/here")
    if what == "moved-on":
        raise web.HTTPFound(request.query["to"])
    if what == "round":
        raise web.HTTPFound("/round")
    if what == "refused":
        return web.Response(status=403, body=b"x" * 5000)
    if what == "packed":
        return web.Response(body=gzip.compress(bytes(5000)), headers={"Content-Encoding": "gzip"})
    said = [request.headers.get(name, "") for name in ("Cookie", "Authorization", "Accept-Encoding")]
    response = web.Response(text="|".join([*said, (await request.read()).decode()]))
    response.set_cookie("seen", "1")
    return response


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, str]:
    made, path = trustme.CA(), tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(path)
    return made, str(path)


def _app() -> web.Application:
    app = web.Application()
    app.add_routes([web.route("*", "/{any:.*}", _answer)])
    return app


@pytest.fixture(scope="module")
def site(authority: tuple[trustme.CA, str]) -> Iterator[str]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert(ADDRESS).configure_cert(tls)
    with serving(_app(), address=ADDRESS, tls=tls) as root:
        yield root


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    with serving(_app(), address=ADDRESS) as root:
        yield root


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _get(
    address: str, *, validate_certs: bool = True, ca_path: str | None = None, jar: CookieJar | None = None
) -> list[str]:
    bounds = Bounds(timeout=10, validate_certs=validate_certs, ca_path=ca_path)
    return ask(address, bounds=bounds, jar=jar).body.decode().split("|")


# What each does to a request of half a second and 64 KiB: the kind of the error, and its words.
_HOSTILE = {
    **dict.fromkeys(
        (
            *("drip_status", "drip_headers", "drip_one_header", "drip_body", "drip_chunks", "drip_trailers"),
            *("drip_continue", "endless_continue", "endless_trailers"),
        ),
        ("none", "still not complete after 0.5 s"),
    ),
    "endless_header": ("broken_off", "what came is not HTTP (LineTooLong)"),
    "endless_body": ("too_long", "it is longer than 64 KiB"),
    "endless_chunks": ("too_long", "it is longer than 64 KiB"),
    "gzip_bomb": ("too_long", "it is longer than 64 KiB once unpacked"),
    "packed_twice": ("refused", "it is packed in a way that was not asked for (gzip, gzip)"),
    "many_headers": ("broken_off", "what came is not HTTP (HTTPException)"),
    "not_http": ("broken_off", "what came is not HTTP (BadStatusLine)"),
}
_MOVED = ("to_ftp", "to_file", "to_another_host", "in_a_circle")


def test_every_hostile_mode_is_tried() -> None:
    assert {*_HOSTILE, *_MOVED} == set(HOSTILE_MODES)


@pytest.mark.parametrize("mode", _HOSTILE)
@pytest.mark.parametrize("tls", [False, True])
def test_no_answer_holds_a_request_beyond_its_deadline_or_its_size(
    site: str, plain: str, authority: tuple[trustme.CA, str], mode: str, tls: bool
) -> None:
    kind, words = _HOSTILE[mode]
    bounds = Bounds(timeout=0.5, limit=1 << 16, ca_path=authority[1])
    with pytest.raises(RequestError) as caught:
        ask(f"{site if tls else plain}/{mode}", bounds=bounds)
    # A flood may fill its allowance before its time: both are an end.
    if mode in {"endless_continue", "endless_trailers"} and caught.value.kind == "too_long":
        assert str(caught.value).startswith("it does not end (more than")
    else:
        assert (caught.value.kind, str(caught.value)) == (kind, words)


@pytest.mark.parametrize("mode", ["endless_body", "endless_chunks", "gzip_bomb", "endless_header"])
def test_an_answer_costs_little_more_memory_than_it_may_have(plain: str, mode: str) -> None:
    ask(plain, bounds=Bounds(timeout=5))
    tracemalloc.start()
    try:
        with pytest.raises(RequestError):
            ask(f"{plain}/{mode}", bounds=Bounds(timeout=5, limit=1 << 16))
        # The lab's server is in this process too, with what it has ready to be sent.
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_a_large_answer_goes_on_while_it_comes_at_its_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A download of hours is not over after a minute; one that next to nothing comes of is."""

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(12):
            await response.write(b"x" * 1000)
            await asyncio.sleep(0.1)
        return response

    app = web.Application()
    app.add_routes([web.get("/", slow)])
    with serving(app, address=ADDRESS) as root:
        with opened(root, bounds=Bounds(timeout=0.6, pace=1000)) as stream:
            assert sum(len(piece) for piece in iter(stream.read, b"")) == 12_000
        with (
            opened(root, bounds=Bounds(timeout=0.6, pace=100_000)) as stream,
            pytest.raises(RequestError, match=r"still not complete after 0\.6 s"),
        ):
            list(iter(stream.read, b""))


def test_a_redirect_is_not_followed(site: str) -> None:
    reply = ask(f"{site}/moved", bounds=Bounds(timeout=10, validate_certs=False))
    assert (reply.status, reply.headers["Location"], reply.body, reply.ok) == (302, "/here", b"", False)


@pytest.mark.parametrize("mode", _MOVED)
def test_a_redirect_is_an_answer_wherever_it_leads(plain: str, mode: str) -> None:
    assert ask(f"{plain}/{mode}", bounds=Bounds(timeout=5)).status == 302


def test_a_redirect_that_is_followed_keeps_its_scheme(plain: str, site: str) -> None:
    bounds = Bounds(timeout=5, validate_certs=False)
    assert ask(f"{plain}/moved", bounds=bounds, redirects=1).status == 200
    with serving(_app(), address="127.61.0.10") as other:
        assert ask(f"{plain}/moved-on?to={other}/x", bounds=bounds, redirects=1).status == 200
    for start, target, scheme in (
        (plain, "ftp://127.0.0.1/a", "ftp"),
        (plain, "file:///etc/passwd", "file"),
        (plain, f"{site}/x", "https"),
        (site, f"{plain}/x", "http"),
    ):
        with pytest.raises(RequestError, match=rf"redirects to another scheme \({scheme}, at") as caught:
            ask(f"{start}/moved-on?to={target}", bounds=bounds, redirects=5)
        assert caught.value.kind == "refused"
    with pytest.raises(RequestError, match="it redirects more than 3 times"):
        ask(f"{plain}/round", bounds=bounds, redirects=3)


def test_redirects_share_one_deadline(plain: str) -> None:
    with pytest.raises(RequestError, match="still not complete"):
        ask(f"{plain}/moved-on?to=/moved-on%3Fto%3D/drip_headers", bounds=Bounds(timeout=0.6), redirects=5)


def test_the_password_of_an_address_goes_to_its_own_host_alone(plain: str) -> None:
    """What is in an address for one host is nobody else's, and ``.netrc`` is nobody's."""
    given = plain.replace("://", "://me:s%20ecret@")
    assert _get(given)[1] == "Basic bWU6cyBlY3JldA=="
    with serving(_app(), address="127.61.0.10") as other:
        reply = ask(f"{given}/moved-on?to={other}/x", bounds=Bounds(timeout=5), redirects=1)
    assert reply.body.decode().split("|")[1] == ""


def test_a_refusal_is_one_without_its_page(plain: str) -> None:
    assert ask(f"{plain}/refused", bounds=Bounds(timeout=5, limit=100)).body == b""
    reply = ask(f"{plain}/refused", bounds=Bounds(timeout=5))
    assert (reply.status, len(reply.body)) == (403, 5000)


def test_packed_by_somebody_on_the_way(plain: str) -> None:
    assert ask(f"{plain}/packed", bounds=Bounds(timeout=5)).body == bytes(5000)
    assert _get(plain)[2] == "identity"
    with pytest.raises(RequestError, match="longer than 4 KiB once unpacked"):
        ask(f"{plain}/packed", bounds=Bounds(timeout=5, limit=4096))


def test_what_is_posted(plain: str) -> None:
    body = "x" * 100_000
    assert ask(plain, bounds=Bounds(timeout=5), data=body.encode()).body.decode().endswith(f"|{body}")


def test_nothing_of_a_request_is_left_for_the_next_one(
    site: str, authority: tuple[trustme.CA, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests go on side by side in one process: what one trusts or was given is not the others'."""
    opener = urllib.request.build_opener()
    monkeypatch.setattr(urllib.request, "_opener", opener)
    (tmp_path / "netrc").write_text(f"machine {ADDRESS} login me password secret\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(f"machine {ADDRESS} login me password secret\n", encoding="ascii")
    jar = CookieJar()
    assert _get(site, ca_path=authority[1], jar=jar)[:2] == ["", ""]
    assert _get(site, ca_path=authority[1], jar=jar)[:2] == ["seen=1", ""]
    assert _get(site, validate_certs=False)[:2] == ["", ""]
    with pytest.raises(RequestError, match="certificate verify failed") as caught:
        _get(site)
    assert caught.value.tls is not None
    assert urllib.request._opener is opener  # type: ignore[attr-defined]  # not in typeshed


def test_authorities_are_read_once(authority: tuple[trustme.CA, str], tmp_path: Path) -> None:
    ours = authority[1]
    assert trust(True, ours) is trust(True, ours)
    assert len({id(trust(*each)) for each in ((True, ours), (True, None), (False, None), (False, ours))}) == 4
    assert trust(True, None).verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(RequestError, match="No such file"):
        ask(f"https://{ADDRESS}:9/", bounds=Bounds(timeout=1, ca_path=str(tmp_path / "none.pem")))
    assert vouched(True, None) == []
    assert len({tuple(vouched(*each)) for each in ((True, None), (True, "a"), (False, None), (False, "a"))}) == 4


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://127.0.0.1/a", "file:///etc/passwd", "data:text/plain,x", "HTTPS:/x", "127.0.0.1", ""),
        *("http://127.0.0.1/s3cr3t t", "http://127.0.0.1/s3cr3t\r\nX: y", "http://127.0.0.1:0/", "http://[::1/"),
        *("http://127.0.0.1:99999/", "http:///s3cr3t", "http://é.example.org/"),
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(RequestError) as caught:
        ask(address, bounds=Bounds(timeout=1))
    assert "s3cr3t" not in str(caught.value)


def _says(text: bytes) -> Callable[[socket.socket], None]:
    def answer(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(text)

    return answer


def _drips(client: socket.socket, start: bytes = b"") -> None:
    client.recv(4096)
    with contextlib.suppress(OSError):
        client.sendall(start)
        while True:
            client.sendall(b"X")
            time.sleep(0.05)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_is_named_in_errors_without_its_password(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    with listening(ADDRESS, _says(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")) as port:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://me:s3cr3t@{ADDRESS}:{port}")
        try:
            said = str(ask(f"{scheme}://pronote.example.org/", bounds=Bounds(timeout=5)).status)
        except RequestError as exc:
            said = str(exc)
    named = f"through the proxy {ADDRESS}:{port} of {scheme}_proxy"
    assert said == (f"it refuses the way there (HTTP 407), {named}" if scheme == "https" else "407")
    # Nobody there any more.
    with pytest.raises(RequestError, match=rf"refused, {named}"):
        ask(f"{scheme}://pronote.example.org/", bounds=Bounds(timeout=5))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(RequestError, match=r"refused$"):
        ask(f"{scheme}://127.0.0.1:9/", bounds=Bounds(timeout=5))


def test_a_proxy_that_drips_is_over_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(ADDRESS, _drips) as port:
        monkeypatch.setenv("https_proxy", f"{ADDRESS}:{port}")
        told = rf"still not complete after 0\.[1-5] s, through the proxy {ADDRESS}:{port}"
        with pytest.raises(RequestError, match=told):
            ask("https://pronote.example.org/", bounds=Bounds(timeout=0.5))


def test_a_proxy_of_another_kind_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:9")
    with pytest.raises(RequestError, match=r"socks5.*through the proxy"):
        ask("http://pronote.example.org/", bounds=Bounds(timeout=1))


def test_tls_that_drips_is_over_at_the_deadline() -> None:
    # The beginning of a record of 16 KiB.
    with (
        listening(ADDRESS, partial(_drips, start=b"\x16\x03\x03\x40\x00")) as port,
        pytest.raises(RequestError, match=r"its TLS handshake is still not complete after 0\.[1-5] s"),
    ):
        ask(f"https://{ADDRESS}:{port}/", bounds=Bounds(timeout=0.5, validate_certs=False))


def test_one_address_that_nobody_answers_leaves_time_for_the_next(plain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name has several: IPv6 that leads nowhere is frequent in schools."""
    port = int(plain.rpartition(":")[2])
    family = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    with socket.create_server((ADDRESS, 0), backlog=0) as full:
        place = full.getsockname()
        # Its queue is full: connections wait there.
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(place)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [(*family, place), (*family, (ADDRESS, port))])
        assert ask(f"http://pronote.example.org:{port}/", bounds=Bounds(timeout=2)).ok
        for each in waiting:
            each.close()


def test_a_name_server_that_hangs_is_over_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: answered.wait(60) and [])
    with pytest.raises(RequestError, match="the name was not found in time"):
        ask("http://pronote.example.org/", bounds=Bounds(timeout=0.3))
    answered.set()
    with pytest.raises(RequestError, match="the name has no address"):
        ask("http://pronote.example.org/", bounds=Bounds(timeout=5))


def test_a_name_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(RequestError, match="Name or service not known"):
        ask("http://pronote.example.org/", bounds=Bounds(timeout=5))
    monkeypatch.undo()
    with pytest.raises(RequestError, match="it cannot be asked"):
        ask(f"http://{'a' * 70}.example.org/", bounds=Bounds(timeout=5))
