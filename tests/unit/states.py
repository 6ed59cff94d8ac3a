"""What a station shows, for tests that care for a part of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import Installation, StationState

__all__ = ["station_state"]


def station_state(installations: Iterable[Installation] = (), **fields: Any) -> StationState:
    """A 64-bit station at rest, with these installations; ``fields`` are StationState's."""
    values: dict[str, Any] = {
        "updater": None,
        "foreign": [],
        "running": [],
        "session_open": False,
        "pending_reboot": [],
        "free_bytes": None,
        "system_drive": "C:",
        "program_files": r"C:\Program Files",
        "arch": "x64",
        "windows": {},
        "jobs": [],
        **fields,
    }
    return StationState(installations=list(installations), **values)
