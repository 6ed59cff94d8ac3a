"""FOR in its five forms."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..codepages import decode
from ..errors import Win32Error
from ..paths import join, match_wildcard
from ..streams import Pipe, Stdio
from .globbing import expand_wildcard, has_wildcard
from .nodes import For
from .scanner import CmdSyntaxError
from .unparse import unparse

if TYPE_CHECKING:
    from .shell import Shell

__all__ = ["run_for"]


async def run_for(shell: Shell, node: For) -> int:
    """Run the loop; the return code of its last command. FOR itself leaves ERRORLEVEL alone."""
    code = 0
    items = shell.expand(node.items)
    saved = dict(shell.loop_variables)
    try:
        if node.kind == "f":
            try:
                options = _parse_options(shell.expand(node.options))
            except CmdSyntaxError as error:
                shell.syntax_error(error)
                return shell.set_level(1)
            try:
                lines = await _lines(shell, items, options)
            except Win32Error as error:
                shell.say("start_not_found", error.path)
                return 1
            for line in lines:
                bound = _bind(line, node.variable, options)
                if bound is not None:
                    code = await _round(shell, node, {**saved, **bound})
            return code
        async for item in _items(shell, node, items):
            code = await _round(shell, node, {**saved, node.variable: item})
        return code
    finally:
        shell.loop_variables = saved


async def _round(shell: Shell, node: For, variables: dict[str, str]) -> int:
    shell.loop_variables = variables
    if shell.echo and not node.body.quiet:
        # With ECHO ON each round shows its commands, on a command line too.
        shell.out(f"\r\n{shell.prompt()}{shell.expand(unparse(node.body))} ")
    return await shell.execute(node.body)


def _words(text: str) -> list[str]:
    return re.findall(r'(?:"[^"]*"?|[^\s"])+', text)


async def _items(shell: Shell, node: For, items: str) -> AsyncIterator[str]:
    if node.kind == "l":
        numbers = [_number(word) for word in _words(items)] + [0, 0, 0]
        value, step, last = numbers[:3]
        while value <= last if step >= 0 else value >= last:
            yield str(value)
            value += step
            await asyncio.sleep(0)  # FOR /L with step 0 never ends; it must be possible to kill it
        return
    if node.kind == "r":
        root = shell.absolute(shell.expand(node.options) or ".")
        folders = [root, *(path for path, below in shell.station.files.walk(root) if below.directory)]
        for folder in folders:
            for word in _words(items):
                if has_wildcard(word):
                    for child in shell.station.files.children(folder):
                        if not child.directory and match_wildcard(child.name, word.replace('"', "")):
                            yield join(folder, child.name)
                else:
                    yield join(folder, word)
        return
    for word in _words(items):
        if not has_wildcard(word):
            yield word
            continue
        for typed, _, _ in expand_wildcard(shell, word, files=node.kind != "d", directories=node.kind == "d"):
            yield typed


def _number(word: str) -> int:
    match = re.match(r"[+-]?(?:0[xX][0-9a-fA-F]+|\d+)", word)
    if match is None:
        return 0
    text = match[0]
    digits = text.lstrip("+-")
    value = (
        int(digits, 16)
        if digits[:2].lower() == "0x"
        else int(digits, 8)
        if re.fullmatch(r"0[0-7]+", digits)
        else int(digits)
    )
    return -value if text.startswith("-") else value


@dataclass
class _Options:
    eol: str = ";"
    skip: int = 0
    delims: str = " \t"
    tokens: tuple[int, ...] = (1,)
    rest: bool = False  # the last token is *, all that is left
    usebackq: bool = False


def _parse_options(text: str) -> _Options:
    options = _Options()
    text = text.strip()
    if text.startswith('"'):
        text = text[1:]
    text = text.removesuffix('"')
    while text := text.lstrip(" \t"):
        low = text.lower()
        if low.startswith("usebackq"):
            options.usebackq = True
            text = text[8:]
        elif low.startswith("eol="):
            options.eol = text[4:5]
            text = text[5:]
        elif match := re.match(r"(?i)skip=(\d+)", text):
            options.skip = int(match[1])
            text = text[match.end() :]
        elif match := re.match(r"(?i)tokens=([\d,*-]*)", text):
            options.tokens, options.rest = _parse_tokens(match[1])
            text = text[match.end() :]
        elif low.startswith("delims="):
            # A space is a delimiter only when delims comes last.
            value = text[7:]
            another = re.search(r"(?i) +(?:eol=|skip=|tokens=|usebackq)", value)
            options.delims = value[: another.start()] if another else value
            text = value[another.start() :] if another else ""
        else:
            raise CmdSyntaxError(text.split()[0])
    return options


def _parse_tokens(text: str) -> tuple[tuple[int, ...], bool]:
    numbers: set[int] = set()
    rest = text.endswith("*")
    for part in text.removesuffix("*").split(","):
        first, dash, last = part.partition("-")
        if first.isdecimal():
            numbers.update(range(int(first), int(last) + 1) if dash and last.isdecimal() else [int(first)])
    return tuple(sorted(numbers)), rest


def _bind(line: str, variable: str, options: _Options) -> dict[str, str] | None:
    """The variables of one line; None when the line is passed over."""
    if not line or (options.eol and line.startswith(options.eol)):
        return None
    fields: list[str] = []
    wanted = max(options.tokens, default=0)
    index = 0
    while len(fields) < wanted:
        while index < len(line) and line[index] in options.delims:
            index += 1
        if index >= len(line):
            break
        start = index
        while index < len(line) and line[index] not in options.delims:
            index += 1
        fields.append(line[start:index])
        index += 1
    if not fields and wanted:
        return None
    values = [fields[number - 1] if number <= len(fields) else "" for number in options.tokens]
    if options.rest:
        while index < len(line) and line[index] in options.delims:
            index += 1
        values.append(line[index:])
    return {chr(ord(variable) + offset): value for offset, value in enumerate(values)}


async def _lines(shell: Shell, items: str, options: _Options) -> list[str]:
    text = items.strip()
    command, string = ("`", "'") if options.usebackq else ("'", '"')
    if len(text) > 1 and text[0] == text[-1] == command:
        data = await _output(shell, text[1:-1])
    elif len(text) > 1 and text[0] == text[-1] == string:
        return [text[1:-1]]
    else:
        data = b""
        for word in _words(text):
            path = shell.absolute(word)
            if not shell.station.files.is_file(path):
                raise Win32Error(2, word)
            content = shell.station.files.read(path, token=shell.invocation.token).read()
            data += content
    utf16 = data.startswith(b"\xff\xfe")
    decoded = data.decode("utf-16", "replace") if utf16 else decode(data, shell.console.codepage)
    lines = decoded.replace("\r\n", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return [line.rstrip("\r") for line in lines[options.skip :]]


async def _output(shell: Shell, command: str) -> bytes:
    """The output of ``%COMSPEC% /c command``."""
    pipe = Pipe()
    comspec = shell.environment.get("ComSpec") or ""
    process = shell.station.launch(
        comspec,
        f"/c {command}",
        token=shell.invocation.token,
        session=shell.invocation.process.session,
        environment=shell.environment.copy(),
        directory=shell.directory,
        stdio=Stdio(shell.stdio.stdin, pipe.sink(), shell.stdio.stderr.dup()),
        console=shell.console,
        parent=shell.invocation.process,
        job=shell.invocation.process.job,
    )
    data = await pipe.read_all()
    await process.wait()
    return data
