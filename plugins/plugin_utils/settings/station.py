# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the client's connection settings on a station: probe, plan, (check mode stops here) write, verify.

I/O: the station.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...module_utils.base.text import lines_diff
from ...module_utils.product.products import Product
from ...module_utils.product.release import Release
from ..station.errors import StationFactError
from ..station.winrm import WinrmStation, probe
from .plan import (
    ConnectionSettings,
    SettingsFile,
    SettingsPlan,
    StationFiles,
    delete_command,
    look_command,
    parse_found,
    places,
    plan_settings,
    wanted_files,
    write_command,
)

__all__ = ["SettingsRequest", "ensure_settings"]

_CODES = {
    71: "the folder of the settings cannot be created below Program Files",
    72: "the file could not be written",
    73: "the file did not come over whole",
    74: "the file could not be put in its place",
}


@dataclass(frozen=True, kw_only=True)
class SettingsRequest:
    """What the task asks for; ``settings``: None when they are to be absent."""

    product: Product
    release: Release
    uai: str
    settings: ConnectionSettings | None
    shortcut: bool = True
    remove_older: bool = False

    @property
    def absent(self) -> bool:
        return self.settings is None


def ensure_settings(station: WinrmStation, request: SettingsRequest, *, check: bool) -> dict[str, Any]:
    """Return the task's result. Raises StationError."""
    state = probe(station, request.product)
    year = request.release.year
    # Of several clients of the year the one of the server's release, else the newest.
    found = sorted(
        (i for i in state.of_year(year) if i.path and i.condition != "entry_without_exe"),
        key=lambda i: (i.release == request.release, i.release.parts if i.release else ()),
        reverse=True,
    )
    exes = [i.path for i in found if i.path]
    if not exes and not request.absent:
        reason = f"the station has no client of {year}: its settings are left for after the deployment"
        return {"changed": False, "action": "skip", "reason": reason, "diff": [], "warnings": state.warnings}
    try:
        if request.settings is None:
            files = places(request.uai, year=year, program_files=state.program_files)
        else:
            files = wanted_files(
                request.settings,
                year=year,
                exe=exes[0],
                program_files=state.program_files,
                with_shortcut=request.shortcut,
            )
    except ValueError as exc:
        raise StationFactError(str(exc), remedy="Look at the client with client_info; reinstall it.") from exc

    def decide() -> SettingsPlan:
        return plan_settings(
            files, _look(station, files), year=year, absent=request.absent, remove_older=request.remove_older
        )

    plan = decide()
    result: dict[str, Any] = {
        "changed": plan.changes,
        "action": ("remove" if request.absent else "write") if plan.changes else "none",
        "reason": "the settings differ" if plan.changes else "the settings are as they are to be",
        "diff": [lines_diff("station", plan.before, plan.after)],
        "warnings": state.warnings,
    }
    if check or not plan.changes:
        return result
    for file in plan.write:
        _write(station, file, state.program_files)
    if plan.delete:
        station.run(delete_command(plan.delete, state.program_files), doing="deleting settings").check(
            "a file of the settings could not be deleted",
            remedy="Something holds it: close the client, run again.",
        )
    if decide().changes:
        raise StationFactError(
            "the settings were written, but they are not as they are to be",
            remedy="Something on the station puts them back (a policy, another tool): find it, run again.",
        )
    return result


def _look(station: WinrmStation, files: list[SettingsFile]) -> StationFiles:
    answer = station.run(look_command(files), doing="reading the settings")
    try:
        return parse_found(answer.stdout)
    except ValueError as exc:
        raise StationFactError(f"{exc} ({answer.describe()})", remedy="Run again.") from exc


def _write(station: WinrmStation, file: SettingsFile, program_files: str) -> None:
    answer = station.run(write_command(file, program_files), doing="writing the settings")
    answer.check(
        f"{_CODES.get(answer.code, 'the settings could not be written')}: {file.path}",
        remedy="Check the account's rights and the disk of the station; run again.",
    )
