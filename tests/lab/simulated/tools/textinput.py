"""What the text filters share: reading files or standard input, by lines of bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ..errors import Win32Error
from ..paths import absolute, join, match_wildcard
from ..processes import Invocation

__all__ = ["lines_of", "read_inputs"]


def lines_of(data: bytes) -> list[bytes]:
    """Lines without their ends; a last line without an end counts."""
    lines = data.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines]


async def read_inputs(invocation: Invocation, names: list[str]) -> AsyncIterator[tuple[str, bytes | None]]:
    """(name, bytes) of each file, wildcards expanded, or of standard input (name ""); None: cannot be opened."""
    if not names:
        yield "", await invocation.stdio.stdin.read_all()
        return
    files = invocation.station.files
    for name in names:
        targets = [name]
        if "*" in name or "?" in name:
            folder, _, pattern = name.rpartition("\\")
            home = absolute(folder or ".", invocation.directory)
            if files.is_directory(home):
                targets = [
                    join(folder, node.name) if folder else node.name
                    for node in files.children(home)
                    if not node.directory and match_wildcard(node.name, pattern)
                ]
        for target in targets:
            try:
                content = files.read(absolute(target, invocation.directory), token=invocation.token)
            except Win32Error:
                yield target, None
            else:
                yield target, content.read()
