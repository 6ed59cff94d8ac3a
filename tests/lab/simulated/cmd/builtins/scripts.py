"""What steers scripts: CALL, GOTO, EXIT, SHIFT, SETLOCAL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...messages import text
from ..external import script_arguments
from ..flow import ExitScript, ExitShell, Goto
from ..parser import parse_line
from ..percent import expand_command_line, expand_script_line
from ..scanner import CmdSyntaxError
from ..script import Frame, LocalState, label_of

if TYPE_CHECKING:
    from ..shell import Shell

__all__ = ["call", "endlocal", "exit_", "goto", "pause", "quiet", "setlocal", "shift"]


async def quiet(shell: Shell, tail: str) -> int:
    """REM, TITLE, CLS, BREAK: nothing a pipe would show; ERRORLEVEL stays."""
    return 0


async def call(shell: Shell, tail: str) -> int:
    """CALL: percent signs are expanded once more, quoted carets doubled; then a label, a script, or any command."""
    from ..dispatch import run_named  # noqa: PLC0415
    from ..nodes import Command  # noqa: PLC0415  (dispatch needs the built-ins)

    body = tail.lstrip(" \t,;=")
    body = re.sub(r'"[^"]*"?', lambda match: match[0].replace("^", "^^"), body)
    expanded = (expand_script_line if shell.frame else expand_command_line)(body, shell)
    if expanded.startswith(":"):
        return await _call_label(shell, expanded)
    try:
        node = parse_line(expanded, lambda: None)
    except CmdSyntaxError as error:
        shell.syntax_error(error)
        return shell.set_level(1)
    if node is None:
        return 0
    writes = shell.level_writes
    if isinstance(node, Command) and not node.redirections:
        code = await run_named(shell, node.name, node.tail, called=True)
    else:
        code = await shell.execute(node)
    if shell.level_writes == writes:
        shell.set_level(code)
    return code


async def _call_label(shell: Shell, line: str) -> int:
    current = shell.frame
    if current is None:
        shell.say("only_in_batch")
        return shell.set_level(1)
    name = label_of(line)
    match = re.match(r"[:\s]*[^\s,;=]*", line)
    rest = line[match.end() :] if match else ""
    frame = Frame(current.path, [f":{name}", *script_arguments(rest)], rest.strip(" \t"), offset=current.offset)
    if name == "eof":
        return shell.errorlevel
    if not frame.seek_label(name, shell.station.files, shell.console.codepage):
        shell.say("no_label", name)
        return shell.set_level(1)
    return await shell.run_script(frame)


async def goto(shell: Shell, tail: str) -> int:
    """GOTO."""
    if shell.frame is None:
        return 0  # ignored on a command line
    name = label_of(tail)
    if not name:
        shell.say("no_label", "")
        shell.set_level(1)
        raise ExitScript
    if name == "eof" and tail.strip(" \t,;=").startswith(":"):
        raise ExitScript
    raise Goto(name)


async def exit_(shell: Shell, tail: str) -> int:
    """EXIT [/B] [code]."""
    words = tail.split()
    script_only = bool(words) and words[0].lower() == "/b"
    number = re.match(r"\s*([+-]?\d+)", " ".join(words[1:] if script_only else words))
    if number:
        shell.set_level(int(number[1]))
    if script_only and shell.frame is not None:
        raise ExitScript
    raise ExitShell(shell.errorlevel)


async def shift(shell: Shell, tail: str) -> int:
    """SHIFT [/n]."""
    frame = shell.frame
    if frame is not None:
        match = re.search(r"/(\d)", tail)
        at = int(match[1]) if match else 0
        if at < len(frame.arguments):
            del frame.arguments[at]
    return 0


async def setlocal(shell: Shell, tail: str) -> int:
    """SETLOCAL: nothing outside a script."""
    words = [word.lower() for word in tail.split()]
    known = ("enableextensions", "disableextensions", "enabledelayedexpansion", "disabledelayedexpansion")
    if any(word not in known for word in words):
        shell.say("syntax")
        return shell.set_level(1)
    if shell.frame is not None:
        shell.frame.locals.append(
            LocalState(shell.environment.copy(), shell.directory, shell.extensions, shell.delayed)
        )
        shell.extensions = {"enableextensions": True, "disableextensions": False}.get(
            next((word for word in words if "extensions" in word), ""), shell.extensions
        )
        shell.delayed = {"enabledelayedexpansion": True, "disabledelayedexpansion": False}.get(
            next((word for word in words if "delayed" in word), ""), shell.delayed
        )
    return shell.set_level(0)


async def endlocal(shell: Shell, tail: str) -> int:
    """ENDLOCAL."""
    shell.end_local()
    return 0


async def pause(shell: Shell, tail: str) -> int:
    """PAUSE waits for input: for ever in a session whose standard input nobody writes to."""
    shell.out(text("press_any_key", shell.language), end="")
    await shell.stdio.stdin.read_line()
    shell.out()
    return 0
