# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands between the controller and a hosted server, by what it answers: a proxy, a filter, a portal. Pure."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urljoin

from ..base.identifiers import host_of
from ..base.message import Message
from ..base.text import one_line
from .description import HostedServerError, parse_server_header

__all__ = ["intercepted", "redirected", "refused", "tunnel_status"]

# http.client, of a proxy that does not open a tunnel; it has no class of its own.
_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})\b")
# What only a server between has in its answer.
_BETWEEN: Final = ("Via", "X-Squid-Error", "X-Cache", "Proxy-Authenticate", "Proxy-Connection", "X-Zscaler", "CF-RAY")

_REFUSALS: Final = frozenset({401, 403, 451})
_PROXY = Message(
    "Give the controller the proxy with its name and password (https_proxy=http://name:password@proxy:port), or let it "
    "past (no_proxy)."
)
_LET = Message("Let the controller's address reach {host} in the proxy or filter of its network.")
_LATER = Message("Try again later; check the hosting console.")
_ADDRESS = Message("Check the UAI and pronote_server_url: the base of the server's address, as in …/pronote/.")


def tunnel_status(exc: BaseException | None) -> int | None:
    """The status with which a proxy refuses a tunnel; None for any other error."""
    # urllib's URLError has the error itself for its reason.
    cause = getattr(exc, "reason", None) or exc
    match = _TUNNEL.match(str(cause)) if isinstance(cause, OSError) else None
    return int(match[1]) if match else None


def _who(headers: Mapping[str, str]) -> str:
    """The server that answered in the other's place; empty when it is the server itself, or none says so."""
    server = headers.get("Server", "")
    if server and parse_server_header(server) is None and "HTTPAPI" not in server:
        return one_line(server, longest=60)
    found = next((f"{name}: {headers[name]}" for name in _BETWEEN if headers.get(name)), "")
    return one_line(found, longest=80)


def refused(server: str, status: int, headers: Mapping[str, str]) -> HostedServerError:
    """The error of a status that is no success. ``headers``: empty of a proxy that opened no tunnel."""
    host, who = host_of(server), _who(headers)
    fact, remedy = Message("it answered HTTP {status}", status=status), _LATER
    if status == 407:
        fact, remedy = Message("a proxy on the way wants a name and a password (HTTP 407)"), _PROXY
    elif status == 511:
        fact = Message("a portal on the way wants somebody to log in first (HTTP 511)")
        remedy = _LET.given(host=host)
    elif not headers or (who and status in {*_REFUSALS, 502, 503, 504}):
        fact = Message("something on the way answers in its place (HTTP {status})", status=status)
        remedy = _LET.given(host=host)
    elif status in _REFUSALS:
        remedy = _LET.given(host=host)
    elif status in {400, 404, 410}:
        remedy = _ADDRESS
    elif status == 429:
        remedy = Message("It is asked too often: wait some hours.")
    return HostedServerError(server, _of(fact, who), remedy=remedy)


def _of(fact: Message, who: str) -> Message:
    return Message("{fact}, from {name}", fact=fact, name=repr(who)) if who else fact


def redirected(server: str, location: str) -> HostedServerError:
    """The error of a redirect, with the host that it leads to: never the rest of it, which may be a session's."""
    try:
        host = host_of(urljoin(server, location.strip()))
    except ValueError:
        host = ""
    if host and host == host_of(server):
        return HostedServerError(
            server, Message("it redirects to another of its own addresses instead of answering"), remedy=_ADDRESS
        )
    return HostedServerError(
        server,
        Message("it redirects to {host} instead of answering", host=one_line(host, longest=100) or "?"),
        remedy=Message(
            "Check pronote_server_url: the address of the server itself, not of the ENT. If that host is a portal or a "
            "filter of the controller's network, let the controller through."
        ),
    )


def intercepted(server: str, error: ssl.SSLError, reason: str) -> HostedServerError:
    """The error of TLS that failed: a certificate that is not believed may be that of a filter which opens TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = one_line(getattr(error, "verify_message", "") or reason, longest=120)
        return HostedServerError(
            server,
            Message("the certificate that came is not believed ({reason})", reason=why),
            remedy=Message(
                "Look at the controller's clock. If a proxy or a filter of its network opens TLS, give its authority "
                "(ca_path) or let this host past; do not ignore certificates."
            ),
        )
    return HostedServerError(
        server,
        Message("TLS with it failed ({reason})", reason=reason),
        remedy=Message("Look for a proxy or a filter between that does not let TLS through; check https or http."),
    )
