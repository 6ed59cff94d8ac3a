"""Windows code pages as Python codecs."""

from __future__ import annotations

import codecs
from functools import cache

__all__ = ["codec", "decode", "encode"]


@cache
def codec(codepage: int) -> str:
    """The codec of a code page. ValueError when Windows has it and Python has not, or neither."""
    special = {65001: "utf-8", 20127: "ascii", 28591: "latin-1", 1200: "utf-16-le"}
    name = special.get(codepage, f"cp{codepage}")
    try:
        codecs.lookup(name)
    except LookupError as exc:
        raise ValueError(f"unknown code page {codepage}") from exc
    return name


# Best fit of WideCharToMultiByte for what the French messages hold and OEM code pages lack.
_BEST_FIT = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": ".", "\u202f": "\u00a0", "œ": "o"}
)


def encode(text: str, codepage: int) -> bytes:
    """Text as bytes; what the code page lacks becomes its best fit, or ``?``."""
    name = codec(codepage)
    try:
        return text.encode(name)
    except UnicodeEncodeError:
        return "".join(_fit(char, name) for char in text).encode(name, "replace")


def _fit(char: str, name: str) -> str:
    try:
        char.encode(name)
    except UnicodeEncodeError:
        return char.translate(_BEST_FIT)
    return char


def decode(data: bytes, codepage: int) -> str:
    """Bytes as text; bytes that mean nothing become U+FFFD."""
    return data.decode(codec(codepage), "replace")
