# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read of a station, a school's server and the lock file, as findings: what holds, what does not, what to do.
Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...module_utils.base.message import Message, advised
from ...module_utils.product.release import Release
from ..depot.lock import published_digests
from ..job.curl import curl_cause
from ..station.errors import (
    AccessDeniedError,
    ControllerError,
    CredentialsRefusedError,
    InventoryError,
    ProtocolFaultError,
    QuotaError,
    StationError,
    StationFactError,
    UnreachableError,
    UnsupportedConnectionError,
)
from ..station.fitness import LISTED, NO_SPACE, S_MODE
from ..station.frozen import THAW
from ..station.kind import kind_of
from ..station.network_codes import NO_ADDRESS
from ..station.plain_causes import METHOD
from ..station.protection import code_integrity, policies
from .checks import Finding, Outcome, Place
from .look import Facts, Fetch, Served
from .rounds import Standing

__all__ = ["CLOCK", "Published", "of_error", "of_facts", "of_release", "published", "standing_of"]

CLOCK: Final = 300
"""Seconds that a clock may be off: as many as Kerberos allows (RFC 4120, 5.2.3 and 8.2)."""

_BETWEEN = re.compile(r"error: (401|403|407|502|503|504|511)\b")
_LET_IN = (AccessDeniedError, ProtocolFaultError, QuotaError, StationFactError)

_DNS = Message("Correct ansible_host, or let the controller's DNS know the station's name.")
_SYNC = Message(
    "Let the station take its time from the domain or a time server (w32tm /resync), and look at the controller's too: "
    "Kerberos and certificates refuse a wrong clock."
)
_PUBLIC = Message(
    "reached, although one of its networks counts as public: the firewall then answers the station's own subnet alone"
)
_PROXY = Message("{named} is set for the whole machine: jobs go past it, straight to the depot")
_SERVES = Message(
    "Look at what stands between the station and the depot (a filter, a portal), and at the depot's folder: "
    "playbooks/prepare.yml writes it anew. A station runs nothing that is not what the lock file says."
)
_FILTER = Message(
    "Something between the station and the depot answers for it, or the depot refuses the station: look at the proxy "
    "or filter of that network, and at the rights of the depot's folder."
)
_UNREAD = Message(
    "Most likely an antivirus has what was fetched: look at what it says of the account's temporary files."
)
_NO_CURL = Message(
    "curl.exe is part of Windows since Windows 10 1803: bring the station up to date, and look for a policy or an "
    "antivirus that forbids it."
)
_PREPARE = Message("Prepare it (playbooks/prepare.yml): stations take nothing that is not in the lock file.")
_ARMED = Message(
    "Allow what is in Program Files\\Rentree PRONOTE, and the setup's publisher, in this policy; deploy to one station "
    "first."
)

_NOT_REHEARSED = Message("no rehearsal was made on this kind of Windows ({kind})")
_REHEARSED_IN_PART = Message("the rehearsal on this kind of Windows ({kind}) got no answer to something")
_CONTRADICTED = Message("this kind of Windows ({kind}) contradicts what the collection takes for granted")
_REHEARSE = Message(
    "Make one: playbooks/rehearse.yml with --limit and one of these stations. It changes nothing there."
)
_REPORT = Message("Look at its rehearsal.json, and report it: it names nobody. Do not deploy to these stations yet.")


@dataclass(frozen=True, kw_only=True)
class Published:
    """What the lock file has of a release: digests of ``install.cmd`` by architecture, none where it is not there."""

    release: Release | None
    digests: Mapping[str, str]


def published(releases: Mapping[str, Any], wanted: Release | None) -> Published:
    """The release that stations are brought to, or else the newest there is, which is as good to try a depot with.

    Raises ValueError for a lock file that cannot be read.
    """
    if wanted is not None and (digests := published_digests(releases, wanted)):
        return Published(release=wanted, digests=digests)
    newest = max((Release.parse(str(text)) for text in releases), default=None)
    return Published(release=newest, digests={} if newest is None else published_digests(releases, newest))


def of_release(place: Place, wanted: Release | None, found: Published) -> Finding:
    """Whether what a school's stations are brought to is published."""

    def told(outcome: Outcome, fact: str, remedy: str = "") -> Finding:
        return Finding(place=place, check="release", outcome=outcome, fact=fact, remedy=remedy)

    if wanted is None:
        return told("unknown", Message("nobody knows which release the school wants"))
    if found.release != wanted:
        return told("fails", Message("{release} is not in the lock file", release=str(wanted.client)), _PREPARE)
    arches = ", ".join(sorted(found.digests))
    return told("holds", Message("{release} is published ({arches})", release=str(wanted.client), arches=arches))


def standing_of(exc: StationError) -> Standing:
    """What an error says of the account: a station that denies a right has accepted it before."""
    if isinstance(exc, CredentialsRefusedError):
        # Where the way to authenticate is not offered, no password was sent.
        never_sent = isinstance(exc.fact, Message) and exc.fact.source == METHOD.fact.source
        return "other" if never_sent else "refused"
    if isinstance(exc, _LET_IN):
        return "let_in"
    return "off" if isinstance(exc, UnreachableError) else "other"


def _check_of(exc: StationError) -> str:
    """The check that a station fails of which nothing could be read."""
    for kind, check in _CHECKS:
        if isinstance(exc, kind):
            return check
    return "winrm"


_CHECKS: Final[tuple[tuple[type[StationError], str], ...]] = (
    (ControllerError, "controller"),
    (InventoryError, "inventory"),
    (UnsupportedConnectionError, "inventory"),
    (CredentialsRefusedError, "account"),
    # A shell is what is asked for first.
    (AccessDeniedError, "shell"),
    (QuotaError, "shell"),
    (StationFactError, "shell"),
    (UnreachableError, "port"),
)


def of_error(place: Place, exc: StationError) -> list[Finding]:
    """Of a station that answered, and of which nothing could be read; or that could not be asked at all."""
    check = _check_of(exc)
    fact, remedy = exc.fact, exc.remedy
    if exc.fact == NO_ADDRESS.fact:
        check, remedy = "name", _DNS
    return [Finding(place=place, check=check, outcome="fails", fact=fact, remedy=remedy)]


def of_facts(
    place: Place,
    facts: Facts,
    *,
    fetch: Fetch | None,
    why_not: str,
    needed: int,
    rehearsed: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Everything inside a station that answers. ``why_not``: why nothing was fetched; ``needed``: bytes; ``rehearsed``:
    verdicts of rehearsals by kind of Windows, None where nobody keeps them."""
    rows = [*_of_facts(facts, fetch, why_not, needed)]
    if rehearsed is not None:
        rows.append(_rehearsal(kind_of(facts.overview.windows, facts.overview.environment), rehearsed))
    return [
        Finding(place=place, check=check, outcome=outcome, fact=fact, remedy=remedy)
        for check, outcome, fact, remedy in rows
    ]


_Row = tuple[str, Outcome, str, str]


def _of_facts(facts: Facts, fetch: Fetch | None, why_not: str, needed: int) -> Iterator[_Row]:
    problems = facts.problems
    for check in ("inventory", "controller", "name", "port", "winrm", "account", "shell"):
        yield check, "holds", "", ""
    denied = problems.get("wmi")
    if denied is None:
        yield "wmi", "holds", "", ""
    else:
        yield "wmi", "fails", denied.fact, denied.remedy
    yield _clock(facts)
    if "network" in problems or denied is not None or not facts.profile:
        yield "network", "unknown", _why(facts, "network"), ""
    else:
        yield "network", "holds", _PUBLIC if facts.profile == "public" else "", ""
    yield from _depot(facts, fetch, why_not)
    yield _space(facts, needed)
    yield _frozen(facts)
    yield from _protection(facts)


def _rehearsal(kind: str, rehearsed: Mapping[str, str]) -> _Row:
    verdict = rehearsed.get(kind, "")
    if verdict == "held":
        return "rehearsal", "holds", "", ""
    if verdict == "contradicted":
        return "rehearsal", "fails", _CONTRADICTED.given(kind=kind), _REPORT
    told = _REHEARSED_IN_PART if verdict else _NOT_REHEARSED
    return "rehearsal", "unknown", told.given(kind=kind), _REHEARSE


def _why(facts: Facts, check: str) -> str:
    problem = facts.problems.get(check) or facts.problems.get("wmi")
    return problem.fact if problem is not None else Message("Windows does not say")


def _clock(facts: Facts) -> _Row:
    if facts.ahead is None:
        return "clock", "unknown", _why(facts, "clock"), ""
    off = round(abs(facts.ahead) / 60)
    if abs(facts.ahead) <= CLOCK:
        return "clock", "holds", "", ""
    fact = (
        Message.plural(
            "the clock is {n} minute ahead of the controller's",
            "the clock is {n} minutes ahead of the controller's",
            off,
        )
        if facts.ahead > 0
        else Message.plural(
            "the clock is {n} minute behind the controller's", "the clock is {n} minutes behind the controller's", off
        )
    )
    return "clock", "fails", fact, _SYNC


def _depot(facts: Facts, fetch: Fetch | None, why_not: str) -> Iterator[_Row]:
    served = facts.served
    if fetch is None or served is None:
        yield "depot", "unknown", why_not if fetch is None else _why(facts, "depot"), ""
        yield "proxy", "unknown", why_not if fetch is None else _why(facts, "depot"), ""
        return
    if served.proxies:
        named = ", ".join(f"{name}={value}" for name, value in sorted(served.proxies.items()))
    if not served.digest:
        yield from _not_fetched(served, fetch)
    else:
        yield "depot", "holds", "", ""
        if served.digest == fetch.digest:
            yield "digest", "holds", "", ""
        else:
            fact = Message(
                "{url} is not what the lock file says: its SHA-256 is {digest}, not {locked}",
                url=fetch.url,
                digest=served.digest,
                locked=fetch.digest,
            )
            yield "digest", "fails", fact, _SERVES
    yield "proxy", "holds", _PROXY.given(named=named) if served.proxies else "", ""


def _not_fetched(served: Served, fetch: Fetch) -> Iterator[_Row]:
    if served.fetched:
        fact = Message("what the station fetched from {url} could not be read there", url=fetch.url)
        yield "digest", "unknown", fact, _UNREAD
        return
    if served.code < 0:
        yield "depot", "fails", Message("the station's curl did not run ({said})", said=served.said or "-"), _NO_CURL
        return
    words, remedy = curl_cause(served.code, served.said)
    if served.code == 22 and _BETWEEN.search(served.said):
        remedy = _FILTER
    if served.proxies and served.code in {5, 6, 7, 28}:
        remedy = advised(_PROXY.given(named=", ".join(sorted(served.proxies))), remedy)
    fact = Message("the station cannot fetch {url}: {words} ({said})", url=fetch.url, words=words, said=served.said)
    yield "depot", "fails", fact, remedy


def _space(facts: Facts, needed: int) -> _Row:
    if facts.free_bytes is None:
        return "space", "unknown", _why(facts, "space"), ""
    free = facts.free_bytes // 2**20
    if facts.free_bytes >= needed:
        return "space", "holds", "", ""
    drive = facts.overview.environment.get("SYSTEMDRIVE", "C:")
    return "space", "fails", NO_SPACE.fact.given(free=free, drive=drive, needed=needed // 2**20), NO_SPACE.remedy


def _frozen(facts: Facts) -> _Row:
    if facts.frozen is None:
        return "frozen", "unknown", _why(facts, "frozen"), ""
    if facts.frozen:
        return "frozen", "fails", Message("the station is frozen ({frozen})", frozen=facts.frozen), THAW
    return "frozen", "holds", "", ""


def _protection(facts: Facts) -> Iterator[_Row]:
    windows = facts.overview.windows
    listed = code_integrity(windows, windows.get("EditionID", ""))
    if listed == "s_mode":
        yield "mode", "fails", S_MODE.fact, S_MODE.remedy
    elif listed:
        yield "mode", "fails", LISTED[listed], _ARMED
    else:
        yield "mode", "holds", "", ""
    found = policies(windows)
    if found:
        fact = Message("policies are in force that may refuse scripts and programs: {names}", names=", ".join(found))
        yield "policies", "fails", fact, _ARMED
    else:
        yield "policies", "holds", "", ""
