# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge one station: read it and its school's server, and give one record whatever happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...module_utils.base.clock import now
from ...module_utils.product.products import Product
from ...module_utils.server.description import ServedRelease
from ...module_utils.server.release import HostedOptions, served_release
from ..station.errors import StationError
from ..station.events import Events
from ..station.probe import probe
from ..station.state import StationState
from ..station.winrm import WinrmStation
from .verdict import Verdict, verdict

__all__ = ["AuditRequest", "audit"]


@dataclass(frozen=True, kw_only=True)
class AuditRequest:
    """Which station, of which school, compared with what."""

    station: str
    uai: str
    server_url: str
    cache_dir: str
    release: str  # pinned; empty: ask the server
    school: str
    room: str
    product: Product


def _judge(connection: Any, request: AuditRequest, expected: ServedRelease) -> tuple[Verdict, StationState | None]:
    try:
        events = Events(request.station, product=request.product.key)
        state = probe(WinrmStation(connection, events), request.product)
    except StationError as exc:
        # A station that answered but could not be read leaves its release unknown: not unreachable, not refused.
        status = exc.kind if exc.kind in {"unreachable", "refused"} else "unknown_release"
        return Verdict(status=status, reason=exc.fact, reason_fr=exc.fact_fr, remedy=exc.remedy), None
    return verdict(state, expected.release, why_unknown=expected.error), state


def audit(connection: Any, request: AuditRequest) -> dict[str, Any]:
    """Return the record of one station; never raises for what a station or a server does."""
    options = HostedOptions(cache_dir=request.cache_dir)
    expected = served_release(request.uai, request.server_url, options=options, pinned=request.release)
    read_at = now()
    judged, state = _judge(connection, request, expected)
    found, found_fr = (
        None if state is None else "; ".join(i.describe(language) for i in state.installations)
        for language in ("en", "fr")
    )
    return {
        "station": request.station,
        "school": request.uai,
        "school_name": request.school or str(expected.info.get("name", "")),
        "room": request.room,
        "status": judged.status,
        "reason": judged.reason,
        "reason_fr": judged.reason_fr,
        "remedy": judged.remedy,
        "expected": expected.client and str(expected.client),
        "pinned": expected.pinned,
        "stale": expected.stale,
        "server_error": expected.error,
        "found": found,
        "found_fr": found_fr,
        "facts": None if state is None else state.as_dict(),
        "read_at": read_at,
    }
