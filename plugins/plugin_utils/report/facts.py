# SPDX-License-Identifier: GPL-3.0-or-later
"""What a station's reading says besides its clients, in a line: its Windows, its space, who is at work. Pure.

What is not known is not said: a station that was not read in this run has no facts, and one that refused a question has
no answer to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line
from ..station.startup import startup_of
from ..words.words import Words

__all__ = ["about"]

_MIB, _GIB = 2**20, 2**30
_LONGEST = 60  # of a text of the station's


def about(facts: Mapping[str, Any] | None, words: Words) -> str:
    """``Windows 11 Pro 23H2, 12 Gio libres sur C:, client ouvert``; empty when nothing is known."""
    if not facts:
        return ""
    parts = (_windows(facts), _space(facts, words), _at_work(facts), _startup(facts))
    return ", ".join(words.of(text) for text in parts if text)


def _windows(facts: Mapping[str, Any]) -> str:
    windows = facts.get("windows") or {}
    said = " ".join(str(windows[name]) for name in ("name", "release") if windows.get(name))
    return one_line(said, longest=_LONGEST)


def _space(facts: Mapping[str, Any], words: Words) -> str:
    free, drive = facts.get("free_bytes"), one_line(facts.get("system_drive") or "", longest=_LONGEST)
    if not isinstance(free, int) or not drive:
        return ""
    # Below two of them a GiB is too coarse: an installation wants one.
    if free < 2 * _GIB:
        return Message("{free} MiB free on {drive}", free=words.number(free // _MIB), drive=drive)
    return Message("{free} GiB free on {drive}", free=words.number(free // _GIB), drive=drive)


def _at_work(facts: Mapping[str, Any]) -> str:
    if facts.get("running"):
        return Message("client in use")
    return Message("session open") if facts.get("session_open") else ""


def _startup(facts: Mapping[str, Any]) -> str:
    kept = facts.get("startup")
    found = startup_of(kept) if isinstance(kept, Mapping) else None
    return found.describe() if found else ""
