# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the client's connection settings on a station: probe, plan, (check mode stops here) write, verify.

I/O: the station.
"""

from __future__ import annotations

from typing import Any

from ...module_utils.base.message import Message
from ..station.errors import StationFactError
from ..station.winrm import WinrmStation
from .plan import SettingsFile, delete_command, write_command
from .proposal import SettingsRequest, planning, proposing

__all__ = ["ensure_settings"]

_CODES = {
    71: Message("the folder of the settings cannot be created below Program Files"),
    72: Message("the file could not be written"),
    73: Message("the file did not come over whole"),
    74: Message("the file could not be put in its place"),
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
        station.run(delete_command(plan.delete, proposal.program_files), doing=Message("deleting settings")).check(
            Message("a file of the settings could not be deleted"),
            remedy=Message("Something holds it: close the client, run again."),
        )
    if station.read(planning(files, request)).changes:
        raise StationFactError(
            Message("the settings were written, but they are not as they are to be"),
            remedy=Message("Something on the station puts them back (a policy, another tool): find it, run again."),
        )
    return proposal.result


def _write(station: WinrmStation, file: SettingsFile, program_files: str) -> None:
    answer = station.run(write_command(file, program_files), doing=Message("writing the settings"))
    answer.check(
        Message(
            "{fact}: {path}",
            fact=_CODES.get(answer.code, Message("the settings could not be written")),
            path=file.path,
        ),
        remedy=Message("Check the account's rights and the disk of the station; run again."),
    )
