"""What a station shows, for tests that care for a part of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import Installation, StationState

__all__ = ["installed", "station_state"]


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


def installed(text: str) -> Installation:
    """A client of this release, as it should be."""
    release = Release.parse(text)
    return Installation(
        year=release.year,
        release=release,
        arch="x64",
        condition="ok",
        name="Client PRONOTE",
        path=None,
        product_code=None,
        uninstall_string=None,
        view=None,
    )
