# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that says more of an error, and its place there. I/O: files.

``docs/troubleshooting.md`` is written from the code, and so are the names of its places (``make catalogue``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ...module_utils.base.message import Message

__all__ = ["ANCHORS", "PAGE", "anchor", "anchor_of"]

PAGE = "docs/troubleshooting.md"
ANCHORS = Path(__file__).parent / "anchors.txt"
"""The names on the page, one a line."""

_FIELD = re.compile(r"\{[^{}]*\}")


def anchor(fact: str) -> str:
    """The name of an error on the page, made of its English text with placeholders."""
    return "-".join(["e", *re.findall(r"[a-z0-9]+", _FIELD.sub(" ", fact).lower())])[:60].rstrip("-")


def anchor_of(fact: str) -> str:
    """The place of an error on the page, by what happened; empty for one that is not there."""
    return next((name for text in _sources(fact) if (name := anchor(text)) in _known()), "")


def _sources(text: object) -> Iterator[str]:
    """The texts that a text is made of, the outermost first: what happened may stand in another text."""
    if isinstance(text, Message):
        yield text.source.plural or text.source.text
        for each in text.values.values():
            yield from _sources(each)


@cache
def _known() -> frozenset[str]:
    return frozenset(ANCHORS.read_text(encoding="ascii").split())
