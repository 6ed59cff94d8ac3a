# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of earlier years beside the one wanted: which can be removed, with what, and which are left. Pure.

A year is removed by the ``install.cmd`` of a release of *that* year: it alone pins the response file and the product
code that fit. Which release of the year is installed does not matter, the product code is the year's
(docs/fidelity.md, S10, S14); the newest published one that can remove is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...module_utils.base.message import Message, message_of
from ..depot.lock import Removal
from ..station.state import Arch, Installation, StationState
from ..station.uninstall import why_not_removable

__all__ = ["OlderYears", "Removal", "Removals", "older_years"]


Removals = Mapping[int, Mapping[str, Removal]]
"""Year, then architecture."""


@dataclass(frozen=True, kw_only=True)
class OlderYears:
    """What is there of earlier years: to remove (in order of the year), not published, and left as it is.

    ``refused``: facts and remedies of those whose entry's command is not run.
    """

    remove: list[Removal] = field(default_factory=list)
    unpublished: list[Installation] = field(default_factory=list)
    refused: dict[Removal, tuple[str, str]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def older_years(state: StationState, year: int, removals: Removals, default_arch: Arch) -> OlderYears:
    """Sort the clients of the years before ``year``.

    Conservative: a program without an uninstall entry is left and said, whatever lies around it is not ours to delete
    (other programs of the house share the folder of a year). An entry without a program is removed as any other: its
    uninstaller is what knows what else belongs to it.
    """
    found = OlderYears()
    for one in state.installations:
        if one.year is None or one.year >= year:
            continue
        published = removals.get(one.year, {}).get(one.arch or default_arch)
        if not one.uninstall_string:
            found.left.append(
                Message(
                    "the client of {year} at {path} has no uninstall entry and is left; install a release of "
                    "that year over it, then remove it",
                    year=one.year,
                    path=one.path,
                )
            )
        elif published is None:
            found.unpublished.append(one)
        elif (error := why_not_removable(one.uninstall_string, published.technology)) is not None:
            remedy = Message("{remedy} Or set pronote_client_remove_older to false.", remedy=error.remedy)
            found.refused[published] = (
                Message("the client of {year} is to be removed: {error}", year=one.year, error=message_of(error)),
                remedy,
            )
        elif published not in found.remove:
            found.remove.append(published)
    found.remove.sort(key=lambda each: (each.release.year, each.arch))
    return found
