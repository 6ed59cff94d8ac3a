# SPDX-License-Identifier: GPL-3.0-or-later
"""What a school's hosted server says of itself without login. Pure; the reading is in ``server/release.py``.

Facts and their sources: docs/fidelity.md, H.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ..base.identifiers import host_of, parse_uai
from ..base.message import Message, message_of
from ..base.text import decoded, one_line, printable_line, printable_message
from ..base.times import iso_of
from ..product.release import Release

__all__ = [
    "HOSTING",
    "INFO_PATH",
    "SUSPENDED",
    "HostedInfo",
    "HostedServerError",
    "ServedRelease",
    "base_url",
    "disagreements",
    "known_refusal",
    "parse_info",
    "parse_server_header",
]

# The identifier is the same for all schools: the official mobile application hard-codes it.
INFO_PATH = "InfoMobileApp.json?id=0D264427-EEFC-4810-A9E9-346942A862A4"

_HEADER = re.compile(r"PRONOTE (?P<year>\d{4})(?: - (?P<old>[\d.]+)|(?P<rest>[\d.]+))")
HOSTING = ".index-education.net"
"""Where hosted servers have their names."""
# What stands behind the base in a browser: eleve.html, mobile.parent.html, InfoMobileApp.json.
_PAGE = re.compile(r"/[^/]*\.(?:html?|json|pcprn)$", re.IGNORECASE)
_MAX_NAME = 200
_MAX_SPACES = 50
SUSPENDED = Message("it has suspended the controller's address")
"""A fact: every further request makes it last longer."""

# Sentences of the pages that stand in for an answer, with their meaning and what to do.
_REFUSALS: tuple[tuple[re.Pattern[str], Message, Message], ...] = (
    (
        re.compile(r"provisoirement suspendue|temporarily suspended", re.IGNORECASE),
        SUSPENDED,
        Message("Wait some hours without asking it again; the last known release is used for audits meanwhile."),
    ),
    (
        re.compile(r"momentanément indisponible", re.IGNORECASE),
        Message("the site is momentarily unavailable (maintenance)"),
        Message("Try again later, or pin pronote_client_release."),
    ),
    (
        re.compile(r"site n['\u2019]est pas disponible", re.IGNORECASE),
        Message("the site is not available"),
        Message("Check the school's server in the hosting console; pin pronote_client_release meanwhile."),
    ),
    (
        re.compile(r"page demandée n['\u2019]existe pas", re.IGNORECASE),
        Message("the page does not exist"),
        Message("Check the UAI and pronote_server_url."),
    ),
)


class HostedServerError(Exception):
    """The server could not be read: which server, the fact, the remedy. Never taken for an old release."""

    def __init__(self, server: str, fact: str, *, remedy: str, ours: bool = False) -> None:
        """``ours``: a fault of this machine, for which the server was not asked."""
        self.ours = ours
        # What the server said is in them: one printable line each, before anything shows, keeps or logs it.
        self.server = printable_line(server)
        self.fact, self.remedy = printable_message(fact), printable_message(remedy)
        told = Message("the hosted server {server} could not be read: {fact}. {remedy}")
        super().__init__(told.given(server=self.server, fact=self.fact, remedy=self.remedy))

    def as_result(self) -> dict[str, Any]:
        """A task result that failed of it."""
        told = {"kind": "server", "server": self.server, "fact": self.fact, "remedy": self.remedy}
        return {"failed": True, "changed": False, "msg": message_of(self), **told}


@dataclass(frozen=True, kw_only=True)
class HostedInfo:
    """What the server says. ``cas_host`` is a host name only: the CAS token is never kept.

    ``header``: the release of its ``Server`` header, where that is another one.
    """

    release: Release
    name: str
    cas_active: bool
    cas_host: str
    spaces: list[str] = field(default_factory=list)
    header: Release | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "release": str(self.release),
            "client_release": str(self.release.client),
            "year": self.release.year,
            "name": self.name,
            "cas": {"active": self.cas_active, "host": self.cas_host},
            "spaces": self.spaces,
            # Not "warnings": Ansible takes that key out of a module's result.
            "disagreements": [str(each) for each in disagreements(self.release, self.header)],
            "header_release": str(self.header or ""),
        }


@dataclass(frozen=True, kw_only=True)
class ServedRelease:
    """What a school's server runs. ``release`` None: nobody knows, and ``error`` says why (``fact``: that alone).

    A release with an ``error`` is the server's last word. ``info``: what it says of itself; none when it is pinned.
    """

    server: str = ""
    release: Release | None = None
    info: Mapping[str, Any] = field(default_factory=dict)
    read_at: float = 0.0
    cached: bool = False
    pinned: bool = False
    error: str = ""
    fact: str = ""

    @property
    def client(self) -> Release | None:
        """The release of the clients that go with it."""
        return self.release and self.release.client

    @property
    def stale(self) -> bool:
        """Whether this is the last known release of a server that cannot be read now."""
        return self.release is not None and bool(self.error)

    @property
    def warnings(self) -> list[Message]:
        """What a person should be told although there is an answer."""
        told = [Message("{error} (its last known release is used)", error=self.error)] if self.stale else []
        told += [
            Message("the hosted server {server}: {fact}", server=self.server, fact=each)
            for each in disagreements(self.info.get("release", ""), self.info.get("header_release"))
        ]
        return told

    def as_dict(self) -> dict[str, Any]:
        return {
            **self.info,
            "server": self.server,
            "read_at": iso_of(self.read_at),
            "cached": self.cached,
            "stale": self.stale,
            "error": self.error,
        }


def base_url(uai: str, url: str = "") -> str:
    """The base address of a school's server: that of the one given, else the one its UAI has. Raises ValueError.

    An address as somebody took it from a browser will do: its page, session and query are cut off.
    """
    if not url:
        return f"https://{parse_uai(uai)}{HOSTING}/pronote/"
    base = _base_of(url)
    if base is None:
        raise ValueError(
            Message(
                "{url} is not the address of a hosted server, as in https://<UAI>.index-education.net/pronote/",
                url=repr(url),
            )
        )
    return base


def _base_of(url: str) -> str | None:
    """Without a page; None for what is no address, or holds a password that a cache or an error would show."""
    pasted = url.strip().strip("<>\"'\u00a0\u200b\ufeff").strip()
    # urlsplit drops line breaks and tabs silently, so they are looked for first.
    if not pasted.isprintable() or re.search(r"[\s@]", pasted):
        return None
    # Browsers show an address without its scheme.
    if (
        "://" not in pasted
        and re.match(r"[^/?#:]+\.[^/?#:]+(?:[/?#:]|$)", pasted)
        and not _PAGE.fullmatch(f"/{pasted}")
    ):
        pasted = f"https://{pasted}"
    try:
        parts = urlsplit(pasted)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return None
    # A session may stand behind any part of a path.
    path = _PAGE.sub("", re.sub(r";[^/]*", "", parts.path)).rstrip("/")
    if not path and parts.hostname.endswith(HOSTING):
        path = "/pronote"
    return f"{parts.scheme}://{parts.netloc}{path}/"


def known_refusal(server: str, body: bytes) -> HostedServerError | None:
    """The refusal that a page says in words, if it is one of those that are known."""
    # JSON is UTF-8; pages of Windows servers may be in its Western European code page.
    sentence = html.unescape(decoded(body))
    for pattern, fact, remedy in _REFUSALS:
        if pattern.search(sentence):
            return HostedServerError(server, fact, remedy=remedy)
    return None


def _unreadable(server: str, body: bytes) -> HostedServerError:
    if (refusal := known_refusal(server, body)) is not None:
        return refusal
    text = decoded(body)
    if "<html" in text.lower() or "<!doctype" in text.lower():
        return HostedServerError(
            server,
            Message("it answered an HTML page instead of its description{title}", title=_title(text)),
            remedy=Message(
                "Open the address in a browser on the controller and look: a portal or a filter may stand in between, "
                "or pronote_server_url is not that of a PRONOTE server."
            ),
        )
    return HostedServerError(
        server,
        Message("it answered something that is not JSON instead of its description"),
        remedy=Message("Open the address in a browser and look."),
    )


def _title(page: str) -> Message | str:
    """What a page calls itself, which names whose it is."""
    found = re.search(r"<title[^>]{0,200}>([^<]{1,300})", page, re.IGNORECASE)
    title = one_line(html.unescape(found[1]), longest=80) if found else ""
    return Message(" ({title})", title=repr(title)) if title else ""


def parse_info(server: str, body: bytes, *, server_header: str = "") -> HostedInfo:
    """Read the answer to INFO_PATH, cross-checked with the ``Server`` header. Raises HostedServerError."""
    try:
        data = _loaded(body)
    except (ValueError, RecursionError) as exc:
        raise _unreadable(server, body) from exc
    try:
        release = _stated(data)
    except ValueError as exc:
        raise HostedServerError(
            server, message_of(exc), remedy=Message("Report it: the format may have changed.")
        ) from exc
    cas: dict[str, Any] = data["CAS"] if isinstance(data.get("CAS"), dict) else {}
    spaces: list[Any] = data["espaces"] if isinstance(data.get("espaces"), list) else []
    address = str(cas.get("casURL") or "")
    return HostedInfo(
        release=release,
        name=_name(data.get("nomEtab")),
        cas_active=bool(cas.get("actif")),
        cas_host=host_of(address) if "://" in address else "",
        spaces=[_name(s.get("nom")) for s in spaces[:_MAX_SPACES] if isinstance(s, dict) and s.get("nom")],
        header=header if (header := parse_server_header(server_header)) != release else None,
    )


def _loaded(body: bytes) -> Any:
    """JSON in any of its encodings, with a byte order mark or without, or in a code page of Windows.

    Raises ValueError, RecursionError.
    """
    try:
        return json.loads(body)
    except UnicodeDecodeError:
        return json.loads(decoded(body))


def _stated(data: Any) -> Release:
    """The release of a description. Raises ValueError."""
    if not isinstance(data, dict):
        raise ValueError(Message("it answered JSON that is not a description of itself"))  # noqa: TRY004  (of a server's answer)
    version = data.get("version")
    if not isinstance(version, list) or not all(isinstance(part, int) for part in version):
        raise ValueError(Message("its description has no version ({version})", version=repr(version)))
    return Release.parse(".".join(str(part) for part in version))


def _name(value: object) -> str:
    """A name for people, kept for every station of the school: one line, of a length that a name may have."""
    return one_line(value or "", longest=0)[:_MAX_NAME]


def parse_server_header(header: str) -> Release | None:
    """``PRONOTE 2024.3.9 Microsoft-HTTPAPI/2.0`` or ``PRONOTE 2019 - 0.2.5``; None for anything else."""
    match = _HEADER.match(header.strip())
    return Release.read(f"{match['year']}.{match['old'] or (match['rest'] or '').strip('.')}") if match else None


def disagreements(release: Release | str, header: Release | str | None) -> list[Message]:
    """What is said of a ``Server`` header of another release; of none, nothing."""
    told = Message(
        "its description says {release}, its Server header {header}: an update may be under way",
        release=release,
        header=header,
    )
    return [told] if header else []
