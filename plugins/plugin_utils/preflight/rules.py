# SPDX-License-Identifier: GPL-3.0-or-later
"""What the value of a variable must be beyond its type, and what to do where it is not. Data. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ...module_utils.base.identifiers import parse_mac, parse_uai
from ...module_utils.base.message import Message

__all__ = ["CORRECT", "RULES", "Rule"]

CORRECT = Message("Correct it.")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Of one variable. ``parse`` raises ValueError with what is wrong, which follows the variable's name. ``holds``:
    whether the stations that the value counts for are held, or it is only told."""

    parse: Callable[[str], object]
    remedy: Message = CORRECT
    holds: bool = True


RULES: Final[Mapping[str, Rule]] = {
    "pronote_uai": Rule(parse=parse_uai),
    "pronote_mac": Rule(parse=parse_mac),
}
"""By the variable's name. An empty value is none, and is not looked at."""
