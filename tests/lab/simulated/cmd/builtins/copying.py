"""COPY, MOVE, REN."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...codepages import decode
from ...content import EMPTY, Content, ContentBuilder
from ...errors import Win32Error
from ...messages import text
from ...paths import absolute, is_device, join, name_of, parent_of
from ..globbing import Match, expand_wildcard, has_wildcard
from .arguments import split, switches

if TYPE_CHECKING:
    from ..shell import Shell

__all__ = ["copy", "move", "rename"]


async def _may_overwrite(shell: Shell, path: str, flags: set[str]) -> bool:
    """Asked only outside scripts and without /Y; no answer means no."""
    if "y" in flags or (shell.frame is not None and "-y" not in flags) or not shell.station.files.is_file(path):
        return True
    if "y" in (shell.environment.get("COPYCMD") or "").lower().strip("/") and "-y" not in flags:
        return True
    shell.out(text("overwrite", shell.language, path), end="")
    answer = decode(await shell.stdio.stdin.read_line(), shell.console.codepage)
    return answer.strip().lower()[:1] in ("y", "o", "a", "t")


def _sources(shell: Shell, words: list[str]) -> list[list[str]]:
    """Groups of sources: ``a+b c`` is [[a, b], [c]]."""
    joined = " ".join(words)
    joined = re.sub(r"\s*\+\s*", "+", joined)
    parts = re.findall(r'(?:"[^"]*"?|[^\s"])+', joined)
    return [re.findall(r'(?:"[^"]*"?|[^+"])+', part) for part in parts]


async def copy(shell: Shell, tail: str) -> int:
    """COPY [/B] [/Y] source[+source…] [target]."""
    flags, words = switches(split(tail))
    groups = _sources(shell, words)
    if not groups or len(groups) > 2:
        shell.say("syntax")
        return shell.set_level(1)
    sources, target = groups[0], groups[1][0] if len(groups) == 2 else "."
    files = shell.station.files
    destination = None if is_device(target.replace('"', "")) else shell.absolute(target)
    copied = 0
    try:
        if is_device(sources[0]) == "nul" and destination is not None:
            _write(shell, destination, EMPTY)  # "copy nul file" makes an empty file
            copied = 1
        elif len(sources) > 1:
            copied = await _combine(shell, sources, destination, flags)
        else:
            for match in _found(shell, sources[0]):
                _, path, node = match
                if destination is None:
                    shell.stdio.stdout.write(node.content.read())
                    copied += 1
                    continue
                goal = join(destination, name_of(path)) if files.is_directory(destination) else destination
                if goal.lower() == path.lower():
                    shell.say("copy_itself")
                    break
                if has_wildcard(sources[0]):
                    shell.out(match[0])
                if await _may_overwrite(shell, goal, flags):
                    _write(shell, goal, files.read(path, token=shell.invocation.token))
                    copied += 1
    except Win32Error as error:
        shell.fail(error)
        shell.out(text("copied", shell.language, copied))
        return 1
    shell.out(text("copied", shell.language, copied))
    return shell.set_level(0 if copied else 1)


def _write(shell: Shell, path: str, content: Content) -> None:
    files = shell.station.files
    try:
        files.write(path, content, token=shell.invocation.token)
    except Win32Error as error:
        # COPY removes what it could not finish.
        if error.code == 112 and files.is_file(path):
            files.delete(path, token=shell.invocation.token)
        raise


def _found(shell: Shell, source: str) -> list[Match]:
    bare = source.replace('"', "")
    matches = expand_wildcard(shell, source)
    matches = [(typed, path, node) for typed, path, node in matches if not node.directory] or [
        found for typed, path, node in matches for found in expand_wildcard(shell, join(path, "*"))
    ]
    if not matches:
        if not has_wildcard(bare):
            shell.station.files.require(absolute(bare, shell.directory))
        raise Win32Error(2, bare)
    return matches


async def _combine(shell: Shell, sources: list[str], destination: str | None, flags: set[str]) -> int:
    builder = ContentBuilder()
    first: str | None = None
    for source in sources:
        for _, path, node in _found(shell, source):
            first = first or path
            for chunk in node.content.chunks():
                builder.write(chunk)
    goal = destination or first or ""
    if shell.station.files.is_directory(goal) and first:
        goal = first
    if not await _may_overwrite(shell, goal, flags):
        return 0
    _write(shell, goal, builder.content())
    return 1


async def move(shell: Shell, tail: str) -> int:
    """MOVE [/Y] source target."""
    flags, words = switches(split(tail))
    if not 1 <= len(words) <= 2:
        shell.say("syntax")
        return shell.set_level(1)
    files, token = shell.station.files, shell.invocation.token
    destination = shell.absolute(words[1] if len(words) == 2 else ".")
    matches = expand_wildcard(shell, words[0], directories=not has_wildcard(words[0]))
    if not matches:
        files.require(shell.absolute(words[0])) if not has_wildcard(words[0]) else None
        return shell.fail(2)
    moved, folder = 0, False
    for _, path, node in matches:
        goal = join(destination, name_of(path)) if files.is_directory(destination) else destination
        if goal.lower() != path.lower() and not await _may_overwrite(shell, goal, flags):
            continue
        try:
            files.rename(path, goal, token=token, overwrite=not node.directory)
        except Win32Error as error:
            shell.fail(error if error.code != 183 else Win32Error(5))
            shell.out(text("moved", shell.language, moved))
            return 1
        moved, folder = moved + 1, node.directory
    shell.out(text("moved_folder" if folder else "moved", shell.language, moved))
    return shell.set_level(0 if moved else 1)


async def rename(shell: Shell, tail: str) -> int:
    """REN source newname: the new name is a name, not a path."""
    words = split(tail)
    if len(words) != 2 or "\\" in words[1] or ":" in words[1]:
        shell.say("syntax")
        return shell.set_level(1)
    files = shell.station.files
    matches = expand_wildcard(shell, words[0], directories=not has_wildcard(words[0]))
    if not matches:
        return shell.fail(2)
    new = words[1].replace('"', "")
    for _, path, _node in matches:
        goal = join(parent_of(path), _masked(name_of(path), new))
        try:
            files.rename(path, absolute(goal, "C:\\"), token=shell.invocation.token)
        except Win32Error as error:
            if error.code == 183:
                shell.say("duplicate")
                return shell.set_level(1)
            return shell.fail(error)
    return shell.set_level(0)


def _masked(name: str, mask: str) -> str:
    """``*`` in the new name keeps the rest of that part of the old one."""
    if not has_wildcard(mask):
        return mask
    stem, _, extension = name.rpartition(".") if "." in name else (name, "", "")
    new_stem, dot, new_extension = mask.partition(".")

    def part(old: str, new: str) -> str:
        result = ""
        for index, char in enumerate(new):
            if char == "*":
                return result + old[index:]
            result += old[index : index + 1] if char == "?" else char
        return result

    made = part(stem, new_stem)
    return f"{made}.{part(extension, new_extension)}" if dot else made
