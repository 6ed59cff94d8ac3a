# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the client's connection settings on a station: probe, plan, (check mode stops here) write, verify.

I/O: the station.
"""

from __future__ import annotations

from typing import Any

from ..station.errors import StationFactError
from ..station.winrm import WinrmStation
from .plan import SettingsFile, delete_command, write_command
from .proposal import SettingsRequest, planning, proposing

__all__ = ["ensure_settings"]

_CODES = {
    71: "the folder of the settings cannot be created below Program Files",
    72: "the file could not be written",
    73: "the file did not come over whole",
    74: "the file could not be put in its place",
}


def ensure_settings(station: WinrmStation, request: SettingsRequest, *, check: bool) -> dict[str, Any]:
    """Return the task's result. Raises StationError."""
    proposal = station.read(proposing(request))
    plan, files = proposal.plan, proposal.files
    if check or not plan.changes:
        return proposal.result
    for file in plan.write:
        _write(station, file, proposal.program_files)
    if plan.delete:
        station.run(delete_command(plan.delete, proposal.program_files), doing="deleting settings").check(
            "a file of the settings could not be deleted",
            remedy="Something holds it: close the client, run again.",
        )
    if station.read(planning(files, request)).changes:
        raise StationFactError(
            "the settings were written, but they are not as they are to be",
            remedy="Something on the station puts them back (a policy, another tool): find it, run again.",
        )
    return proposal.result


def _write(station: WinrmStation, file: SettingsFile, program_files: str) -> None:
    answer = station.run(write_command(file, program_files), doing="writing the settings")
    answer.check(
        f"{_CODES.get(answer.code, 'the settings could not be written')}: {file.path}",
        remedy="Check the account's rights and the disk of the station; run again.",
    )
