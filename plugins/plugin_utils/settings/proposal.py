# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a station about its client's settings, and what would be done there. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...module_utils.base.message import Message, message_of
from ...module_utils.base.text import lines_diff
from ...module_utils.product.products import Product
from ...module_utils.product.release import Release
from ..station.errors import StationFactError
from ..station.probe import probing
from ..station.questions import Reading, Run
from ..station.state import StationState
from .plan import (
    ConnectionSettings,
    SettingsFile,
    SettingsPlan,
    look_command,
    parse_found,
    places,
    plan_settings,
    wanted_files,
)

__all__ = ["Proposal", "SettingsRequest", "planning", "proposing"]


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


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What would be done at a station. ``files``: those that its client is to have; ``result``: a dry run's."""

    plan: SettingsPlan
    files: list[SettingsFile]
    program_files: str
    result: dict[str, Any]


def proposing(request: SettingsRequest) -> Reading[Proposal]:
    """Read a station and decide. Raises StationError."""
    state = yield from probing(request.product)
    year = request.release.year
    files = _files(state, request)
    if files is None:
        reason = Message(
            "the station has no client of {year}: its settings are left for after the deployment", year=year
        )
        result = {"changed": False, "action": "skip", "reason": reason, "diff": [], "warnings": state.warnings}
        return Proposal(plan=SettingsPlan(), files=[], program_files=state.program_files, result=result)
    plan = yield from planning(files, request)
    result = {
        "changed": plan.changes,
        "action": ("remove" if request.absent else "write") if plan.changes else "none",
        "reason": Message("the settings differ") if plan.changes else Message("the settings are as they are to be"),
        "diff": [lines_diff(Message("station"), plan.before, plan.after)],
        "warnings": state.warnings,
    }
    return Proposal(plan=plan, files=files, program_files=state.program_files, result=result)


def planning(files: list[SettingsFile], request: SettingsRequest) -> Reading[SettingsPlan]:
    """Look at what is there, and decide. Raises StationError."""
    answer = yield Run(line=look_command(files), doing=Message("reading the settings"))
    try:
        found = parse_found(answer.stdout)
    except ValueError as exc:
        raise StationFactError(
            Message("{error} ({answer})", error=message_of(exc), answer=answer.describe()), remedy=Message("Run again.")
        ) from exc
    year = request.release.year
    return plan_settings(files, found, year=year, absent=request.absent, remove_older=request.remove_older)


def _files(state: StationState, request: SettingsRequest) -> list[SettingsFile] | None:
    """Those of the year's client; None when there is no such client. Raises StationFactError."""
    year = request.release.year
    # Of several clients of the year the one of the server's release, else the newest.
    found = sorted(
        (i for i in state.of_year(year) if i.path and i.condition != "entry_without_exe"),
        key=lambda i: (i.release == request.release, i.release.parts if i.release else ()),
        reverse=True,
    )
    exes = [i.path for i in found if i.path]
    try:
        if request.settings is None:
            return places(request.uai, year=year, program_files=state.program_files)
        if not exes:
            return None
        return wanted_files(
            request.settings,
            year=year,
            exe=exes[0],
            program_files=state.program_files,
            with_shortcut=request.shortcut,
        )
    except ValueError as exc:
        raise StationFactError(
            message_of(exc), remedy=Message("Look at the client with client_info; reinstall it.")
        ) from exc
