from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.prepare.sources import (
    SOURCES,
    Offer,
    choose_offer,
    is_url,
    no_page,
    parse_installer_name,
    read_page,
    source_of,
    url_file_name,
)

_PAGES = Path(__file__).with_name("pages")
_URL = SOURCES["pronote_client"].page
_BASE = "https://tele3.index-education.com/telechargement/pn/v2024.0/exe"


def _read(name: str) -> list[Offer]:
    return read_page("pronote_client", (_PAGES / f"{name}.html").read_bytes(), url=_URL)


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (
            "2023",
            [
                ("2023.0.2.7", "x64", "https://tele7.index-education.com/telechargement/pn/v2023.0/exe/"),
                ("2023.0.2.7", "x86", "https://tele7.index-education.com/telechargement/pn/v2023.0/exe/"),
            ],
        ),
        ("2024", [("2024.3.11", "x64", f"{_BASE}/"), ("2024.3.11", "x86", f"{_BASE}/")]),
        (
            "2026",
            [
                ("2026.2.7", "x64", "https://www.index-education.com/telechargement/pn/v2026.0/exe/"),
                ("2026.2.7", "x64", "https://tele5.index-education.com/telechargement/pn/v2026.0/exe/"),
            ],
        ),
    ],
)
def test_pages_of_each_year(year: str, expected: list[tuple[str, str, str]]) -> None:
    offers = _read(year)
    assert [(str(o.release), o.arch, o.url.removesuffix(o.name)) for o in offers] == expected


def test_a_page_that_changed_says_what_was_looked_for_and_how_to_go_on() -> None:
    with pytest.raises(ValueError, match="links no installer of Client PRONOTE") as caught:
        _read("changed")
    for part in (
        _URL,
        "buttons (a.btn.btn-primary), then any link",
        "like Install_PRNclient_FR_2026.2.7_win64.exe",
        "2 links, to 'Outils_2026.exe'",
        "pronote_prepare_installer=",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (b"", "it is empty or not HTML"),
        (b"\x00\xff\xfe", "links no installer"),
        (b"%PDF-1.7", "it has 0 links, none to an .exe"),
        (b"<html><body><a>nowhere</a></body></html>", "it has 0 links, none to an .exe"),
        (b"<a href='http://[bad'>x</a>", "it has 1 link, none to an .exe"),
    ],
)
def test_what_is_no_page(page: bytes, says: str) -> None:
    with pytest.raises(ValueError, match="links no installer") as caught:
        read_page("pronote_client", page, url=_URL)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Install_PRNclient_FR_2023.0.2.7_win64.exe", ("2023.0.2.7", "x64")),
        ("Install_PRNclient_FR_2024.3.11_win32.exe", ("2024.3.11", "x86")),
        ("install_prnclient_fr_2026.2.7_WIN64.EXE", ("2026.2.7", "x64")),
        ("setup.exe", None),
        ("Install_PRNclient_FR_2023.2.7_win64.exe", None),  # three parts before 2024
        ("Install_PRNclient_FR2700202.exe", None),  # 2016
        ("Install_PRNserveur_FR_2026.2.7_win64.exe", None),
        ("Install_PRNclient_IT_2026.2.7_win64.exe", None),
        ("Install_PRNclient_FR_2026.2.7_arm64.exe", None),
        ("Install_PRNclient_FR_2026.2.7_win64.exe.html", None),
        ("Install_PRNclient_FR_２０26.2.7_win64.exe", None),
    ],
)
def test_names(name: str, expected: tuple[str, str] | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="is not"):
            parse_installer_name("pronote_client", name)
    else:
        offer = parse_installer_name("pronote_client", name)
        assert (str(offer.release), offer.arch, offer.name) == (*expected, name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Install_EDTmonoposte_FR_2026.2.7_win64.exe", ("2026.2.7", "x64")),
        ("Install_EDT_Monoposte_FR_2023.0.2.7_win32.exe", ("2023.0.2.7", "x86")),
        ("Install_EDTmono_FR_2026.2.7_win64.exe", ("2026.2.7", "x64")),
        ("Install_EDTclient_FR_2026.2.7_win64.exe", None),  # EDT of the network, another program
        ("Install_EDTserveur_FR_2026.2.7_win64.exe", None),
        ("Install_EDTmonoposte_IT_2026.2.7_win64.exe", None),
        ("Install_PRNclient_FR_2026.2.7_win64.exe", None),
    ],
)
def test_names_of_edt(name: str, expected: tuple[str, str] | None) -> None:
    if expected is None:
        with pytest.raises(
            ValueError, match=r"is not the name of an installer of EDT monoposte.* give the file this name"
        ):
            parse_installer_name("edt_monoposte", name)
    else:
        offer = parse_installer_name("edt_monoposte", name)
        assert (str(offer.release), offer.arch) == expected


def test_a_page_named_by_hand_is_read_for_its_own_product() -> None:
    links = ("Install_PRNclient_FR_2026.2.7_win64.exe", "Install_EDTmonoposte_FR_2026.2.9_win64.exe")
    page = "".join(f'<a href="/x/{link}">Télécharger</a>' for link in links).encode()
    for product, link in zip(("pronote_client", "edt_monoposte"), links, strict=True):
        assert [o.url for o in read_page(product, page, url="https://h/p")] == [f"https://h/x/{link}"]


def test_the_offer_of_the_release_and_architecture_is_chosen() -> None:
    offers = _read("2024")
    chosen = choose_offer(offers, release=Release.parse("2024.3.11.2"), arch="x86", url=_URL)
    assert chosen.url == f"{_BASE}/Install_PRNclient_FR_2024.3.11_win32.exe"
    assert choose_offer(_read("2026"), release=Release.parse("2026.2.7"), arch="x64", url=_URL).url.startswith(
        "https://www."
    )


def test_a_release_that_is_not_offered() -> None:
    with pytest.raises(ValueError, match=r"has 2024\.3\.11 x64, 2024\.3\.11 x86, not 2024\.3\.9 x64") as caught:
        choose_offer(_read("2024"), release=Release.parse("2024.3.9"), arch="x64", url=_URL)
    assert f"may still be at {_BASE}/Install_PRNclient_FR_2024.3.9_win64.exe" in str(caught.value)
    with pytest.raises(ValueError, match="not 2025") as caught:
        choose_offer(_read("2024"), release=Release.parse("2025.1.3"), arch="x64", url=_URL)
    assert "may still be" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://tele3.index-education.com/a%20b.exe", True),
        ("HTTP://host/x", True),
        ("/home/admin/x.exe", False),
        ("C:\\x.exe", False),
        ("file:///etc/passwd", None),
        ("https://user:secret@host/x.exe", None),
        ("https:///x.exe", None),
        ("https://host/{{ x }}.exe", None),
        ("https://host/a b.exe", None),
        ("https://host/é.exe", None),
        ("https://host/a\nb.exe", None),
    ],
)
def test_addresses(text: str, expected: bool | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="address") as caught:
            is_url(text)
        assert "secret" not in str(caught.value)
    else:
        assert is_url(text) is expected


def test_the_file_name_of_an_address() -> None:
    assert url_file_name("https://h/a/Install%5FPRNclient.exe?x=/y#z") == "Install_PRNclient.exe"


def test_of_a_product_without_an_entry_the_installer_is_named_after_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(SOURCES, "edt_monoposte")
    named = parse_installer_name("edt_monoposte", source_of("edt_monoposte").example)
    assert (str(named.release), named.arch) == ("2026.2.7", "x64")
    with pytest.raises(ValueError, match="give the file this name"):
        parse_installer_name("edt_monoposte", "Install_EDTmonoposte_FR_2026.2.7_win64.exe")
    assert str(no_page("edt_monoposte")).startswith("no download page of EDT monoposte is known")
