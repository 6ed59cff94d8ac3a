# SPDX-License-Identifier: GPL-3.0-or-later
"""What was brought to a station that is put back at each start, until a later start has shown that it stays. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils.base.message import Message
from ...module_utils.product.release import Release
from .boot import is_later_boot

__all__ = ["THAW", "Unconfirmed", "confirmed", "wanted_text"]

THAW = Message("Thaw the station (or switch the filter off), deploy again, then freeze it again; run again after that.")


@dataclass(frozen=True, kw_only=True)
class Unconfirmed:
    """What was brought to a frozen station (``wanted_text``), under which boot (as WMI told it), frozen by what."""

    wanted: str
    boot: str
    freezer: str


def wanted_text(release: Release, *, absent: bool) -> str:
    """What is wanted of a station, as the store keeps it."""
    return f"no client of {release.year}" if absent else str(release.client)


def confirmed(unconfirmed: Unconfirmed | None, wanted: str, boot: str) -> bool:
    """Whether what the station shows has outlived a start; also when nothing is known to have been brought there."""
    return unconfirmed is None or unconfirmed.wanted != wanted or is_later_boot(unconfirmed.boot, boot)
