# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that variables had, which are read for a release more. Pure data.

The defaults of the roles read them (``{{ pronote_old | default(…) }}``); an inventory that has them is told so once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["EARLIER", "OTHERWISE", "UNTIL"]

UNTIL: Final = "0.3.0"
"""The release that reads them no more."""

_STATIONS: Final[Mapping[str, str]] = {
    "pronote_client_ring_patience": "pronote_timeouts.ring",
}
"""Of clients, their settings and start-up scripts."""

_REPORTS: Final[Mapping[str, str]] = {}
"""Of audits, the board, the doctor, rehearsals, schedules and AWX."""

_DEPOT: Final[Mapping[str, str]] = {}
"""Of releases, responses, the depot and a new inventory."""

EARLIER: Final[Mapping[str, str]] = {**_STATIONS, **_REPORTS, **_DEPOT}
"""What each is now: a variable, or a key of one, as in ``pronote_audit_mail.to``."""

OTHERWISE: Final[Mapping[str, Mapping[str, Any]]] = {}
"""What an earlier name may hold, where that is not what the one of today may: an option as argument specs say it."""
