# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of earlier years beside the one wanted: which can be removed, with what, and which are left. Pure.

A year is removed by the ``install.cmd`` of a release of *that* year: it alone pins the response file and the product
code that fit. Which release of the year is installed does not matter, the product code is the year's
(docs/fidelity.md, S10, S14); the newest published one that can remove is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.base.digests import valid_digest
from ...module_utils.product.release import Release
from ..station.state import Arch, Installation, StationState

__all__ = ["OlderYears", "Removal", "Removals", "older_years", "parse_removals", "published_removals"]


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A published release that can remove its year's client, for one architecture."""

    release: Release
    arch: Arch
    digest: str


Removals = Mapping[int, Mapping[str, Removal]]
"""Year, then architecture."""


@dataclass(frozen=True, kw_only=True)
class OlderYears:
    """What is there of earlier years: to remove (in order of the year), not published, and left as it is."""

    remove: list[Removal] = field(default_factory=list)
    unpublished: list[Installation] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def published_removals(releases: Mapping[str, Any]) -> dict[str, dict[str, dict[str, str]]]:
    """From ``pronote_releases``: year, architecture, and the newest release there that can remove.

    Plain data, for the option ``removals`` of the action. Raises ValueError, KeyError, TypeError, AttributeError.
    """
    newest: dict[tuple[int, str], tuple[Release, str]] = {}
    for text, arches in releases.items():
        release = Release.parse(str(text))
        for arch, entry in arches.items():
            # Written by depot_release since removals are planned; a lock file of before says nothing: not removable.
            if not entry.get("removable", False):
                continue
            known = newest.get((release.year, str(arch)))
            if known is None or known[0] < release:
                newest[release.year, str(arch)] = (release, str(entry["digest"]))
    found: dict[str, dict[str, dict[str, str]]] = {}
    for (year, arch), (release, digest) in sorted(newest.items()):
        found.setdefault(str(year), {})[arch] = {"release": str(release.client), "digest": digest}
    return found


def parse_removals(data: Mapping[Any, Any]) -> dict[int, dict[str, Removal]]:
    """Read the option ``removals``. Raises ValueError."""
    try:
        return {
            int(year): {
                str(arch): Removal(
                    release=Release.parse(str(entry["release"])),
                    arch="x64" if arch == "x64" else "x86",
                    digest=valid_digest(str(entry["digest"])),
                )
                for arch, entry in arches.items()
            }
            for year, arches in data.items()
        }
    except (AttributeError, KeyError, TypeError) as exc:
        raise ValueError(f"removals cannot be read: {exc!r}; use the filter rentree.pronote.removals") from exc


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
        if not one.uninstall_string:
            found.left.append(
                f"the client of {one.year} at {one.path} has no uninstall entry and is left; install a release of "
                "that year over it, then remove it"
            )
            continue
        published = removals.get(one.year, {}).get(one.arch or default_arch)
        if published is None:
            found.unpublished.append(one)
            continue
        if published not in found.remove:
            found.remove.append(published)
    found.remove.sort(key=lambda each: (each.release.year, each.arch))
    return found
