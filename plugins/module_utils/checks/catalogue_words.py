# SPDX-License-Identifier: GPL-3.0-or-later
"""What the words of findings are made of. Data's shape: what is concluded from a finding stands beside what it says.

``severity``: ``info`` (worth knowing), ``warning`` (to look at), ``error`` (stands in the way). ``state``: what the
finding makes of the operation, empty for nothing. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Finding", "Phrase", "doubt", "info", "to_do", "unseen", "warning"]


@dataclass(frozen=True)
class Finding:
    """One finding: its weight, and its words."""

    severity: str
    state: str
    fr: str
    en: str


@dataclass(frozen=True)
class Phrase:
    """What was seen, in both languages."""

    fr: str
    en: str


def info(fr: str, en: str) -> Finding:
    """Worth knowing."""
    return Finding("info", "", fr, en)


def warning(fr: str, en: str) -> Finding:
    """To look at; the operation is none the worse."""
    return Finding("warning", "", fr, en)


def doubt(fr: str, en: str) -> Finding:
    """Somebody has to look before the operation counts as done."""
    return Finding("warning", "in_doubt", fr, en)


def unseen(fr: str, en: str) -> Finding:
    """It could not be looked at."""
    return Finding("warning", "not_observable", fr, en)


def to_do(fr: str, en: str) -> Finding:
    """The operation is not done."""
    return Finding("error", "to_do", fr, en)
