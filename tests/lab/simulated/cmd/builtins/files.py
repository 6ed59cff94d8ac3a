"""DEL, MKDIR, RMDIR, TYPE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...codepages import decode
from ...errors import Win32Error, error_text
from ...messages import text
from ...paths import absolute, is_device, join
from ..globbing import expand_wildcard, has_wildcard
from .arguments import split, switches

if TYPE_CHECKING:
    from ..shell import Shell

__all__ = ["delete", "make_directory", "remove_directory", "type_file"]


async def delete(shell: Shell, tail: str) -> int:
    """DEL [/F] [/Q] [/S] [/A]: ERRORLEVEL is 1 only for a bad command line; a locked or missing file leaves 0."""
    flags, words = switches(split(tail))
    if not words:
        shell.say("syntax")
        return shell.set_level(1)
    for word in words:
        bare = word.replace('"', "")
        path = absolute(bare if not has_wildcard(bare) else bare.rpartition("\\")[0] or ".", shell.directory)
        folder = shell.station.files.is_directory(path) and not has_wildcard(bare)
        pattern = join(bare, "*") if folder else bare
        if (folder or bare.rpartition("\\")[2] in ("*", "*.*")) and "q" not in flags and not await _sure(shell, bare):
            continue
        targets = [found_path for _, found_path, _ in expand_wildcard(shell, pattern)]
        if "s" in flags:
            targets = _everywhere(shell, pattern)
        if not targets:
            shown = path if not has_wildcard(bare) else join(path, bare.rpartition("\\")[2])
            shell.err(text("could_not_find", shell.language, shown))
        for target in targets:
            _delete_one(shell, target, force="f" in flags)
    return shell.set_level(0)


def _everywhere(shell: Shell, pattern: str) -> list[str]:
    folder, _, name = pattern.rpartition("\\")
    root = absolute(folder or ".", shell.directory)
    folders = [root, *(path for path, node in shell.station.files.walk(root) if node.directory)]
    return [path for each in folders for _, path, _ in expand_wildcard(shell, join(each, name))]


async def _sure(shell: Shell, what: str) -> bool:
    shell.out(text("sure", shell.language, what), end="")
    answer = decode(await shell.stdio.stdin.read_line(), shell.console.codepage)
    return answer.strip().lower()[:1] == text("yes", shell.language)


def _delete_one(shell: Shell, path: str, *, force: bool) -> None:
    files = shell.station.files
    try:
        if force and "R" in files.require(path).attributes:
            files.change(path).attributes = files.require(path).attributes.replace("R", "")
        files.delete(path, token=shell.invocation.token)
    except Win32Error as error:
        shell.err(path)
        shell.err(error_text(error.code, shell.language, path))


async def make_directory(shell: Shell, tail: str) -> int:
    """MKDIR: creates the folders above too."""
    words = split(tail)
    if not words:
        shell.say("syntax")
        return shell.set_level(1)
    code = 0
    for word in words:
        path = shell.absolute(word)
        if shell.station.files.find(path) is not None:
            shell.say("exists_folder", word.replace('"', ""))
            code = 1
            continue
        try:
            shell.station.files.make_directories(path, token=shell.invocation.token)
        except Win32Error as error:
            shell.fail(Win32Error(3, error.path) if error.code == 183 else error)
            code = 1
    return shell.set_level(code)


async def remove_directory(shell: Shell, tail: str) -> int:
    """RMDIR [/S] [/Q]: never touches ERRORLEVEL, but its return code is the error (2, 5, 32, 145) for ``||``."""
    flags, words = switches(split(tail))
    if not words:
        shell.say("syntax")
        return shell.set_level(1)
    code = 0
    for word in words:
        try:
            path = shell.absolute(word)
            if "s" in flags and shell.station.files.require(path).directory:
                if "q" not in flags and not await _sure(shell, word.replace('"', "")):
                    continue
                code = _remove_tree(shell, path, top=True) or code
            else:
                shell.station.files.remove_directory(path, token=shell.invocation.token)
        except Win32Error as error:
            shell.err(error_text(error.code, shell.language, error.path))
            code = error.code
    return code


def _remove_tree(shell: Shell, path: str, *, top: bool) -> int:
    """Everything that can go goes; what stays is named."""
    files, token = shell.station.files, shell.invocation.token
    code = 0
    for child in files.children(path):
        below = join(path, child.name)
        try:
            if child.directory:
                code = _remove_tree(shell, below, top=False) or code
            else:
                if "R" in child.attributes:
                    files.change(below).attributes = child.attributes.replace("R", "")
                files.delete(below, token=token)
        except Win32Error as error:
            shell.err(f"{below} - {error_text(error.code, shell.language, below)}")
            code = error.code
    try:
        files.remove_directory(path, token=token)
    except Win32Error as error:
        if top or error.code != 145:
            shell.err(
                f"{path} - {error_text(error.code, shell.language, path)}"
                if not top
                else error_text(error.code, shell.language, path)
            )
        code = code or error.code
    return code


async def type_file(shell: Shell, tail: str) -> int:
    """TYPE: bytes as they are, UTF-16 with a byte order mark converted."""
    words = split(tail)
    if not words:
        shell.say("syntax")
        return shell.set_level(1)
    code = 0
    for word in words:
        if is_device(word.replace('"', "")):
            continue
        matches = expand_wildcard(shell, word)
        try:
            if not matches and has_wildcard(word):
                code = shell.fail(2)
            elif not matches:
                shell.station.files.require(shell.absolute(word))
            for typed, path, _ in matches:
                if len(words) > 1 or len(matches) > 1:
                    shell.err(f"\r\n{typed}\r\n\r\n")
                data = shell.station.files.read(path, token=shell.invocation.token)
                if data.read(0, 2) == b"\xff\xfe":
                    shell.out(data.read().decode("utf-16", "replace"), end="")
                    continue
                for chunk in data.chunks():
                    shell.stdio.stdout.write(chunk)
        except Win32Error as error:
            shell.fail(error)
            code = 1
    return shell.set_level(code)
