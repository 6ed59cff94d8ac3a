# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a language, read once from its compiled catalogue. I/O: files."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from .words import LANGUAGES, Words

__all__ = ["LOCALE", "catalogue"]

LOCALE = Path(__file__).parent / "locale"
"""``<language>/LC_MESSAGES/rentree.po`` and ``.mo``; English, the language of the sources, needs none."""


@cache
def catalogue(language: str) -> Words:
    """The words of a language; of one that is not known, English. Raises OSError when it is not there."""
    if language not in LANGUAGES or language == "en":
        return Words("en", NullTranslations())
    with (LOCALE / language / "LC_MESSAGES/rentree.mo").open("rb") as file:
        return Words(language, GNUTranslations(file))
