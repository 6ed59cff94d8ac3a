"""START."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...errors import Win32Error, error_text
from ...messages import text
from ...streams import Console, NullSink, Pipe, Stdio
from ..external import find_program, start_process

if TYPE_CHECKING:
    from ..shell import Shell

__all__ = ["start"]

_IGNORED = frozenset(
    ("i", "min", "max", "separate", "shared", "low", "normal", "high", "realtime", "abovenormal", "belownormal")
)
_WORD = re.compile(r'(?:"[^"]*"?|[^\s"])+')


async def start(shell: Shell, tail: str) -> int:
    """START ["title"] [/B] [/WAIT] [/D folder] program arguments: a console of its own unless /B."""
    rest = tail.lstrip(" \t,;=")
    if rest.startswith('"'):
        end = rest.find('"', 1)
        rest = rest[end + 1 :].lstrip() if end > 0 else ""
    background = wait = False
    directory = shell.directory
    while match := re.match(r"/([A-Za-z]+)", rest):
        switch = match[1].lower()
        rest = rest[match.end() :].lstrip() if switch != "d" else rest[match.end() :]
        if switch == "b":
            background = True
        elif switch in ("w", "wait"):
            wait = True
        elif switch == "d":
            folder = _WORD.match(rest.lstrip())
            directory = shell.absolute(folder[0] if folder else ".")
            rest = rest.lstrip()[folder.end() if folder else 0 :].lstrip()
        elif switch in ("node", "affinity"):
            value = _WORD.match(rest)
            rest = rest[value.end() if value else 0 :].lstrip()
        elif switch not in _IGNORED:
            shell.say("invalid_switch", f"/{match[1]}")
            return shell.set_level(1)
    word = _WORD.match(rest)
    name, arguments = (word[0], rest[word.end() :]) if word else ("", "")
    own_console = not background
    # A console of its own has a keyboard nobody touches: reading it waits for ever.
    stdio = Stdio(_keyboard(), NullSink(), NullSink()) if own_console else shell.stdio.dup()
    console = Console(shell.station.options.oem_codepage) if own_console else shell.console
    comspec = shell.environment.get("ComSpec") or ""
    path, line_name, line_tail = _target(shell, name, arguments, comspec)
    if path is None:
        shell.err(text("start_not_found", shell.language, name.replace('"', "")))
        stdio.close()
        return shell.set_level(9059)
    try:
        process = start_process(shell, path, line_name, line_tail, stdio=stdio, console=console, directory=directory)
    except Win32Error as error:
        stdio.close()
        shell.err(error_text(error.code, shell.language, error.path))
        return shell.set_level(error.code)
    if not wait or ("start_at_once" in shell.station.options.contradicts and path.lower().endswith("msiexec.exe")):
        return shell.set_level(0)
    code = await process.wait()
    return shell.set_level(code - (1 << 32) if code >= 1 << 31 else code)


def _target(shell: Shell, name: str, arguments: str, comspec: str) -> tuple[str | None, str, str]:
    """The image to start, and its command line: scripts and built-ins get ``cmd /K``, which stays."""
    from . import BUILTINS  # noqa: PLC0415  (the table holds this module)

    if not name:
        return comspec, comspec, ""
    path = find_program(shell, name)
    if path is None and name.lower() not in BUILTINS:
        return None, name, arguments
    if path is None or path.lower().endswith((".bat", ".cmd")):
        return comspec, comspec, f" /K {name}{arguments}"
    return path, name, arguments


def _keyboard() -> Pipe:
    pipe = Pipe()
    pipe.sink()
    return pipe
