"""Wildcards on the station's disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Win32Error
from ..paths import absolute, join, match_wildcard

if TYPE_CHECKING:
    from ..filesystem import FileNode
    from .shell import Shell

__all__ = ["Match", "expand_wildcard", "has_wildcard", "split_pattern"]

Match = tuple[str, str, "FileNode"]  # (as typed with the name found, absolute path, node)


def has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def split_pattern(typed: str) -> tuple[str, str]:
    """The folder as typed, with its separator, and the last component."""
    at = max(typed.rfind("\\"), typed.rfind("/"), typed.rfind(":"))
    return typed[: at + 1], typed[at + 1 :]


def expand_wildcard(shell: Shell, typed: str, *, files: bool = True, directories: bool = False) -> list[Match]:
    """What a path with a wildcard in its last component matches, by name; without one, the path itself if it exists."""
    folder, pattern = split_pattern(typed.replace('"', ""))
    try:
        if not has_wildcard(pattern):
            path = absolute(typed.replace('"', ""), shell.directory)
            node = shell.station.files.find(path)
            return [(typed.replace('"', ""), path, node)] if node is not None else []
        home = absolute(folder or ".", shell.directory)
    except Win32Error:
        return []
    if not shell.station.files.is_directory(home):
        return []
    return [
        (folder + node.name, join(home, node.name), node)
        for node in shell.station.files.children(home)
        if (directories if node.directory else files) and match_wildcard(node.name, pattern)
    ]
