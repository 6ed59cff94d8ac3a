"""SET, PATH, PROMPT."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...codepages import decode
from ..arithmetic import ArithmeticFaultError, evaluate

if TYPE_CHECKING:
    from ..shell import Shell

__all__ = ["path", "prompt", "set_"]


def _cleared_in_cmd(shell: Shell) -> int:
    if shell.frame is not None and shell.frame.is_cmd:
        shell.set_level(0)
    return 0


async def set_(shell: Shell, tail: str) -> int:
    """SET, SET /A, SET /P."""
    body = tail.lstrip(" \t,;=")
    if match := re.match(r"(?i)/a\s*", body):
        return _arithmetic(shell, body[match.end() :])
    if match := re.match(r"(?i)/p\s*", body):
        return await _ask(shell, body[match.end() :])
    body = _unquoted(body)
    if not body.strip():
        for name, value in shell.environment:
            shell.out(f"{name}={value}")
        return _cleared_in_cmd(shell)
    name, equals, value = body.partition("=")
    if not equals:
        return _list(shell, body.rstrip())
    if not name.strip():
        shell.say("syntax")
        return shell.set_level(1)
    if value:
        shell.environment[name] = value
    elif name in shell.environment:
        shell.environment.remove(name)
    else:
        return shell.set_level(1)
    return _cleared_in_cmd(shell)


def _unquoted(body: str) -> str:
    """``"X=value" rest``: what lies between the first quote and the last one."""
    if not body.startswith('"'):
        return body
    inner = body[1:]
    end = inner.rfind('"')
    return inner[:end] if end >= 0 else inner


def _list(shell: Shell, prefix: str) -> int:
    found = [(name, value) for name, value in shell.environment if name.upper().startswith(prefix.upper())]
    for name, value in found:
        shell.out(f"{name}={value}")
    if not found:
        shell.say("not_defined", prefix)
        return shell.set_level(1)
    return _cleared_in_cmd(shell)


def _arithmetic(shell: Shell, expression: str) -> int:
    expression = expression.replace('"', "")

    def assign(name: str, value: int) -> None:
        shell.environment[name] = str(value)

    try:
        value = evaluate(expression, shell.environment.get, assign)
    except ArithmeticFaultError as fault:
        shell.say(fault.message)
        return shell.set_level(fault.level)
    if shell.frame is None:
        shell.out(str(value), end="")
    return _cleared_in_cmd(shell)


async def _ask(shell: Shell, body: str) -> int:
    name, equals, question = _unquoted(body).partition("=")
    if not equals:
        shell.say("syntax")
        return shell.set_level(1)
    question = question.lstrip(" \t=")
    if question.startswith('"'):
        question = _unquoted(question)
    shell.out(question, end="")
    answer = decode(await shell.stdio.stdin.read_line(), shell.console.codepage).rstrip("\r\n")
    # Without a name it only prints: `<nul set /p "=text"` is how a batch file writes without a line end.
    if not answer or not name.strip():
        return shell.set_level(1)
    shell.environment[name.rstrip()] = answer
    return _cleared_in_cmd(shell)


async def path(shell: Shell, tail: str) -> int:
    """PATH."""
    value = tail.lstrip(" \t=,").rstrip()
    if value == ";":
        shell.environment.remove("Path")
    elif value:
        shell.environment["Path"] = value
    else:
        shell.out(f"PATH={shell.environment.get('Path') or '(null)'}")
    return _cleared_in_cmd(shell)


async def prompt(shell: Shell, tail: str) -> int:
    """PROMPT."""
    shell.environment["PROMPT"] = tail.strip() or "$P$G"
    return _cleared_in_cmd(shell)
