# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hosted server says of itself, for a reader: its description is data, but for what people are told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils.base.text import printable_line
from ...module_utils.server.description import disagreements
from ..words.words import Words

__all__ = ["in_words"]


def in_words(described: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """A description (``ServedRelease.as_dict``, or a module's result of it) with what is for people in their words."""
    told = disagreements(described.get("release", ""), described.get("header_release"))
    made = {**described}
    if told:
        made["disagreements"] = [printable_line(words.of(each)) for each in told]
    if "error" in made:
        made["error"] = printable_line(words.of(made["error"]))
    return made
