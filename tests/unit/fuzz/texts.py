"""Texts that nobody would think of: pieces of what a parser reads put together anyhow, and what others choked on."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from tests.collection import ROOT

__all__ = ["NASTY", "PROFILE", "grown", "mixed"]

# It keeps something there even without a database.
set_hypothesis_home_dir(ROOT / "build/hypothesis")
T = TypeVar("T", str, bytes)

EXAMPLES = int(os.environ.get("RENTREE_FUZZ", "0"))
"""How many texts each parser gets (``make fuzz``); 0: the few of the gate, the same ones each time."""

PROFILE = settings(
    max_examples=EXAMPLES or 20,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

NASTY = (
    "²",
    "٣",
    "{0.__class__}",
    "{",
    "%s",
    "9" * 5000,
    "-1",
    "1e999",
    "\0",
    "\r",
    "\n",
    "\u2028",
    "\u202e",
    "\x1b[2J",
    "\x9b",
    '"',
    "'",
    "[" * 1500,
    "&#0;",
    "é",
    "\ufeff",
)
_RAW = (b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0")


def mixed(pieces: tuple[T, ...]) -> st.SearchStrategy[T]:
    """Texts of these pieces, of nasty ones and of any characters."""
    if isinstance(pieces[0], bytes):
        raw = [*pieces, *(each.encode() for each in NASTY), *_RAW]
        parts = st.lists(st.one_of(st.sampled_from(pieces), st.sampled_from(raw), st.binary(max_size=6)), max_size=14)
        return parts.map(b"".join)  # type: ignore[arg-type]  # all of them are bytes
    words = st.one_of(st.sampled_from(pieces), st.sampled_from([*pieces, *NASTY]), st.text(max_size=6))
    return st.lists(words, max_size=14).map("".join)  # type: ignore[arg-type]  # all of them are str


def grown(pieces: tuple[T, ...]) -> list[Callable[[int], T]]:
    """Makers of texts of a length: each piece again and again, alone and after all the others."""
    nothing: Any = pieces[0][:0]
    whole: Any = nothing.join(pieces)
    units = [
        *pieces,
        *(each.encode() if isinstance(whole, bytes) else each for each in (" ", "0", "{", '"', "\n", "a=")),
    ]

    def maker(before: T, unit: T) -> Callable[[int], T]:
        return lambda length: before + unit * (length // len(unit))

    return [maker(before, unit) for unit in units if unit for before in (nothing, whole)]  # type: ignore[arg-type]
