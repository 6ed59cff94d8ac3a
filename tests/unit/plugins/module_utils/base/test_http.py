"""One request: its redirect is an answer, its trust is its own."""

from __future__ import annotations

import ssl
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest
import trustme
from aiohttp import web
from ansible_collections.rentree.pronote.plugins.module_utils.base.http import open_once, trust

from tests.unit.web_thread import serving


async def _answer(request: web.Request) -> web.Response:
    if request.path == "/moved":
        raise web.HTTPFound("/here")
    response = web.Response(text=f"{request.headers.get('Cookie', '')} {request.headers.get('Authorization', '')}")
    response.set_cookie("seen", "1")
    return response


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def site(authority: trustme.CA, tmp_path: Path) -> Iterator[str]:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.61.0.9").configure_cert(tls)
    app = web.Application()
    app.add_routes([web.get("/{any:.*}", _answer)])
    with serving(app, address="127.61.0.9", tls=tls) as root:
        yield root


def _get(address: str, *, validate_certs: bool = True, ca_path: str | None = None, jar: CookieJar | None = None) -> str:
    with open_once(address, timeout=10, validate_certs=validate_certs, ca_path=ca_path, jar=jar) as response:
        text: str = response.read().decode()
    return text


def test_a_redirect_is_not_followed(site: str) -> None:
    with pytest.raises(HTTPError) as caught:
        _get(f"{site}/moved", validate_certs=False)
    assert (caught.value.code, caught.value.headers["Location"]) == (302, "/here")


def test_nothing_of_a_request_is_left_for_the_next_one(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests go on side by side in one process: what one trusts or was given is not the others'."""
    opener = urllib.request.build_opener()
    monkeypatch.setattr(urllib.request, "_opener", opener)
    (tmp_path / "netrc").write_text("machine 127.61.0.9 login me password secret\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    jar = CookieJar()
    assert _get(site, ca_path=str(tmp_path / "ca.pem"), jar=jar) == " "
    assert _get(site, ca_path=str(tmp_path / "ca.pem"), jar=jar) == "seen=1 "
    assert _get(site, validate_certs=False) == " "
    with pytest.raises(URLError, match="certificate verify failed"):
        _get(site)
    assert urllib.request._opener is opener  # type: ignore[attr-defined]  # not in typeshed


def test_authorities_are_read_once(site: str, tmp_path: Path) -> None:
    ours = str(tmp_path / "ca.pem")
    assert trust(True, ours) is trust(True, ours)
    assert len({id(trust(*each)) for each in ((True, ours), (True, None), (False, None), (False, ours))}) == 4
    assert trust(True, None).verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(FileNotFoundError):
        trust(True, str(tmp_path / "none.pem"))
