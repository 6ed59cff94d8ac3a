"""CD, PUSHD, POPD."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...errors import Win32Error

if TYPE_CHECKING:
    from ..shell import Shell

__all__ = ["change_directory", "popd", "pushd"]


async def change_directory(shell: Shell, tail: str) -> int:
    """CD: with extensions, blanks need no quotes; without /D the drive does not change."""
    words = tail.strip(" \t,;=")
    if match := re.match(r"(?i)/d\b\s*", words):
        words = words[match.end() :]
    words = words.rstrip(" \t").replace('"', "")
    if not words or re.fullmatch(r"[A-Za-z]:", words):
        shell.out(shell.directory)
        return shell.set_level(0)
    try:
        shell.change_directory(shell.absolute(words))
    except Win32Error as error:
        return shell.fail(error)
    return shell.set_level(0)


async def pushd(shell: Shell, tail: str) -> int:
    """PUSHD."""
    name = tail.strip().replace('"', "")
    if not name:
        for path in reversed(shell.directory_stack):
            shell.out(path)
        return shell.set_level(0)
    before = shell.directory
    try:
        shell.change_directory(shell.absolute(name))
    except Win32Error as error:
        return shell.fail(error)
    shell.directory_stack.append(before)
    return shell.set_level(0)


async def popd(shell: Shell, tail: str) -> int:
    """POPD: never touches ERRORLEVEL."""
    if not shell.directory_stack:
        return 1
    try:
        shell.change_directory(shell.directory_stack.pop())
    except Win32Error as error:
        return shell.fail(error, level=False)
    return 0
