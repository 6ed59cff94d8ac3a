# SPDX-License-Identifier: GPL-3.0-or-later
"""What the words of findings are made of. Data's shape: what is concluded from a finding stands beside what it says.

``severity``: ``info`` (worth knowing), ``warning`` (to look at), ``error`` (stands in the way). ``state``: what the
finding makes of the operation, empty for nothing. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..base.message import Message

__all__ = ["Finding", "doubt", "info", "to_do", "unseen", "warning"]


@dataclass(frozen=True)
class Finding:
    """One finding: its weight, and what it says to whoever is responsible; ``admin``: what is the network
    administrator's to do about it, by the names of playbooks and variables. Empty for nothing."""

    severity: str
    state: str
    text: Message
    admin: str = ""


def info(text: Message, *, admin: str = "") -> Finding:
    """Worth knowing."""
    return Finding("info", "", text, admin)


def warning(text: Message) -> Finding:
    """To look at; the operation is none the worse."""
    return Finding("warning", "", text)


def doubt(text: Message, *, admin: str = "") -> Finding:
    """Somebody has to look before the operation counts as done."""
    return Finding("warning", "in_doubt", text, admin)


def unseen(text: Message, *, admin: str = "") -> Finding:
    """It could not be looked at."""
    return Finding("warning", "not_observable", text, admin)


def to_do(text: Message, *, admin: str = "") -> Finding:
    """The operation is not done."""
    return Finding("error", "to_do", text, admin)
