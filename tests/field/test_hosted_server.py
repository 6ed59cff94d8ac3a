"""Hosted servers behind proxies, filters and portals; pasted addresses; marks; faults of this machine.

Who stands in the way is named, and what to do about it; a fault of this machine is never the server's.
"""

from __future__ import annotations

import codecs
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from ansible_collections.rentree.pronote.plugins.module_utils.checks.cas import parse_redirect
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import (
    HostedServerError,
    base_url,
    parse_info,
)
from ansible_collections.rentree.pronote.plugins.module_utils.server.release import HostedOptions, read_hosted_release

from tests.lab.wsman import make_tls
from tests.unit.web_thread import serving

_UAI = "0310036W"
_BODY = {"version": [2026, 2, 7], "CAS": {"actif": False}, "nomEtab": "Lycée d'Exemple"}


@contextmanager
def _answering(**answer: Any) -> Iterator[str]:
    async def serve(_request: web.Request) -> web.Response:
        return web.Response(**answer)

    app = web.Application()
    app.add_routes([web.get("/{path:.*}", serve)])
    with serving(app, address="127.0.0.1") as root:
        yield f"{root}/pronote/"


def _read(url: str, folder: Path, **options: Any) -> HostedServerError:
    with pytest.raises(HostedServerError) as told:
        read_hosted_release(_UAI, url, options=HostedOptions(cache_dir=str(folder), timeout=5, **options))
    return told.value


@pytest.mark.parametrize(
    ("answer", "fact", "remedy"),
    [
        # Reported of GLPI's and OCS's agents behind school filters.
        ({"status": 403, "text": "Accès interdit"}, "a filter or a proxy on the way refuses it (HTTP 403", "let 127."),
        (
            {"status": 403, "headers": {"Server": "squid/5.7"}, "text": "x"},
            "a filter or a proxy on the way refuses it (HTTP 403, Server: squid/5.7)",
            "let 127.0.0.1 pass",
        ),
        (
            {"status": 403, "headers": {"Server": "PRONOTE 2026.2.7 Microsoft-HTTPAPI/2.0", "Via": "1.1 filtre"}},
            "(HTTP 403, Via: 1.1 filtre)",
            "pass",
        ),
        ({"status": 451, "headers": {"Server": "Stormshield"}}, "HTTP 451, Server: Stormshield", "pass"),
        (
            {"status": 403, "headers": {"Server": "PRONOTE 2026.2.7 Microsoft-HTTPAPI/2.0"}},
            "it answered HTTP 403",
            "hosting console",
        ),
        # Reported of proxies that want a password.
        (
            {"status": 407, "headers": {"Proxy-Authenticate": 'Basic realm="Rectorat"'}},
            "a proxy on the way wants a name and a password (HTTP 407, Proxy-Authenticate",
            "https_proxy=",
        ),
        ({"status": 407}, "a proxy on the way wants a name and a password (HTTP 407", "no_proxy"),
        ({"status": 401, "headers": {"WWW-Authenticate": "Basic"}}, "wants a name and a password (HTTP 401)", "UAI"),
        # Reported of captive portals: 511, a redirect, or a page with 200.
        ({"status": 511}, "wants somebody to log in first (HTTP 511)", "portal"),
        (
            {"status": 302, "headers": {"Location": "http://portail.lycee.example/login?url=x"}},
            "it redirects to portail.lycee.example instead of answering",
            "portal",
        ),
        (
            {"status": 307, "headers": {"Location": "//wifi.example:8443/"}},
            "it redirects to wifi.example instead",
            "log in there",
        ),
        ({"text": "<html><title>Portail captif</title>"}, "('Portail captif')", "a portal or a filter"),
        ({"text": "<!DOCTYPE html><TITLE lang=fr>Blocage &eacute;tabli"}, "('Blocage établi')", "portal"),
        ({"text": "<html>"}, "an HTML page instead of its description", "portal"),
        # Reported of squid and of load balancers in the way.
        (
            {"status": 503, "headers": {"X-Squid-Error": "ERR_DNS_FAIL 0", "Server": "squid"}},
            "a proxy on the way could not reach it (HTTP 503, X-Squid-Error: ERR_DNS_FAIL 0)",
            "that proxy's own way",
        ),
        ({"status": 504, "headers": {"Via": "1.1 cache (squid)"}}, "could not reach it (HTTP 504, Via", "proxy"),
        ({"status": 502, "headers": {"Server": "nginx"}}, "could not reach it (HTTP 502, Server: nginx)", "proxy"),
        (
            {"status": 503, "headers": {"Server": "PRONOTE 2026.2.7 Microsoft-HTTPAPI/2.0"}},
            "it answered HTTP 503",
            "Try again later",
        ),
        # Reported as "try again later", for ever.
        ({"status": 404}, "there is no PRONOTE at this address (HTTP 404)", "UAI and pronote_server_url"),
        ({"status": 410}, "any more (HTTP 410)", "pronote_server_url"),
        ({"status": 429}, "it was asked too often (HTTP 429)", "Wait"),
        # Moved.
        (
            {"status": 301, "headers": {"Location": "https://0310037x.index-education.net/pronote/"}},
            "it redirects to 0310037x.index-education.net",
            "Take that address",
        ),
        ({"status": 301, "headers": {"Location": "/other/"}}, "another page of its own", "pronote_server_url"),
        ({"status": 302}, "it redirects instead of answering", "pronote_server_url"),
        ({"status": 302, "headers": {"Location": "http://[broken/"}}, "it redirects instead of answering", "ENT"),
    ],
)
def test_who_stands_in_the_way_is_named(answer: dict[str, Any], fact: str, remedy: str, tmp_path: Path) -> None:
    with _answering(**answer) as url:
        told = _read(url, tmp_path)
    assert fact in told.fact
    assert remedy in told.remedy
    if answer.get("status") in {404, 410}:
        assert "later" not in told.remedy


def test_http_that_is_sent_to_https(tmp_path: Path) -> None:
    """Reported of addresses that were typed by hand."""
    with _answering(status=301, headers={"Location": "https://127.0.0.1/pronote/"}) as url:
        told = _read(url, tmp_path)
    assert told.fact == "it redirects to https"
    assert told.remedy.startswith("Write https:// in pronote_server_url.")


@contextmanager
def _proxy(answer: bytes) -> Iterator[str]:
    """A proxy that answers every CONNECT so."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("status", "fact"),
    [
        ("407 Proxy Authentication Required", "it refuses the way there (HTTP 407), through the proxy"),
        ("403 Forbidden", "it refuses the way there (HTTP 403), through the proxy"),
        ("503 Service Unavailable", "it refuses the way there (HTTP 503), through the proxy"),
    ],
)
def test_a_proxy_that_opens_no_tunnel(status: str, fact: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reported as "no answer": the proxy is named, and what it is named by."""
    with _proxy(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) as proxy:
        monkeypatch.setenv("https_proxy", proxy.replace("://", "://eleve:secret@"))
        monkeypatch.setenv("no_proxy", "")
        told = _read("https://notes.example.org/pronote/", tmp_path)
    assert "a proxy stands in the way" in told.fact
    assert fact in told.fact
    assert "of https_proxy" in told.fact
    assert "https_proxy" in told.remedy
    assert "secret" not in str(told)


@pytest.mark.parametrize("body", [None, b"", b"no certificate at all\n", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_of_authorities_that_is_none_is_our_own_fault(body: bytes | None, tmp_path: Path) -> None:
    """Reported as a server that does not answer, and kept so for an hour."""
    file = tmp_path / "ca.pem"
    if body is not None:
        file.write_bytes(body)
    told = _read("https://127.0.0.1:9/pronote/", tmp_path / "cache", ca_path=str(file))
    assert "it was not asked: the file of authorities " in told.fact
    assert str(file) in told.fact
    assert "no fault of the server" in told.remedy
    assert told.ours


@pytest.mark.parametrize(
    ("code", "ours", "fact"),
    [
        (socket.EAI_AGAIN, True, "no name server answers this machine"),
        (socket.EAI_NONAME, False, "its name has no address"),
        (socket.EAI_NODATA, False, "its name has no address"),
    ],
)
def test_names_without_an_address(
    code: int, ours: bool, fact: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reported as a server that is down, with the network of the controller unplugged."""

    def failing(*_args: Any, **_more: Any) -> Any:
        raise socket.gaierror(code, "as the resolver says it")

    monkeypatch.setattr(socket, "getaddrinfo", failing)
    told = _read("https://notes.example.org/pronote/", tmp_path)
    assert fact in told.fact
    assert told.ours is ours


def test_a_fault_of_ours_is_asked_again_as_soon_as_it_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is none of the failures after which a server is left alone."""
    with _answering(body=json.dumps(_BODY).encode()) as url:
        real, asked = socket.getaddrinfo, list[str]()

        def failing(*_args: Any, **_more: Any) -> Any:
            asked.append("x")
            raise socket.gaierror(socket.EAI_AGAIN, "x")

        monkeypatch.setattr(socket, "getaddrinfo", failing)
        for _ in range(3):
            assert "It is not asked before" not in _read(url, tmp_path).remedy
        assert len(asked) == 1, "three hundred stations do not ask three hundred times"
        monkeypatch.setattr(socket, "getaddrinfo", real)
        mended = HostedOptions(cache_dir=str(tmp_path), timeout=5, failure_lifetime=0)
        assert str(read_hosted_release(_UAI, url, options=mended).release) == "2026.2.7"


@pytest.mark.parametrize("expired", [False, True])
def test_certificates_have_their_remedy(tmp_path: Path, expired: bool) -> None:
    """Reported of filters that open TLS with an authority of their own."""
    tls = make_tls(tmp_path / "tls", addresses=["127.0.0.1"], user="nobody")

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(body=json.dumps(_BODY).encode())

    app = web.Application()
    app.add_routes([web.get("/{path:.*}", serve)])
    with serving(app, address="127.0.0.1", tls=tls.server_context()) as root:
        secure = root.replace("http://", "https://") + "/pronote/"
        if expired:
            told = _read(secure.replace("127.0.0.1", "localhost"), tmp_path / "c", ca_path=str(tls.authority))
            assert "is another server, or a filter" in told.remedy
        else:
            told = _read(secure, tmp_path / "c")
            assert "A filter that opens TLS" in told.remedy


@pytest.mark.parametrize(
    ("pasted", "base"),
    [
        # Reported: what a teacher sends, or a browser's address line shows.
        ("https://0310036w.index-education.net/pronote/eleve.html", "https://0310036w.index-education.net/pronote/"),
        (
            "https://0310036w.index-education.net/pronote/mobile.parent.html?fd=1#top",
            "https://0310036w.index-education.net/pronote/",
        ),
        ("0310036w.index-education.net/pronote/", "https://0310036w.index-education.net/pronote/"),
        ("0310036w.index-education.net", "https://0310036w.index-education.net/pronote/"),
        ("https://0310036w.index-education.net/", "https://0310036w.index-education.net/pronote/"),
        (" <https://notes.example.org/pronote/professeur.html> ", "https://notes.example.org/pronote/"),
        ("https://notes.example.org/pronote/;jsessionid=0A1B", "https://notes.example.org/pronote/"),
        ("https://notes.example.org/pronote;jsessionid=0A1B?identifiant=x", "https://notes.example.org/pronote/"),
        ("https://notes.example.org/pronote/InfoMobileApp.json?id=0D26", "https://notes.example.org/pronote/"),
        ("https://notes.example.org:8443/pronote/eleve.html", "https://notes.example.org:8443/pronote/"),
        ('"https://notes.example.org/pronote/"', "https://notes.example.org/pronote/"),
        ("https://notes.example.org/pronote/\u200b", "https://notes.example.org/pronote/"),
    ],
)
def test_a_pasted_address_is_taken_by_its_base(pasted: str, base: str) -> None:
    assert base_url(_UAI, pasted) == base
    assert base_url(_UAI, base) == base


@pytest.mark.parametrize(
    "pasted", ["https://user:word@notes.example.org/pronote/", "eleve.html", "pronote", "ftp://x.y/"]
)
def test_what_is_no_address_is_still_refused(pasted: str) -> None:
    with pytest.raises(ValueError, match="is not the address of a hosted server"):
        base_url(_UAI, pasted)


@pytest.mark.parametrize(
    "body",
    [
        codecs.BOM_UTF8 + json.dumps(_BODY).encode(),
        json.dumps(_BODY).encode("utf-16"),
        codecs.BOM_UTF16_BE + json.dumps(_BODY, ensure_ascii=False).encode("utf-16-be"),
        json.dumps(_BODY, ensure_ascii=False).encode("cp1252"),
        b"\r\n " + json.dumps(_BODY).encode() + b"\r\n",
    ],
)
def test_marks_and_encodings(body: bytes) -> None:
    """Reported of servers behind something that adds a byte order mark."""
    info = parse_info("https://notes.example.org/pronote/", body)
    assert (str(info.release), info.name) == ("2026.2.7", "Lycée d'Exemple")


@pytest.mark.parametrize(
    "location",
    [
        "https://cas.ent.example/login;jsessionid=0A1B2C?service=https%3A%2F%2Fx.example%2Fpronote%2F",
        "https://cas.ent.example/login;JSESSIONID=0A.node1;lang=fr?service=https://x.example/pronote/;jsessionid=9",
        "/login;jsessionid=0A1B2C",
    ],
)
def test_a_session_in_the_address_of_a_login_page_is_cut(location: str) -> None:
    """Reported of Java servers: whose session it is, is nobody's business."""
    redirect = parse_redirect(location, "https://cas.ent.example/pronote/")
    assert redirect.address == "https://cas.ent.example/login"
    assert "session" not in redirect.login.lower()
    assert redirect.service in {"", "https://x.example/pronote/"}
