# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge one station: read it and its school's server, and give one record whatever happens.

I/O: the station and the network.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...module_utils.base.clock import now
from ...module_utils.product.products import Product
from ...module_utils.server.description import ServedRelease
from ...module_utils.server.release import HostedOptions, served_release
from ..station.errors import StationError
from ..station.events import Events
from ..station.frozen import Unconfirmed
from ..station.state import StationState
from ..station.winrm import WinrmStation, probe
from .record import AuditRecord, make_record
from .status import SILENT
from .verdict import Verdict, of_frozen, verdict

__all__ = ["audit", "judge"]


def audit(
    connection: Any,
    *,
    station: str,
    uai: str,
    server_url: str,
    options: HostedOptions,
    release: str,
    school: str,
    room: str,
    product: Product,
    timeout: float,
    unconfirmed: Callable[[], Unconfirmed | None] = lambda: None,
) -> AuditRecord:
    """Return the record of one station; never raises for what a station or a server does.

    ``timeout``: seconds for all that is asked of the station, whatever it does to take longer.

    ``options``: how the server is asked. ``release``: pinned; empty: ask the server. ``school``: its name.
    ``unconfirmed``: what a deployment brought to it while it was frozen; asked of a frozen station alone.
    """
    expected = served_release(uai, server_url, options=options, pinned=release)
    read_at = now()
    try:
        asked = WinrmStation(connection, Events(station, product=product.key))
        asked.limit(timeout)
        read: StationState | StationError = probe(asked, product)
    except StationError as exc:
        read = exc
    return judge(
        read,
        expected,
        station=station,
        school=uai,
        school_name=school,
        room=room,
        read_at=read_at,
        unconfirmed=unconfirmed,
    )


def judge(
    read: StationState | StationError,
    expected: ServedRelease,
    *,
    read_at: str,
    unconfirmed: Callable[[], Unconfirmed | None] = lambda: None,
    **place: Any,
) -> AuditRecord:
    """The record of a station that was read, or was not, at ``read_at``. ``place``: as in make_record."""
    if isinstance(read, StationError):
        # A station that answered but could not be read leaves its release unknown: not unreachable, not refused.
        status = read.kind if read.kind in SILENT else "unknown_release"
        judged = Verdict(status=status, reason=read.fact, remedy=read.remedy)
        return {**make_record(judged, expected=expected, **place), "kind": read.kind, "read_at": read_at}
    judged = verdict(read, expected.release, why_unknown=expected.error)
    if read.frozen:
        judged = of_frozen(judged, read, expected.release, unconfirmed())
    record = make_record(judged, expected=expected, state=read, **place)
    return {**record, "read_at": read_at}
