# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed, against what is wanted: said once, for audits, plans, the proof after a job and the memory. Pure.

Installed is what has both its uninstall entry and its program, with a version that can be read. A program without an
entry is a copy, or what a removal has left: neither is a client that a deployment could go on from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...module_utils.product.release import Release

__all__ = ["Judgement", "judged"]


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """``installed``: releases of the wanted one's year, the newest last; ``loose``: of programs without an entry."""

    wanted: Release
    installed: tuple[Release, ...]
    loose: tuple[Release, ...]

    @property
    def right(self) -> bool:
        """Whether what is wanted is installed."""
        return self.wanted in self.installed

    @property
    def newer(self) -> Release | None:
        """The newest that is installed, when it is newer than what is wanted, and that is not installed beside it."""
        newest = self.installed[-1] if self.installed else None
        return newest if newest is not None and newest > self.wanted and not self.right else None

    @property
    def several(self) -> bool:
        """Whether more than one is installed, so that a shortcut may start the wrong one."""
        return len(self.installed) > 1


def judged(clients: Iterable[tuple[int | None, Release | None, str]], wanted: Release) -> Judgement:
    """``clients``: year, release and condition of each installation of a station."""
    known = [
        (condition, release.client)
        for year, release, condition in clients
        if year == wanted.year and release is not None
    ]
    return Judgement(
        wanted=wanted.client,
        installed=tuple(sorted(release for condition, release in known if condition == "ok")),
        loose=tuple(sorted(release for condition, release in known if condition == "exe_without_entry")),
    )
