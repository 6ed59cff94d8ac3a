"""attrib.exe."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import Win32Error
from ..filesystem import FileSystem
from ..messages import text
from ..paths import absolute, join, match_wildcard
from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``attrib [+r|-r|+h|-h|+s|-s|+a|-a] [file] [/s [/d]]``; it returns 0 even for a file that is not there.

    ``/s``: files of that name in the folders below too; wildcards mean files, with ``/d`` folders as well.
    """
    changes = [word.upper() for word in invocation.arguments if re.fullmatch(r"[+-][rhsaRHSA]", word)]
    names = [word for word in invocation.arguments if not re.match(r"[+/-]", word)]
    switches = {word.lower() for word in invocation.arguments if word.startswith("/")}
    if switches - {"/s", "/d"}:
        invocation.out(text("tool_syntax", invocation.language, "ATTRIB"))
        return 1
    files = invocation.station.files
    for name in names:
        try:
            folder = absolute(name.rpartition("\\")[0] + "\\" if "\\" in name else ".", invocation.directory)
            found = list(
                _matching(files, folder, name.rpartition("\\")[2], below="/s" in switches, folders="/d" in switches)
            )
        except Win32Error:
            found = []
        if not found:
            invocation.out(f"{text('file_not_found', invocation.language)} - {name}")
        for each in found:
            _one(invocation, each, changes)
    return 0


def _matching(files: FileSystem, folder: str, pattern: str, *, below: bool, folders: bool) -> Iterator[str]:
    """What a name means in a folder, and below it."""
    if not below and "*" not in pattern and "?" not in pattern:
        # A name without a wildcard may be that of a folder.
        yield from [path] if files.find(path := join(folder, pattern)) else []
        return
    level = [(join(folder, node.name), node) for node in files.children(folder)]
    for path, node in files.walk(folder) if below else level:
        if match_wildcard(node.name, pattern) and (folders or not node.directory):
            yield path


def _one(invocation: Invocation, path: str, changes: list[str]) -> None:
    files = invocation.station.files
    node = files.require(path)
    if not changes:
        shown = "".join(letter if letter in node.attributes else " " for letter in "ASHR")
        invocation.out(f"{shown:<20} {path}")
        return
    attributes = set(node.attributes)
    for change in changes:
        (attributes.add if change[0] == "+" else attributes.discard)(change[1])
    files.change(path).attributes = "".join(letter for letter in "RHSA" if letter in attributes)
