# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge one station: read it and its school's server, and give one record whatever happens.

I/O: the station and the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...module_utils.base.clock import now
from ...module_utils.product.products import Product
from ...module_utils.server.release import HostedOptions, served_release
from ..station.errors import StationError
from ..station.events import Events
from ..station.probe import probe
from ..station.winrm import WinrmStation
from .record import AuditRecord, make_record
from .status import SILENT
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


def audit(connection: Any, request: AuditRequest) -> AuditRecord:
    """Return the record of one station; never raises for what a station or a server does."""
    options = HostedOptions(cache_dir=request.cache_dir)
    expected = served_release(request.uai, request.server_url, options=options, pinned=request.release)
    read_at, state = now(), None
    try:
        events = Events(request.station, product=request.product.key)
        state = probe(WinrmStation(connection, events), request.product)
        judged = verdict(state, expected.release, why_unknown=expected.error)
    except StationError as exc:
        # A station that answered but could not be read leaves its release unknown: not unreachable, not refused.
        status = exc.kind if exc.kind in SILENT else "unknown_release"
        judged = Verdict(status=status, reason=exc.fact, reason_fr=exc.fact_fr, remedy=exc.remedy)
    record = make_record(
        judged,
        station=request.station,
        school=request.uai,
        school_name=request.school,
        room=request.room,
        expected=expected,
        state=state,
    )
    return {**record, "read_at": read_at}
