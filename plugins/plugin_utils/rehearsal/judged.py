# SPDX-License-Identifier: GPL-3.0-or-later
"""What judging an assumption comes to. Pure."""

from __future__ import annotations

from typing import Final, Literal

from ...module_utils.base.message import Message
from .ask import Evidence

__all__ = ["OUTCOMES", "Judged", "Outcome", "contradicted", "held", "not_settled", "unasked"]

Outcome = Literal["contradicted", "not_settled", "held"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("contradicted", "not_settled", "held")
"""From what matters most."""

Judged = tuple[Outcome, str]
"""With what was seen: our own words, and numbers. Nothing that a station wrote may be in it."""

_UNASKED = Message("it could not be asked ({kind})")
_NO_ANSWER = Message("the answer does not have it")


def held(seen: str) -> Judged:
    """The station does as it is taken to."""
    return "held", seen


def contradicted(seen: str) -> Judged:
    """It does otherwise."""
    return "contradicted", seen


def not_settled(seen: str) -> Judged:
    """This station cannot tell."""
    return "not_settled", seen


def unasked(evidence: Evidence, key: str) -> Judged:
    """No answer came to this question. ``kind`` is one of our own errors' (station/errors.py)."""
    kind = evidence.problems.get(key, "")
    return not_settled(_UNASKED.given(kind=kind) if kind else _NO_ANSWER)
