"""cmd.exe itself: its own switches, then the interpreter."""

from __future__ import annotations

import contextlib
import re

from ..cmd.flow import ExitShell
from ..cmd.shell import Shell
from ..codepages import decode
from ..errors import Win32Error
from ..processes import Invocation

__all__ = ["run"]

_SWITCH = re.compile(r"\s*/(?:([ck])|([sqdau])|([efv]):(on|off)|(t):\w+)", re.IGNORECASE)


async def run(invocation: Invocation) -> int:
    """``cmd [/s] [/c|/k] string``; without /c or /k, commands come from standard input."""
    line = invocation.command_line
    name = re.match(r'\s*(?:"[^"]*"?|[^\s"])+', line)
    rest = line[name.end() :] if name else ""
    shell = Shell(invocation)
    strip = keep = False
    command: str | None = None
    while match := _SWITCH.match(rest):
        rest = rest[match.end() :]
        letter = (match[1] or match[2] or match[3] or match[5]).lower()
        if letter in ("c", "k"):
            command, keep = rest, letter == "k"
            break
        if letter == "s":
            strip = True
        elif letter == "q":
            shell.echo = False
        elif letter == "v":
            shell.delayed = match[4].lower() == "on"
        elif letter == "e":
            shell.extensions = match[4].lower() == "on"
    code = 0
    if command is not None:
        code = await shell.run_command_line(_unquoted(invocation, command.strip(), strip=strip))
        if not keep:
            return code
    return await _interactive(shell)


def _unquoted(invocation: Invocation, command: str, *, strip: bool) -> str:
    """The rule of ``cmd /?``: of a line that begins with a quote, the first and the last quote go. Not so without /S
    when there are exactly two, with white space and none of ``&<>()@^|`` between them, which name a program.
    """
    if not command.startswith('"'):
        return command
    inner = command[1:]
    if not strip and command.count('"') == 2:
        program = inner.partition('"')[0]
        if re.search(r"\s", program) and not re.search(r"[&<>()@^|]", program):
            with contextlib.suppress(Win32Error):
                invocation.station.search(program, invocation.environment, invocation.directory)
                return command
    end = inner.rfind('"')
    return inner if end < 0 else inner[:end] + inner[end + 1 :]


async def _interactive(shell: Shell) -> int:
    """Commands typed at standard input, until its end or EXIT."""
    windows = shell.station.windows
    shell.out(f"Microsoft Windows [Version 10.0.{windows.build}.{windows.ubr}]")
    shell.out("(c) Microsoft Corporation. All rights reserved.\r\n")
    while True:
        shell.out(shell.prompt(), end="")
        data = await shell.invocation.stdio.stdin.read_line()
        if not data:
            return shell.errorlevel
        try:
            await shell.run_typed(decode(data, shell.console.codepage).rstrip("\r\n"))
        except ExitShell as flow:
            return flow.code
