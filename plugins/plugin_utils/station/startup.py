# SPDX-License-Identifier: GPL-3.0-or-later
"""What the start-up script of a station has left there (``startup/templates``): what it was for, and how it went. Pure.

The file lies where administrators alone write; it is read as hostile all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.product.release import Release

__all__ = ["STARTUP_FILE", "STARTUP_STATES", "STARTUP_VERSION", "StartupResult", "parse_startup", "startup_of"]

STARTUP_VERSION = 1
"""Of the template: what it writes says which one it was."""

STARTUP_FILE = "startup.result"

STARTUP_STATES = frozenset(
    {
        *("right", "begun", "failed", "given_up"),
        # Nothing was done, and why.
        *("ahead", "several", "incomplete", "unread", "frozen", "job", "no_arch"),
    }
)
_MOST = 2000  # characters
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_CODE = re.compile(r"-?[0-9]{1,10}")


@dataclass(frozen=True, kw_only=True)
class StartupResult:
    """``release``: the one that is pinned in the script; ``has``: what it found; the rest as in a job's ``exit``."""

    release: Release
    state: str
    has: str = ""
    step: str = ""
    code: int | None = None
    file: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What ``startup_of`` reads."""
        return {**self.__dict__, "release": str(self.release)}


def parse_startup(text: str) -> StartupResult | None:
    """What the file says; None for no file, and for one that says no release and state that are known."""
    said = dict(line.strip().split("=", 1) for line in text[:_MOST].splitlines() if "=" in line)
    code = said.get("code", "")
    return startup_of({**said, "code": int(code) if _CODE.fullmatch(code) else None})


def startup_of(said: Mapping[str, Any]) -> StartupResult | None:
    """The same, from what was kept of it."""
    release, state = Release.read(str(said.get("release", ""))), str(said.get("state", ""))
    if release is None or state not in STARTUP_STATES:
        return None
    code = said.get("code")
    words = {name: str(said.get(name) or "") for name in ("has", "step", "file")}
    return StartupResult(
        release=release,
        state=state,
        code=code if isinstance(code, int) else None,
        **{name: word if _WORD.fullmatch(word) else "" for name, word in words.items()},
    )
