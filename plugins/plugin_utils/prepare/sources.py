# SPDX-License-Identifier: GPL-3.0-or-later
"""Installers as their publisher shows them: file names, and the download page that links them. Pure.

The page's structure is data (``SOURCES``): what is looked for is what an error says was looked for. Facts and their
sources: docs/fidelity.md, "The download site".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urljoin, urlsplit

import lxml.etree
import lxml.html

from ...module_utils.base.message import Message, linked
from ...module_utils.product.products import PRODUCTS
from ...module_utils.product.release import Release

__all__ = [
    "SOURCES",
    "InstallerSource",
    "Offer",
    "PageShape",
    "choose_offer",
    "is_url",
    "no_page",
    "parse_installer_name",
    "read_page",
    "same_folder",
    "url_file_name",
]


@dataclass(frozen=True, kw_only=True)
class PageShape:
    """Where a page has its direct links: an XPath that gives addresses, and the same in words."""

    words: Message
    links: str


@dataclass(frozen=True, kw_only=True)
class InstallerSource:
    """Where a product's installers are found, and what they are called. ``page``: empty when nobody knows one."""

    page: str
    preview_page: str
    # Tried in order; the first that has an installer counts.
    shapes: tuple[PageShape, ...]
    # Groups: release, bits. Four parts up to 2023, three since 2024: Release knows.
    file_name: re.Pattern[str]
    example: str
    naming: Message  # what to do about a file of another name


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An installer that a page links, or that somebody names."""

    release: Release
    arch: str
    name: str
    url: str = ""


_BUTTONS = PageShape(
    words=Message("buttons (a.btn.btn-primary)"),
    # Seen on both pages: <a class="btn btn-sm btn-primary" href="https://tele….exe">.
    links="//a[contains(concat(' ', normalize-space(@class), ' '), ' btn-primary ')]/@href",
)
# The name pattern is strict, so that links of any look may be read: a page that is only dressed anew goes on working.
_ANY_LINK = PageShape(words=Message("any link"), links="//a/@href")


def _named(what: str) -> str:
    release = r"(?P<release>20\d\d(?:\.\d{1,5}){2,3})"
    return rf"Install_{what}_FR_{release}_win(?P<bits>32|64)\.exe"


SOURCES: dict[str, InstallerSource] = {
    "pronote_client": InstallerSource(
        page="https://www.index-education.com/fr/telecharger-pronote.php",
        preview_page="https://www.index-education.com/fr/telecharger-pronote-pre-version.php",
        shapes=(_BUTTONS, _ANY_LINK),
        file_name=re.compile(_named("PRNclient"), re.ASCII | re.IGNORECASE),
        example="Install_PRNclient_FR_2026.2.7_win64.exe",
        naming=Message("keep the name that the file had on the download page"),
    ),
    # Its page and its file's name are in no public source that could be found (docs/fidelity.md, M7): the name is made
    # after the client's, and says release and architecture whatever the publisher calls the file.
    "edt_monoposte": InstallerSource(
        page="",
        preview_page="",
        shapes=(_BUTTONS, _ANY_LINK),
        file_name=re.compile(_named(r"EDT_?mono(?:poste)?"), re.ASCII | re.IGNORECASE),
        example="Install_EDTmonoposte_FR_2026.2.7_win64.exe",
        naming=Message(
            "if the publisher calls it otherwise, download it and give the file this name, its release and bits"
        ),
    ),
}
# RFC 3986. Braces are not in it: the address goes to the lock file, whose text Ansible reads as templates.
_URL = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_ARCHES = {"64": "x64", "32": "x86"}
_SHOWN = 8


def is_url(text: str) -> bool:
    """Whether an installer named by hand is an address. Raises ValueError for one that must not be used."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        return False
    parts = urlsplit(text)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise ValueError(Message("{text} is not an http:// or https:// address", text=repr(text)))
    if parts.username or parts.password:
        raise ValueError(
            Message("an address with a user name or a password in it is not used: it would stand in the lock file")
        )
    if not _URL.fullmatch(text):
        raise ValueError(Message("{text} holds characters that no address has", text=repr(text)))
    return True


def url_file_name(url: str) -> str:
    """The file name at the end of an address."""
    return unquote(urlsplit(url).path).rpartition("/")[2]


def parse_installer_name(product: str, name: str) -> Offer:
    """Release and architecture from an installer's file name. Raises ValueError that says what a name looks like."""
    source = SOURCES[product]
    match = source.file_name.fullmatch(name)
    if not match:
        raise ValueError(
            Message(
                "{name} is not the name of an installer of {title}, which looks like {example}; {naming}",
                name=repr(name),
                title=PRODUCTS[product].title,
                example=source.example,
                naming=source.naming,
            )
        )
    return Offer(release=Release.parse(match["release"]), arch=_ARCHES[match["bits"]], name=name)


def no_page(product: str) -> ValueError:
    """The error where a page would have to be read and none is known."""
    return ValueError(
        Message(
            "no download page of {title} is known: download its installer, see that it has a name "
            "like {example}, and pass it with pronote_prepare_installer=<file or address>",
            title=PRODUCTS[product].title,
            example=SOURCES[product].example,
        )
    )


def read_page(product: str, page: bytes, *, url: str) -> list[Offer]:
    """Every installer of a product that a download page links, in the page's order.

    Raises ValueError that says what was looked for, what was there, and how to go on by hand.
    """
    source = SOURCES[product]
    try:
        tree = lxml.html.document_fromstring(page, parser=lxml.html.HTMLParser(encoding="utf-8"))
    except (lxml.etree.LxmlError, ValueError) as exc:
        raise _changed(source, product, url, Message("it is empty or not HTML")) from exc
    for shape in source.shapes:
        offers = [offer for link in _links(tree, shape) if (offer := _offer(product, link, url)) is not None]
        if offers:
            return offers
    links = _links(tree, _ANY_LINK)
    programs = [name for link in links if (name := link.rpartition("/")[2]).lower().endswith(".exe")]
    there = Message("none to an .exe")
    if programs:
        there = Message("to {programs}", programs=", ".join(repr(p) for p in programs[:_SHOWN]))
    raise _changed(
        source,
        product,
        url,
        Message.plural("it has {n} link, {there}", "it has {n} links, {there}", len(links), there=there),
    )


def _links(tree: lxml.html.HtmlElement, shape: PageShape) -> list[str]:
    found = tree.xpath(shape.links)
    return [str(link).strip() for link in found] if isinstance(found, list) else []


def _offer(product: str, link: str, page_url: str) -> Offer | None:
    try:
        url = urljoin(page_url, link)
        named = parse_installer_name(product, url_file_name(url))
        return replace(named, url=url) if is_url(url) else None
    except ValueError:
        return None


def _changed(source: InstallerSource, product: str, url: str, there: str) -> ValueError:
    looked = linked(Message("{first}, then {then}"), [shape.words for shape in source.shapes])
    return ValueError(
        Message(
            "{url} links no installer of {title} (looked for: {looked}, to a file like {example}; "
            "{there}). The page may have changed: open it in a browser, download the installer "
            "there, and pass it with pronote_prepare_installer=<file or address>",
            url=url,
            title=PRODUCTS[product].title,
            looked=looked,
            example=source.example,
            there=there,
        )
    )


def choose_offer(offers: Sequence[Offer], *, release: Release, arch: str, url: str) -> Offer:
    """The offer for a release and an architecture. Raises ValueError that says what is offered instead."""
    for offer in offers:
        if offer.release == release and offer.arch == arch:
            return offer
    listed = ", ".join(dict.fromkeys(f"{o.release} {o.arch}" for o in offers))
    hint = next((same_folder(o, release) for o in offers if o.arch == arch and o.release.year == release.year), "")
    by_hand = Message(" (an older patch may still be at {hint})", hint=hint) if hint else ""
    raise ValueError(
        Message(
            "{url} has {listed}, not {release} {arch}. Pass the installer with "
            "pronote_prepare_installer=<file or address>{by_hand}; a pre-release is on another "
            "page (pronote_prepare_page=preview)",
            url=url,
            listed=listed,
            release=release,
            arch=arch,
            by_hand=by_hand,
        )
    )


def same_folder(offer: Offer, release: Release) -> str:
    """Where another release of an offer's year would be: a thing for people to try, never fetched unasked."""
    return offer.url[: -len(offer.name)] + offer.name.replace(str(offer.release), str(release))
