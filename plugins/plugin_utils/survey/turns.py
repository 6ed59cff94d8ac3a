# SPDX-License-Identifier: GPL-3.0-or-later
"""The turn of a station that a survey has read: what was found is told, or it is read again and worked on. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = ["AGAIN", "handed_over"]

AGAIN: Final = 120.0
"""Seconds after which a station that was off, or unfit, is asked once more when its turn comes."""


def handed_over(line: Mapping[str, Any], *, check: bool, now: float) -> dict[str, Any] | None:
    """What a station's turn has to tell by what the survey found; None when the station is asked first.

    ``line``: of the survey's file (results.py), with ``acts``, whether something is to be done there, and ``read_at``;
    ``now``: as ``time.time``.
    """
    result: dict[str, Any] = line["result"]
    asked = not check and (line["acts"] or now - line["read_at"] > AGAIN)
    return result if result and not asked else None
