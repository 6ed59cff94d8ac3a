# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station is asked: the first command line of every reading, one for the depot, and three reads of WMI. Pure.

At most ten requests with Basic, shell included, and one more where Windows' write filter is installed. What
cannot be read by itself keeps nothing else from being read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from ...module_utils.base.message import Message
from ...module_utils.base.numbers import natural
from ...module_utils.product.products import Product
from ..job.curl import curl_said
from ..station.boot import boot_time
from ..station.cmdline import CURL, REVOCATION, join, quote, tool, valid_url
from ..station.errors import AccessDeniedError, ControllerError, StationError, UnseenError
from ..station.overview import Overview, parse_reg_query
from ..station.probe import read_free_bytes, read_frozen, read_overview
from ..station.protection import find_freezer
from ..station.questions import Get, Query, Reading, Run
from ..station.sections import digest_command, digest_in, marker, sections

__all__ = ["Facts", "Fetch", "Served", "depot_command", "looking", "parse_served"]

_ENVIRONMENT = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")
_PROFILES: Final = ("public", "private", "domain")
_PROFILE_QUERY = "select NetworkCategory from MSFT_NetConnectionProfile"
_PROFILE_NAMESPACE = "root/standardcimv2"
_LONGEST = 200
# curl has a minute, and Windows' check of a revocation some more.
_FETCHING = 100.0


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """What the station fetches from the depot, and what it should be. ``name``: of a file that nobody can foresee."""

    url: str
    digest: str
    name: str
    revocation: str = "require"


@dataclass(frozen=True, kw_only=True)
class Served:
    """What came of it.

    ``fetched``: whether anything was; ``digest``: of that, empty where nothing could read it; ``code`` and ``said``:
    curl's exit code (-1: it said none) and what it wrote; ``proxies``: machine-wide variables, by name.
    """

    fetched: bool
    digest: str
    code: int
    said: str
    proxies: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that was read; ``problems``: what was not, by check, and why.

    ``ahead``: seconds that its clock is ahead of ours (behind: negative), beyond what asking took. ``profile``: the
    least trusted of its networks, by name, empty for none. ``frozen`` None: nobody can tell.
    """

    overview: Overview
    ahead: float | None = None
    free_bytes: int | None = None
    profile: str = ""
    frozen: str | None = ""
    served: Served | None = None
    problems: dict[str, StationError] = field(default_factory=dict)


def depot_command(fetch: Fetch) -> str:
    """Fetch a file as jobs do, print its digest, and delete it. Raises ValueError for an address that needs quoting.

    It lies in the account's own temporary folder meanwhile, where standard users make no links; nothing runs it.
    """
    part = f'"%TEMP%\\{fetch.name}"'
    curl = f"{CURL} {REVOCATION[fetch.revocation]}".rstrip()
    return join(
        [
            marker("proxies"),
            *(f'{tool("reg")} query "{_ENVIRONMENT}" /v {name} 2>nul' for name in _PROXIES),
            marker("served"),
            f"{curl} -fsS --connect-timeout 20 --max-time 60 -o {part} {quote(valid_url(fetch.url))}"
            f" && ({marker('fetched')}& {digest_command(part)})",
            f"del /q {part} 2>nul",
            # What deleting nothing comes to is no answer.
            "exit 0",
        ]
    )


def parse_served(output: bytes, errors: bytes) -> Served:
    """Read what that printed. Raises ValueError when it is cut short."""
    parts = sections(output)
    if "served" not in parts:
        raise ValueError(Message("the answer stops before what the depot serves"))
    said = errors.decode("utf-8", "replace")
    code, message = curl_said(said)
    if "is unknown" in said:
        code = 2
    values = [
        pair
        for _other, found in parse_reg_query(parts.get("proxies", b"").decode("utf-8", "replace"))
        for pair in found.items()
    ]
    return Served(
        fetched="fetched" in parts,
        digest=digest_in(parts.get("fetched", b"")),
        code=code,
        said=(message or said.strip())[:_LONGEST],
        proxies={name.lower(): _without_login(value) for name, value in values if name.lower() in _PROXIES and value},
    )


def _without_login(proxy: str) -> str:
    """An address of a proxy without what stands before the host: a name and a password are nobody's to read here."""
    before, _mark, host = proxy.rpartition("@")
    scheme, slashes, _login = before.partition("://")
    return f"{scheme if slashes else 'http'}://…@{host}"[:_LONGEST] if before else proxy[:_LONGEST]


def looking(
    product: Product, fetch_of: Callable[[Overview], Fetch | None], *, clock: Callable[[], dt.datetime]
) -> Reading[Facts]:
    """Read a station. ``fetch_of``: what to fetch on such a Windows, None for nothing. Raises StationError."""
    overview = yield from read_overview(product)
    facts = Facts(overview=overview)
    problems = facts.problems
    fetch = fetch_of(overview)
    if fetch is not None:
        line = depot_command(fetch)
        try:
            result = yield Run(line=line, doing=Message("fetching from the depot"), timeout=_FETCHING, pause=0.4)
            facts = replace(facts, served=parse_served(result.stdout, result.stderr))
        except ValueError as exc:
            problems["depot"] = _odd(exc)
        except StationError as exc:
            problems["depot"] = _told(exc)
    try:
        before = clock()
        row = yield Get(class_name="Win32_OperatingSystem")
        facts = replace(facts, ahead=_ahead(str((row or {}).get("LocalDateTime") or ""), before, clock()))
    except ValueError as exc:
        problems["clock"] = _odd(exc)
    except StationError as exc:
        problems["wmi"] = _told(exc)
        # Without the right to WMI nothing else of it is asked; and a filter of Windows tells its state by WMI alone.
        if isinstance(exc, AccessDeniedError):
            found = find_freezer(overview.windows, (process.image for process in overview.processes))
            frozen = "" if found is None else None if found.asks_wmi else found.name
            return replace(facts, frozen=frozen)
    try:
        facts = replace(facts, free_bytes=(yield from read_free_bytes(overview)))
    except StationError as exc:
        problems["space"] = _told(exc)
    try:
        rows = yield Query(wql=_PROFILE_QUERY, namespace=_PROFILE_NAMESPACE)
        known = [number for row in rows if (number := natural(row.get("NetworkCategory"))) is not None]
        facts = replace(facts, profile=_PROFILES[min(known)] if known and min(known) < len(_PROFILES) else "")
    except StationError as exc:
        problems["network"] = _told(exc)
    return replace(facts, frozen=(yield from read_frozen(overview)))


def _told(exc: StationError) -> StationError:
    """Raises the error of a station that does not answer any more, and of this machine: nothing else can be asked."""
    if isinstance(exc, UnseenError | ControllerError):
        raise exc
    return exc


def _odd(exc: ValueError) -> StationError:
    return StationError(str(exc), remedy="")


def _ahead(text: str, before: dt.datetime, after: dt.datetime) -> float:
    """Raises ValueError for no time."""
    there = boot_time(text)
    if there > after:
        return (there - after).total_seconds()
    return min(0.0, (there - before).total_seconds())
