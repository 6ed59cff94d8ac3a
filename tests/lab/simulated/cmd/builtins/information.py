"""DIR, VER, VOL, DATE, TIME, VERIFY."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from ... import security
from ...errors import Win32Error
from ...filesystem import FileNode
from ...messages import text
from ...paths import absolute, join, match_wildcard
from ..dates import date_text, file_time, time_text
from ..globbing import split_pattern
from .arguments import split

if TYPE_CHECKING:
    from ..shell import Shell

__all__ = ["date", "dir_", "time", "ver", "verify", "vol"]

_SERIAL = "2C5A-11F3"
# L: reparse points (learn.microsoft.com/windows-server/administration/windows-commands/dir).
_ATTRIBUTES = {"r": "R", "h": "H", "s": "S", "a": "A", "l": "L"}


async def ver(shell: Shell, tail: str) -> int:
    """VER."""
    windows = shell.station.windows
    label = "version" if shell.language == "fr" else "Version"
    shell.out(f"\r\nMicrosoft Windows [{label} 10.0.{windows.build}.{windows.ubr}]")
    return shell.set_level(0)


async def vol(shell: Shell, tail: str) -> int:
    """VOL."""
    drive = tail.strip(" :").upper() or shell.directory[0]
    if drive != shell.station.files.drive[0]:
        return shell.fail(15)
    shell.out(text("volume", shell.language, drive))
    shell.out(text("serial", shell.language, _SERIAL))
    return shell.set_level(0)


async def date(shell: Shell, tail: str) -> int:
    """DATE /T; setting it is refused."""
    if tail.strip().lower() != "/t":
        return shell.fail(5)
    shell.out(date_text(shell.station.clock.now(), shell.language) + " ")
    return shell.set_level(0)


async def time(shell: Shell, tail: str) -> int:
    """TIME /T; setting it is refused."""
    if tail.strip().lower() != "/t":
        return shell.fail(5)
    shell.out(time_text(shell.station.clock.now(), shell.language)[:5])
    return shell.set_level(0)


async def verify(shell: Shell, tail: str) -> int:
    """VERIFY; any word but ON and OFF fails, which scripts use to set ERRORLEVEL."""
    word = tail.strip().lower()
    if word not in ("", "on", "off"):
        shell.say("syntax")
        return shell.set_level(1)
    return shell.set_level(0)


async def dir_(shell: Shell, tail: str) -> int:
    """DIR [/B] [/S] [/A[:attributes]] [/O[:[-]N|D]]: without /A, hidden and system files are left out."""
    words = split(tail)
    flags = [word[1:].lower() for word in words if word.startswith("/")]
    bare, recursive = "b" in flags, "s" in flags
    wanted = next((flag[1:].lstrip(":") for flag in flags if flag.startswith("a")), None)
    order = next((flag[1:].lstrip(":") for flag in flags if flag.startswith("o")), "")
    targets = [word for word in words if not word.startswith("/")] or ["."]
    listed = 0
    for target in targets:
        try:
            listed += _list(shell, target.replace('"', ""), bare=bare, recursive=recursive, wanted=wanted, order=order)
        except Win32Error as error:
            return shell.fail(2 if error.code == 3 and not bare else error)
    if not listed:
        shell.say("file_not_found")
        return shell.set_level(1)
    return shell.set_level(0)


def _shown(node: FileNode, wanted: str | None) -> bool:
    if wanted is None:
        return not set(node.attributes) & {"H", "S"}
    for sign, letter in re.findall(r"(-?)([a-z])", wanted):
        have = node.directory if letter == "d" else _ATTRIBUTES.get(letter, "?") in node.attributes
        if have is bool(sign):
            return False
    return True


def _list(shell: Shell, target: str, *, bare: bool, recursive: bool, wanted: str | None, order: str) -> int:
    files = shell.station.files
    path = absolute(target if not _wild(target) else split_pattern(target)[0] or ".", shell.directory)
    pattern = "*"
    if _wild(target):
        pattern = split_pattern(target)[1]
    elif not files.is_directory(path):
        folder, pattern = split_pattern(target)
        path = absolute(folder or ".", shell.directory)
    if not files.is_directory(path):
        if recursive:
            return 0
        raise Win32Error(3, path)
    may_list = partial(files.allows, token=shell.invocation.token, mask=security.READ_DATA)
    folders = [path] if may_list(path) else []
    if recursive:
        folders += [below for below, node in files.walk(path, enter=may_list) if node.directory and may_list(below)]
    listed = 0
    total = 0
    header = False
    for folder in folders:
        nodes = [node for node in files.children(folder) if match_wildcard(node.name, pattern) and _shown(node, wanted)]
        # Its own entry and that of the folder above, which a bare list leaves out.
        dots = (
            []
            if bare or pattern != "*" or len(folder) <= 3 or not _shown(files.require(folder), wanted)
            else [".", ".."]
        )
        if not nodes and not dots:
            continue
        _sort(nodes, order)
        listed += len(nodes) + len(dots)
        if bare:
            for node in nodes:
                shell.out(join(files.spelled(folder), node.name) if recursive else node.name)
            continue
        if not header:
            shell.out(text("volume", shell.language, path[0]))
            shell.out(text("serial", shell.language, _SERIAL))
            header = True
        shell.out("\r\n" + text("directory_of", shell.language, files.spelled(folder)) + "\r\n")
        for name in dots:
            shell.out(f"{file_time(files.require(folder).modified, shell.language)}    <DIR>          {name}")
        for node in nodes:
            size = "<DIR>         " if node.directory else f"{_grouped(node.size, shell.language):>14}"
            shell.out(f"{file_time(node.modified, shell.language)}    {size} {node.name}")
        sizes = sum(node.size for node in nodes if not node.directory)
        total += sizes
        count = sum(not node.directory for node in nodes)
        shell.out(text("files_bytes", shell.language, count, _grouped(sizes, shell.language)))
    if header:
        folders_count = sum(node.directory for node in files.children(path))
        free = _grouped(files.free_space, shell.language)
        shell.out(text("dirs_free", shell.language, folders_count, free))
    return listed


def _sort(nodes: list[FileNode], order: str) -> None:
    """Put in the order of ``/O``: by name, or by the date of the last change; ``-`` reverses."""
    for sign, letter in reversed(re.findall(r"(-?)([nd])", order)):
        by_name = letter == "n"
        nodes.sort(key=lambda node: node.name.lower() if by_name else node.modified, reverse=bool(sign))


def _wild(target: str) -> bool:
    return "*" in target or "?" in target


def _grouped(number: int, language: str) -> str:
    return f"{number:,}".replace(",", "\u00a0" if language == "fr" else ",")
