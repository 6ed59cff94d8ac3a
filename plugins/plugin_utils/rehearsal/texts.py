# SPDX-License-Identifier: GPL-3.0-or-later
"""In which code page a text with accents was written, when nobody knows the text itself. Pure."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import Literal

__all__ = ["Written", "page_of"]

Written = Literal["utf-8", "oem", "ansi", "?", ""]
"""``?``: it may be either; empty: there is no accent."""

# Of French, and marks that names of programs have. None is what another one becomes in the other page, but for a few
# capitals with a circumflex, which are left out.
_EXPECTED = frozenset("àâäçéèêëîïôöùûüœÀÉÈÊÇ°®©™«»\u2019\u00a0")


def page_of(lines: Iterable[bytes], *, oem: int, ansi: int) -> Written:
    """The page of these lines, by what each of the two makes of them."""
    accented = [line for line in lines if not line.isascii()]
    if not accented:
        return ""
    if all(_utf8(line) for line in accented):
        return "utf-8"
    score_oem, score_ansi = (sum(_plausible(line, page) for line in accented) for page in (oem, ansi))
    if score_oem > 2 * score_ansi:
        return "oem"
    return "ansi" if score_ansi > 2 * score_oem else "?"


def _utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _plausible(line: bytes, page: int) -> bool:
    try:
        text = line.decode(codecs.lookup(f"cp{page}").name)
    except (LookupError, UnicodeDecodeError):
        return False
    return all(char.isascii() or char in _EXPECTED for char in text)
