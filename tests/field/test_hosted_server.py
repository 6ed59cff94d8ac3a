"""A hosted server behind proxies, filters and portals, pasted addresses, marks, refusals. To add a case: a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.checks.cas import parse_redirect
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import (
    HostedServerError,
    base_url,
    parse_info,
)
from ansible_collections.rentree.pronote.plugins.module_utils.server.release import HostedOptions, read_hosted_release

from tests.field.answering import ADDRESS, Answer, Certificate, answering, http

_UAI = "0310001A"
_BODY = json.dumps({"version": [2026, 2, 7], "nomEtab": "Lycée Exemple", "CAS": {"actif": False}}).encode()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@contextmanager
def _server(answer: Answer, folder: Path, **more: Any) -> Iterator[Callable[[], Any]]:
    with answering(answer) as port:
        options = HostedOptions(cache_dir=str(folder / "cache"), timeout=5, **more)
        yield lambda: read_hosted_release(_UAI, f"http://{ADDRESS}:{port}/pronote/", options=options)


def _error(answer: Answer, folder: Path, **more: Any) -> HostedServerError:
    with _server(answer, folder, **more) as read, pytest.raises(HostedServerError) as caught:
        read()
    return caught.value


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("PRONOTE: a byte order mark", b"\xef\xbb\xbf" + _BODY),
        ("a mark and an empty line", b"\xef\xbb\xbf\r\n" + _BODY),
        ("a proxy that writes UTF-16", _BODY.decode().encode("utf-16")),
        ("in the code page of Windows", _BODY.decode("unicode_escape").encode("cp1252")),
    ],
)
def test_json_with_a_mark(source: str, body: bytes, tmp_path: Path) -> None:
    assert str(parse_info("https://s/", body).release) == "2026.2.7", source
    with _server(http("200 OK", "Content-Type: application/json", body=body), tmp_path) as read:
        assert str(read().client) == "2026.2.7"


@pytest.mark.parametrize(
    ("source", "answer", "fact", "remedy"),
    [
        ("a filter: 403", http("403 Forbidden", "Server: e2guardian"), "from 'e2guardian'", "Let the controller"),
        ("a filter without a name: 403", http("403 Forbidden"), "HTTP 403", "Let the controller"),
        ("a proxy: 407", http("407 Proxy Authentication Required", "Server: squid"), "wants a name", "https_proxy"),
        ("a portal: 511", http("511 Network Authentication Required"), "log in first", "Let the controller"),
        ("squid: 503", http("503 Service Unavailable", "Server: squid/5.7"), "from 'squid/5.7'", "Let the controller"),
        (
            "squid by its own header: 503",
            http("503 Service Unavailable", "X-Squid-Error: ERR_CONNECT_FAIL 110"),
            "X-Squid-Error: ERR_CONNECT_FAIL",
            "Let the controller",
        ),
        ("a gateway: 504", http("504 Gateway Timeout", "Via: 1.1 proxy.lycee"), "Via: 1.1 proxy.lycee", "Let the"),
        ("legal: 451", http("451 Unavailable"), "HTTP 451", "Let the controller"),
        (
            "a portal: 302",
            http("302 Found", "Location: http://portail.lycee.example/login?u=secret"),
            "portail.lycee.example",
            "portal",
        ),
        ("a portal: 307", http("307 Temporary Redirect", "Location: //10.0.0.1/auth"), "10.0.0.1", "portal"),
        ("to its own page", http("302 Found", "Location: eleve.html"), "its own addresses", "pronote_server_url"),
        ("a redirect to nowhere", http("302 Found"), "redirects", "pronote_server_url"),
        ("404", http("404 Not Found"), "HTTP 404", "Check the UAI"),
        ("404 of something else", http("404 Not Found", "Server: nginx"), "from 'nginx'", "Check the UAI"),
        ("429", http("429 Too Many Requests"), "HTTP 429", "wait some hours"),
        (
            "PRONOTE: 500",
            http("500 Internal Server Error", "Server: PRONOTE 2026.2.7 x"),
            "HTTP 500",
            "Try again later",
        ),
        (
            "a portal's page in its place",
            http("200 OK", "Server: nginx", body=b"<html><title>Acc&egrave;s au r&eacute;seau</title>"),
            "the HTML page 'Accès au réseau' instead of its description, from 'nginx'",
            "portal",
        ),
    ],
)
def test_who_answers_in_its_place_is_named(source: str, answer: Answer, fact: str, remedy: str, tmp_path: Path) -> None:
    error = _error(answer, tmp_path)
    assert (fact in error.fact, remedy in error.remedy) == (True, True), (source, error)
    assert "secret" not in str(error)
    assert not (remedy != "Try again later" and "Try again later" in error.remedy)


@pytest.mark.parametrize(
    ("status", "fact"),
    [("407 Proxy Authentication Required", "wants a name"), ("403 Forbidden", "HTTP 403"), ("503 x", "HTTP 503")],
)
def test_a_proxy_that_opens_no_tunnel(status: str, fact: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(http(status)) as port:
        monkeypatch.setenv("https_proxy", f"http://{ADDRESS}:{port}")
        options = HostedOptions(cache_dir=str(tmp_path / "cache"), timeout=5)
        with pytest.raises(HostedServerError) as caught:
            read_hosted_release(_UAI, "https://notes.example.org/pronote/", options=options)
    assert fact in caught.value.fact
    assert "Check the address" not in caught.value.remedy


@pytest.mark.parametrize(
    ("source", "certificate", "fact"),
    [
        ("a filter that opens TLS", Certificate(), "is not believed (self-signed"),
        ("expired", Certificate(days=(-9, -1)), "is not believed"),
        ("other name", Certificate(name="filtre.example"), "is not believed"),
    ],
)
def test_a_certificate_that_is_not_believed(source: str, certificate: Certificate, fact: str, tmp_path: Path) -> None:
    with answering(http("200 OK", body=_BODY), pem=certificate.write(tmp_path)) as port:
        options = HostedOptions(cache_dir=str(tmp_path / "cache"), timeout=5)
        with pytest.raises(HostedServerError) as caught:
            read_hosted_release(_UAI, f"https://{ADDRESS}:{port}/pronote/", options=options)
    assert (fact in caught.value.fact, "filter" in caught.value.remedy) == (True, True), (source, caught.value)


@pytest.mark.parametrize("name", ["missing.pem", "none.pem", "folder"])
def test_a_file_of_authorities_that_cannot_be_used_is_the_controllers_and_not_kept(tmp_path: Path, name: str) -> None:
    (tmp_path / "none.pem").write_text("no certificate", encoding="ascii")
    (tmp_path / "folder").mkdir()
    with answering(http("200 OK", body=_BODY)) as port:
        url = f"http://{ADDRESS}:{port}/pronote/"
        options = HostedOptions(cache_dir=str(tmp_path / "cache"), ca_path=str(tmp_path / name))
        for _twice in range(2):
            with pytest.raises(HostedServerError) as caught:
                read_hosted_release(_UAI, url, options=options)
            assert "cannot be used on the controller" in caught.value.fact
            assert "not asked before" not in caught.value.remedy
    assert not (tmp_path / "cache").exists()


_BASE = "https://0310001a.index-education.net/pronote/"


@pytest.mark.parametrize(
    ("source", "pasted"),
    [
        ("PRONOTE: a space of pupils", f"{_BASE}eleve.html"),
        ("PRONOTE: with its session", f"{_BASE}professeur.html?identifiant=0123secret"),
        ("PRONOTE: the choice of spaces", f"{_BASE}?login=true"),
        ("PRONOTE: mobile", f"{_BASE}mobile.parent.html?fd=1#accueil"),
        ("PRONOTE: its description", f"{_BASE}InfoMobileApp.json?id=0D264427"),
        ("a servlet's session", f"{_BASE};jsessionid=ABCsecret"),
        ("a servlet's session within", "https://0310001a.index-education.net/pronote;jsessionid=ABCsecret/eleve.html"),
        ("spaces around", f"  {_BASE} "),
        ("a zero-width space", f"\u200b{_BASE}\u200b"),
        ("as in a mail", f"<{_BASE}eleve.html>"),
        ("capitals of the scheme", _BASE.replace("https", "HTTPS")),
        ("without the last slash", _BASE.rstrip("/")),
        ("several slashes", f"{_BASE}//"),
    ],
)
def test_a_pasted_address_is_cut_to_its_base(source: str, pasted: str) -> None:
    assert base_url(_UAI, pasted) == _BASE, source


@pytest.mark.parametrize(
    "pasted", ["https://me:secret@notes.example.org/pronote/", "ftp://x/", "eleve.html", "https://a b/"]
)
def test_what_is_no_address_is_still_none(pasted: str) -> None:
    with pytest.raises(ValueError, match="is not the address of a hosted server"):
        base_url(_UAI, pasted)


@pytest.mark.parametrize(
    ("source", "location"),
    [
        ("a servlet's session", "https://cas.ent.example/login;jsessionid=0123secret?service=x"),
        ("in capitals", "https://cas.ent.example/login;JSESSIONID=0123secret"),
        ("within", "https://cas.ent.example/login;jsessionid=0123secret/?a=b"),
        ("another parameter", "https://cas.ent.example/login;token=0123secret"),
        (
            "of the service",
            "https://cas.ent.example/login?service=https%3A%2F%2Fs%2Fpronote%3Bjsessionid%3D0123secret%2F",
        ),
    ],
)
def test_a_session_in_an_address_of_the_cas_is_cut(source: str, location: str) -> None:
    found = parse_redirect(location, _BASE)
    for shown in (found.address, found.service, found.login, repr(found)):
        assert "secret" not in shown, source
    assert found.host == "cas.ent.example"


def test_tls_that_fails_otherwise_is_told_too(tmp_path: Path) -> None:
    with answering(lambda c: c.sendall(b"220 mail")) as port:
        options = HostedOptions(cache_dir=str(tmp_path / "cache"), timeout=5)
        with pytest.raises(HostedServerError) as caught:
            read_hosted_release(_UAI, f"https://{ADDRESS}:{port}/", options=options)
    assert caught.value.fact.startswith("TLS with it failed")
