# SPDX-License-Identifier: GPL-3.0-or-later
"""What shows that PRONOTE and the ENT are connected through CAS (operation 5). Pure; ``checks/cas_ask.py`` asks.

Hosts alone are compared (docs/fidelity.md, O11): paths, ports and the case of addresses vary. Of an address that a
server gives, only what is needed is kept: a query may hold a token.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit, urlunsplit

from ..base.identifiers import host_of
from ..base.message import sourced, with_sources
from .catalogue import FINDINGS
from .findings import Report

__all__ = ["Observation", "Redirect", "judge_cas", "parse_redirect", "refuses_service", "tls_problem"]

# What is no finding: its code, and the values that go with it.
_SOUND = {"redirect": ("host", "scheme", "service_host"), "login": ("host", "address")}
# OpenSSL's verification results (openssl/x509_vfy.h).
_TLS = {
    **dict.fromkeys((9, 10), "login_tls_expired"),
    **dict.fromkeys((62, 64), "login_tls_name"),
    **dict.fromkeys((2, 18, 19, 20, 21), "login_tls_untrusted"),
}
# Of the page (HTTP 403) that Apereo CAS shows for a service it does not know: "Application Not Authorized to Use CAS".
# The French words are a guess.
_SERVICE_REFUSED = re.compile(
    r"not authorized to use CAS|autorisée? à utiliser (?:le )?(?:service )?CAS|service non autorisé", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """Where a server sends its visitor. ``service`` is the address to come back to, without its query."""

    scheme: str
    host: str
    address: str  # scheme, host, port and path
    # The whole of it, to be followed and neither kept nor shown.
    whole: str = field(repr=False)
    service: str = ""

    @property
    def service_host(self) -> str:
        return host_of(self.service)

    @property
    def login(self) -> str:
        """The login page's address, with nothing of the query but the service."""
        return self.address + (f"?service={quote(self.service, safe='')}" if self.service else "")


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What one request showed: a code of the table in ``judge_cas``, and its values. Goes to the cache as it is."""

    what: str
    values: dict[str, str]

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return {"what": self.what, "values": with_sources(self.values)}

    @classmethod
    def load(cls, data: dict[str, Any]) -> Observation:
        """Read it back. Raises TypeError, AttributeError, KeyError for something that cannot be told."""
        given = data["values"]
        values = {str(k): sourced(str(v), given.get(f"{k}_source")) for k, v in given.items() if isinstance(v, str)}
        seen = cls(what=str(data["what"]), values=values)
        if seen.what in _SOUND:
            for name in _SOUND[seen.what]:
                seen.values[name]
        else:
            FINDINGS[seen.what].text.source.text.format(**seen.values)
        return seen


def _bare(address: str) -> str:
    """An address without user, query, fragment and what servlets put behind a path (;jsessionid=…, a session's).

    Raises ValueError.
    """
    parts = urlsplit(address)
    host, path = parts.hostname or "", re.sub(r";[^/]*", "", parts.path)
    shown = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, shown + (f":{parts.port}" if parts.port else ""), path, "", ""))


def parse_redirect(location: str, asked: str) -> Redirect:
    """Read a ``Location``, relative to what was asked. Raises ValueError when it cannot be followed."""
    if not location.isprintable():
        raise ValueError("control characters")
    target = urljoin(asked, location.strip())
    parts = urlsplit(target)
    if parts.scheme not in {"http", "https"} or not host_of(target):
        raise ValueError("no http address")
    services = parse_qs(parts.query, max_num_fields=50).get("service", [""])
    service = services[0] if services[0].isprintable() else ""
    return Redirect(
        scheme=parts.scheme,
        host=host_of(target),
        address=_bare(target),
        whole=target,
        service=_bare(service) if service and host_of(service) and "://" in service else "",
    )


def refuses_service(page: str) -> bool:
    """Whether a CAS page says that it does not know the service."""
    return bool(_SERVICE_REFUSED.search(page))


def tls_problem(error: ssl.SSLError) -> str:
    """The code of a TLS failure."""
    return _TLS.get(getattr(error, "verify_code", 0), "login_tls_other")


def judge_cas(
    report: Report,
    *,
    stated: dict[str, Any],
    stated_at: str,
    server: str,
    ent_host: str,
    redirect: Observation | None,
    login: Observation | None,
    asked_at: str,
) -> None:
    """Add what was seen. ``stated`` is what the server says of itself; None is for what was not asked."""
    if not stated["active"]:
        report.find("cas_off")
        return
    stated_host = host_of(str(stated["host"]))
    if not stated_host:
        report.find("cas_address_absent")
    elif not ent_host:
        report.find("cas_host_not_configured", found=stated_host)
    elif stated_host != ent_host:
        report.find("cas_other_host", found=stated_host, expected=ent_host)
    if stated_host:
        report.prove("cas_on", date=stated_at, source=server, host=stated_host)
    if redirect is not None:
        _judge_redirect(report, redirect, server=server, expected=ent_host or stated_host, asked_at=asked_at)
    if login is not None and login.what != "login":
        report.find(login.what, **login.values)
    elif login is not None:
        report.prove("cas_login", date=asked_at, source=login.values["address"], host=login.values["host"])


def _judge_redirect(report: Report, redirect: Observation, *, server: str, expected: str, asked_at: str) -> None:
    if redirect.what != "redirect":
        report.find(redirect.what, **redirect.values)
        return
    host, service, own = redirect.values["host"], redirect.values["service_host"], host_of(server)
    wrong: dict[str, dict[str, str]] = {}
    if expected and host != expected:
        wrong["redirect_other_host"] = {"found": host, "expected": expected}
    if redirect.values["scheme"] != "https":
        wrong["redirect_plain_http"] = {}
    if not service:
        wrong["redirect_no_service"] = {}
    elif service != own:
        wrong["redirect_other_service"] = {"found": service, "expected": own}
    for code, told in wrong.items():
        report.find(code, **told)
    if not wrong:
        report.prove("cas_redirect", date=asked_at, source=server, host=host, service=service)
