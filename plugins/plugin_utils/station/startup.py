# SPDX-License-Identifier: GPL-3.0-or-later
"""What the start-up script of a station has left there (``startup/templates``): what it was for, and how it went. Pure.

The file lies where administrators alone write; it is read as hostile all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.base.numbers import integer
from ...module_utils.product.release import Release

__all__ = ["STARTUP_FILE", "STARTUP_STATES", "STARTUP_VERSION", "StartupResult", "parse_startup", "startup_of"]

STARTUP_VERSION = 1
"""Of the template: what it writes says which one it was."""

STARTUP_FILE = "startup.result"

STARTUP_STATES = {
    "right": Message("the client is right"),
    "begun": Message("begun, and not ended when it was written: under way, or cut off"),
    "failed": Message("it failed"),
    "given_up": Message("its setup has failed three times, and is not begun again"),
    # Nothing was done, and why.
    "ahead": Message("nothing done: a newer client is there"),
    "several": Message("nothing done: several clients of the year are there"),
    "incomplete": Message("nothing done: the year's client is there in part, or elsewhere"),
    "unread": Message("nothing done: this Windows does not say the client's release"),
    "frozen": Message("nothing done: the station is frozen"),
    "job": Message("nothing done: a job of a run is there"),
    "no_arch": Message("nothing done: not published for its architecture"),
}
"""How it went, in words."""

_MOST = 2000  # characters
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}")


@dataclass(frozen=True, kw_only=True)
class StartupResult:
    """``release``: the one that is pinned in the script; ``has``: what it found; the rest as in a job's ``exit``."""

    release: Release
    state: str
    has: str = ""
    step: str = ""
    code: int | None = None
    file: str = ""

    def describe(self) -> Message:
        """One line for a report."""
        said = STARTUP_STATES[self.state]
        if self.state in {"failed", "begun"} and self.step:
            code = "" if self.code is None else str(self.code)
            at = " ".join(part for part in (self.step, code, self.file) if part)
            said = Message("{said} ({at})", said=said, at=at)
        return Message("start-up script for {release}: {said}", release=self.release, said=said)

    def as_dict(self) -> dict[str, Any]:
        """What ``startup_of`` reads."""
        return {**self.__dict__, "release": str(self.release)}


def parse_startup(text: str) -> StartupResult | None:
    """What the file says; None for no file, and for one that says no release and state that are known."""
    said = dict(line.strip().split("=", 1) for line in text[:_MOST].splitlines() if "=" in line)
    return startup_of({**said, "code": integer(said.get("code"))})


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
