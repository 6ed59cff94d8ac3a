# SPDX-License-Identifier: GPL-3.0-or-later
"""Several answers of a station in one: sections headed by an ``echo``, and the digests that certutil prints. Pure.

Nothing that cmd.exe or a tool prints by itself looks like a heading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from .cmdline import quote, tool

__all__ = ["digest_command", "digest_in", "has_digest", "marker", "repeated", "sections"]

_MARKER = re.compile(rb"^<<([a-z0-9_]+)>>[^\S\n]*(?:\n|\Z)", re.MULTILINE)
_DIGEST = re.compile(rb"(?:[0-9a-fA-F]{2} ?){32}")


def marker(name: str) -> str:
    """The command that prints a heading. ^< and ^>: plain redirections otherwise."""
    return f"echo ^<^<{name}^>^>"


def sections(output: bytes, names: Sequence[str] = ()) -> dict[str, bytes]:
    """What stands below each heading. Each decides for itself how it is decoded: tools differ in their code pages.

    With ``names`` only these are headings, in their order and once: what looks like another is somebody's data.
    """
    found = [(match[1].decode(), match.start(), match.end()) for match in _MARKER.finditer(output)]
    if names:
        found = _in_order(found, names)
    ends = [*(start for _name, start, _end in found[1:]), len(output)]
    return {name: output[begin:end] for (name, _start, begin), end in zip(found, ends, strict=False)}


def _in_order(found: list[tuple[str, int, int]], names: Sequence[str]) -> list[tuple[str, int, int]]:
    taken, at = [], 0
    for name in names:
        place = next((number for number in range(at, len(found)) if found[number][0] == name), None)
        if place is not None:
            taken.append(found[place])
            at = place + 1
    return taken


def repeated(output: bytes, names: Collection[str]) -> list[str]:
    """Headings that are there more than once: one of them is data, and nobody can tell which."""
    counted = Counter(match[1].decode() for match in _MARKER.finditer(output))
    return [name for name in names if counted[name] > 1]


def digest_command(path: str) -> str:
    """Print the SHA-256 of a file, whose path is quoted already."""
    return f"{tool('certutil')} -hashfile {path} SHA256"


def digest_in(output: bytes) -> str:
    """The digest that this printed, "" for none: the line of 64 digits, which older Windows writes in pairs."""
    lines = (line.strip() for line in output.splitlines())
    return next((line.replace(b" ", b"").decode().lower() for line in lines if _DIGEST.fullmatch(line)), "")


def has_digest(path: str, digest: str) -> str:
    """A command that fails unless the file (its path quoted already) has this digest."""
    return f"{digest_command(path)} | {tool('findstr')} /i /x /c:{quote(digest)} >nul"
