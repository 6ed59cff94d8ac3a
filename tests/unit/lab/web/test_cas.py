"""The lab's CAS server and the redirects of its hosted servers, asked by clients that are not ours."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.lab.journal import Journal
from tests.lab.web.cas import CasServer, cas_app
from tests.lab.web.hosted import HostedSchool, hosted_app
from tests.unit.lab.web.serve import Client, with_client
from tests.unit.web_thread import serving

_ADDRESS = "127.71.7.4"


@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        ("ok", ""),
        ("expired", "certificate has expired"),
        ("other_name", "IP address mismatch"),
        ("untrusted", "unable to get local issuer"),
    ],
)
def test_its_certificates(tmp_path: Path, certificate: str, words: str) -> None:
    server = CasServer(address=_ADDRESS, folder=tmp_path)
    trusting = ssl.create_default_context(cafile=str(server.authority))
    with serving(cas_app(server, Journal()), address=_ADDRESS, tls=server.context) as root:
        server.present(certificate)
        if not words:
            with urllib.request.urlopen(f"{root}/cas/login?service=x", context=trusting) as answer:
                assert (answer.status, b"password" in answer.read()) == (200, True)
            assert server.services == ["x"]
            return
        with pytest.raises(urllib.error.URLError, match=words):
            urllib.request.urlopen(f"{root}/cas/login", context=trusting)


@pytest.mark.parametrize(
    ("mode", "status", "location"),
    [
        ("ok", 200, ""),
        ("refused_en", 403, ""),
        ("http_500", 500, ""),
        ("elsewhere", 302, "https://idp.example.org/"),
        ("loop", 302, "/cas/login?step=1"),
        ("cookie", 302, "/cas/login?service=y"),
    ],
)
def test_its_login_page(tmp_path: Path, mode: str, status: int, location: str) -> None:
    server = CasServer(address=_ADDRESS, folder=tmp_path, mode=mode)

    async def use(client: Client) -> tuple[int, str]:
        async with client.get("/cas/login?service=y", allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", "")

    answered, target = with_client(cas_app(server, Journal()), use)
    assert answered == status
    assert target.startswith(location)


@pytest.mark.parametrize(
    ("page", "host", "service"),
    [
        ("ok", "cas.example.org", True),
        ("to_another", "cas.another.example.org", True),
        ("no_service", "cas.example.org", False),
        ("to_itself", "127.0.0.1", False),
    ],
)
def test_where_a_hosted_server_sends_a_browser(page: str, host: str, service: bool) -> None:
    school = HostedSchool(uai="0310001A", name="X", release="2026.2.7", cas="https://cas.example.org", page=page)

    async def use(client: Client) -> str:
        async with client.get("/0310001A/pronote/", allow_redirects=False) as answer:
            return answer.headers["Location"]

    target = urlsplit(with_client(hosted_app({school.uai: school}, Journal()), use))
    assert target.hostname == host
    assert ("service" in parse_qs(target.query)) is service
