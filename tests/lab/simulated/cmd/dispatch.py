"""From a command's name to what runs: built-in, script, or program."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ..errors import Win32Error, error_text
from .builtins import BUILTINS
from .external import run_external
from .nodes import Command

if TYPE_CHECKING:
    from .shell import Shell

__all__ = ["Builtin", "run_command"]

Builtin = Callable[["Shell", str], Awaitable[int]]

# What may follow the name of a built-in directly: "echo.", "cd..", "dir/b", "echo(".
_GLUED = re.compile(r"([A-Za-z]+)([.\\/:+(\[\],;=\"].*)", re.DOTALL)


async def run_command(shell: Shell, node: Command) -> int:
    """Run a simple command; FOR variables are expanded now, so a variable may hold the command's name."""
    name, tail = shell.expand(node.name), shell.expand(node.tail)
    if shell.loop_variables and not name.startswith('"') and (match := re.search(r"[ \t,;=]", name)):
        name, tail = name[: match.start()], name[match.start() :] + tail
    return await run_named(shell, name, tail)


async def run_named(shell: Shell, name: str, tail: str, *, called: bool = False) -> int:
    """Run a command by name and the text after it; ``called``: by CALL, so that a script comes back."""
    if re.fullmatch(r"[A-Za-z]:", name) and not tail.strip():
        return _change_drive(shell, name)
    builtin = BUILTINS.get(name.lower())
    if builtin is None and (match := _GLUED.fullmatch(name)) and match[1].lower() in BUILTINS:
        # "echo.exe" in the current folder would win, as would any file of that name.
        builtin = BUILTINS[match[1].lower()]
        tail = match[2] + tail
    if builtin is None:
        return await run_external(shell, name, tail, called=called)
    try:
        return await builtin(shell, tail)
    except Win32Error as error:
        shell.err(error_text(error.code, shell.language, error.path))
        return shell.set_level(1)


def _change_drive(shell: Shell, drive: str) -> int:
    if drive.upper() != shell.station.files.drive.upper():
        shell.err(error_text(15, shell.language))
        return 1
    return 0
