"""Arguments of the built-in commands."""

from __future__ import annotations

import re

__all__ = ["split", "switches"]


def split(tail: str) -> list[str]:
    """Words between separators, quotes kept; a ``/`` begins a new word (``/s/q``), unless inside one that is a path."""
    words: list[str] = []
    for word in re.findall(r'(?:"[^"]*"?|[^\s,;="])+', tail):
        if word.startswith("/"):
            words += ["/" + part for part in word[1:].split("/")]
        elif "/" in word:
            match = re.match(r'((?:"[^"]*"?|[^/"])+)(/[A-Za-z].*)\Z', word)
            words += [match[1], *("/" + part for part in match[2][1:].split("/"))] if match else [word]
        else:
            # Most words: trying every way to cut them at a switch took 3 % of a deployment's time.
            words.append(word)
    return words


def switches(words: list[str]) -> tuple[set[str], list[str]]:
    """Lower-case switches without ``/`` and the other words."""
    found = {word[1:].lower() for word in words if word.startswith("/")}
    return found, [word for word in words if not word.startswith("/")]
