# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer that is no description means: of the server, or of what stands between it and the controller. Pure.

A hosted server names itself in its ``Server`` header (docs/fidelity.md, H): a refusal that does not is somebody else's,
most likely a filter's or a proxy's of the controller's own network.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from ..base.identifiers import host_of
from ..base.message import Message
from ..base.text import one_line
from .description import HOSTING, HostedServerError

__all__ = ["certificate_remedy", "redirected", "refusal"]

_ITS_OWN = re.compile(r"PRONOTE|Microsoft-HTTPAPI|INDEX.?EDUCATION", re.IGNORECASE)
_ITSELF = re.compile(r"[^\x21-\x7e]")
_LATER = Message("Try again later; check the hosting console.")
_ADDRESS = Message("Check the UAI and pronote_server_url against the hosting console.")
_LET_PASS = Message("Have the filter or the proxy of the controller's network let {host} pass.")
_OF_STATUS: dict[int, tuple[Message, Message]] = {
    401: (Message("something at its address wants a name and a password (HTTP 401)"), _ADDRESS),
    404: (Message("there is no PRONOTE at this address (HTTP 404)"), _ADDRESS),
    407: (
        Message("a proxy on the way wants a name and a password (HTTP 407{by})"),
        Message("Give them on the controller (https_proxy=http://name:password@proxy:port), or go without (no_proxy)."),
    ),
    410: (Message("there is no PRONOTE at this address any more (HTTP 410)"), _ADDRESS),
    429: (
        Message("it was asked too often (HTTP 429)"),
        Message("Wait some hours without asking it again; the last known release is used for audits meanwhile."),
    ),
    511: (
        Message("the controller's network wants somebody to log in first (HTTP 511)"),
        Message("Log in to its portal from the controller, or have it let the controller pass."),
    ),
}
_CLOCK = Message("Look at the controller's clock; if it is right, the certificate is out of date: try again later.")
_OPENED = Message(
    "A filter that opens TLS on the way shows an authority of its own: give its file (ca_path), or have it leave this "
    "server alone. Or this machine's own authorities are old (package ca-certificates)."
)
_CERTIFICATES: dict[int, Message] = {
    # OpenSSL's verification results (openssl/x509_vfy.h).
    **dict.fromkeys((9, 10), _CLOCK),
    **dict.fromkeys((2, 18, 19, 20, 21), _OPENED),
    62: Message("Check pronote_server_url: who answers there is another server, or a filter on the way."),
}


def refusal(server: str, status: int, headers: Mapping[str, str]) -> HostedServerError:
    """The error for an answer that is neither one of success nor a redirect. Its page has been looked at already."""
    by, host = _between(headers), host_of(server)
    if status in _OF_STATUS:
        fact, remedy = _OF_STATUS[status]
        return HostedServerError(server, fact.given(by=by), remedy=remedy)
    if status in {403, 451} and not _says_who_it_is(headers):
        fact = Message("a filter or a proxy on the way refuses it (HTTP {status}{by})", status=status, by=by)
        return HostedServerError(server, fact, remedy=_LET_PASS.given(host=host))
    if status in {502, 503, 504} and by:
        fact = Message("a proxy on the way could not reach it (HTTP {status}{by})", status=status, by=by)
        return HostedServerError(
            server, fact, remedy=Message("Try again later; look at that proxy's own way to the Internet.")
        )
    return HostedServerError(server, Message("it answered HTTP {status}", status=status), remedy=_LATER)


def certificate_remedy(error: ssl.SSLError) -> Message:
    """What to do about a TLS connection that did not come about."""
    otherwise = Message("Check pronote_server_url, and what stands between the controller and the server.")
    return _CERTIFICATES.get(getattr(error, "verify_code", 0), otherwise)


def redirected(server: str, location: str) -> HostedServerError:
    """The error for a redirect. It says to whom: a portal and a filter name themselves so."""
    try:
        target = urljoin(server, location.strip())
        there, scheme = host_of(target), urlsplit(target).scheme
    except ValueError:
        there, scheme = "", ""
    if not location.strip() or not there or _ITSELF.search(target):
        return HostedServerError(
            server,
            Message("it redirects instead of answering"),
            remedy=Message("Check pronote_server_url: the address of the server itself, not of the ENT or a portal."),
        )
    if there == host_of(server):
        fact = Message("it redirects to another page of its own instead of answering")
        remedy = _ADDRESS
        if scheme == "https" and not server.startswith("https:"):
            fact, remedy = Message("it redirects to https"), Message("Write https:// in pronote_server_url.")
        return HostedServerError(server, fact, remedy=remedy)
    fact = Message("it redirects to {host} instead of answering", host=there)
    if there.endswith(HOSTING):
        return HostedServerError(
            server,
            fact,
            remedy=Message(
                "Take that address for pronote_server_url, if the hosting console shows it as the school's."
            ),
        )
    return HostedServerError(
        server,
        fact,
        remedy=Message(
            "Check pronote_server_url: the address of the server itself, not of the ENT. Where {host} is a portal or a "
            "filter of the controller's network, log in there, or have it let the controller pass.",
            host=there,
        ),
    )


def _says_who_it_is(headers: Mapping[str, str]) -> bool:
    return bool(_ITS_OWN.search(headers.get("Server", ""))) and not _between(headers)


def _between(headers: Mapping[str, str]) -> Message | str:
    """Who answered instead, as it names itself, to follow an HTTP status; empty where nothing tells."""
    for name in ("X-Squid-Error", "Via", "Proxy-Authenticate", "X-Cache", "X-Zscaler", "CF-RAY", "Server"):
        said = one_line(headers.get(name, ""), longest=60)
        if said and not (name == "Server" and _ITS_OWN.search(said)):
            return Message(", {name}: {said}", name=name, said=said)
    return ""
