"""A language that nobody speaks: each text of the catalogue in marks, so that one that is not from there is seen.

``⟦a station of {school}⟧``: what is put into a text stands inside its marks, so that what is left outside of any is
data by itself, and words that no catalogue knows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo

from tests import catalogue

__all__ = ["outside", "write"]

_LETTER = re.compile(r"[^\W\d_]")


def write(folder: Path) -> None:
    """Write the language below ``folder``, under the name of each that there is."""
    for file in catalogue.catalogues():
        language = file.parent.parent.name
        words = catalogue.read(file)
        for message in catalogue.texts(words):
            ids: tuple[Any, ...] = message.id if isinstance(message.id, tuple) else (message.id,)
            said = tuple(_marked(ids[min(form, len(ids) - 1)]) for form in range(words.num_plurals))
            message.string = said if len(ids) > 1 else said[0]
        compiled = io.BytesIO()
        write_mo(compiled, words)
        target = folder / language / "LC_MESSAGES/rentree.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(compiled.getvalue())


def _marked(text: str) -> str:
    """The text in marks, line by line: each is read by itself."""
    return "\n".join(f"⟦{line}⟧" if line.strip() else line for line in text.split("\n"))


def outside(line: str, data: Iterable[str] = ()) -> str:
    """What of a line is in no marks, without what is data; empty when it has no letter."""
    depth, kept = 0, []
    for char in line:
        if char == "⟧":
            depth = max(0, depth - 1)
            kept.append(" ")
        elif char == "⟦":
            depth += 1
        elif depth == 0:
            kept.append(char)
    left = "".join(kept)
    for each in sorted({*data}, key=len, reverse=True):
        left = left.replace(each, " ")
    return " ".join(left.split()) if _LETTER.search(left) else ""
