from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from lxml import html

from tests.lab.journal import Journal
from tests.lab.web.download import DownloadSite, Installer, download_app
from tests.unit.lab.web.serve import Client, with_client

_PAGE = "/fr/telecharger-pronote.php"
_PREVIEWS = "/fr/telecharger-pronote-pre-version.php"
_X64 = "/telechargement/pn/v2026.0/exe/Install_PRNclient_FR_2026.2.7_win64.exe"
_X86 = "/telechargement/pn/v2026.0/exe/Install_PRNclient_FR_2026.2.7_win32.exe"
_NEXT = "/telechargement/pn/v2027.0/exe/Install_PRNclient_FR_2027.1.3_win64.exe"
_CONTENT = b"MZ" + bytes(1022)


@pytest.fixture
def site(tmp_path: Path) -> DownloadSite:
    file = tmp_path / "setup.exe"
    file.write_bytes(_CONTENT)
    return DownloadSite(
        installers=[
            Installer(release="2026.2.7", arch="x64", file=file),
            Installer(release="2026.2.7", arch="x86", file=file),
            Installer(release="2027.1.3", arch="x64", file=file, preview=True),
            Installer(release="2026.2.7", arch="x64", file=file, product="edt_monoposte"),
        ]
    )


def _get(site: DownloadSite, path: str) -> tuple[int, str, bytes]:
    async def use(client: Client) -> tuple[int, str, bytes]:
        async with client.get(path) as answer:
            return answer.status, answer.content_type, await answer.read()

    return with_client(download_app(site, Journal()), use)


def _installers(page: bytes) -> list[str]:
    buttons = [a for a in html.fromstring(page.decode()).iter("a") if "btn-primary" in a.get("class", "")]
    return [link for a in buttons if (link := a.get("href", "")).endswith(".exe")]


@pytest.mark.parametrize(("page", "paths"), [(_PAGE, [_X64, _X86]), (_PREVIEWS, [_NEXT])])
def test_each_page_links_its_own_installers(site: DownloadSite, page: str, paths: list[str]) -> None:
    site.files_url = "https://tele3.index-education.com/"
    status, kind, content = _get(site, page)
    assert (status, kind) == (200, "text/html")
    assert _installers(content) == [f"https://tele3.index-education.com{path}" for path in paths]


def test_edt_is_there_and_no_page_links_it(site: DownloadSite) -> None:
    path = "/telechargement/edt/v2026.0/exe/Install_EDTmonoposte_FR_2026.2.7_win64.exe"
    assert _get(site, path)[2] == _CONTENT
    assert not [link for page in (_PAGE, _PREVIEWS) for link in _installers(_get(site, page)[2]) if "EDT" in link]


def test_a_link_of_the_page_gives_the_file(site: DownloadSite) -> None:
    journal = Journal()

    async def use(client: Client) -> bytes:
        async with client.get(_PAGE) as page:
            link = _installers(await page.read())[0]
        async with client.session.get(link) as answer:
            return await answer.read()

    assert with_client(download_app(site, journal), use) == _CONTENT
    assert [(e.data["server"], e.data["path"]) for e in journal.select(kind="web")] == [
        ("download", _PAGE),
        ("download", _X64),
    ]


def test_a_page_as_found_elsewhere_can_be_shown(site: DownloadSite) -> None:
    site.pages = {_PAGE: "<html><body>Refonte du site</body></html>"}
    assert _installers(_get(site, _PAGE)[2]) == []


@pytest.mark.parametrize("path", ["/fr/autre.php", _X64.replace("2026.2.7", "2026.2.8"), "/telechargement/pn/x.exe"])
def test_nothing_else_is_there(site: DownloadSite, path: str) -> None:
    assert _get(site, path)[0] == 404


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("ok", (200, _CONTENT)),
        ("missing", (404, None)),
        ("html_200", (200, b"<html><body>Erreur interne</body></html>")),
        ("truncated", (200, _CONTENT[:512])),
        ("typo", (500, None)),
    ],
)
def test_modes_of_a_file(site: DownloadSite, mode: str, expected: tuple[int, bytes | None]) -> None:
    site.modes = {_X64.rpartition("/")[2]: mode}
    status, _, content = _get(site, _X64)
    assert status == expected[0]
    if expected[1] is not None:
        assert content == expected[1]
    # The other architecture is not concerned.
    assert _get(site, _X86)[2] == _CONTENT


def test_a_file_cut_in_the_middle(site: DownloadSite) -> None:
    site.modes = {_X64.rpartition("/")[2]: "cut"}
    with pytest.raises(aiohttp.ClientPayloadError):
        _get(site, _X64)
