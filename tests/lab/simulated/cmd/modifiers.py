"""``%~fdpnxsatz`` modifiers (``for /?``)."""

from __future__ import annotations

import ntpath
from typing import TYPE_CHECKING

from ..errors import Win32Error
from ..paths import absolute
from .dates import file_time

if TYPE_CHECKING:
    from .shell import Shell

__all__ = ["apply_modifiers"]


def apply_modifiers(shell: Shell, value: str, modifiers: str, *, directory: str | None = None) -> str:
    """The value with these modifiers; a path that cannot be is given back without its quotes."""
    text = value.replace('"', "")
    letters, _, search = modifiers.partition("$")
    letters = letters.lower()
    if search:
        folders = (shell.environment.get(search.rstrip(":")) or "").split(";")
        found = next((path for path in (f"{each}\\{text}" for each in folders if each) if _is_file(shell, path)), None)
        if found is None:
            return ""
        text, letters = found, letters or "f"
    if not letters:
        return text
    try:
        full = shell.station.files.spelled(absolute(text or ".", directory or shell.directory))
    except Win32Error:
        return text
    node = shell.station.files.find(full)
    parts: list[str] = []
    if "a" in letters:
        have = node.attributes if node else ""
        kind = "d" if node and node.directory else "-"
        flags = [letter.lower() if letter in have else "-" for letter in "RAHS"]
        parts.append(kind + "".join(flags) + "-----" if node else "")
    if "t" in letters:
        parts.append(file_time(node.modified, shell.language) if node else "")
    if "z" in letters:
        parts.append(str(node.size) if node else "")
    drive, rest = ntpath.splitdrive(full)
    head, name = ntpath.split(rest)
    stem, extension = ntpath.splitext(name)
    path = ""
    if "f" in letters or ("s" in letters and not set(letters) & set("dpnx")):
        path = full
    else:
        path += drive if "d" in letters else ""
        path += (head if head.endswith("\\") else head + "\\") if "p" in letters else ""
        path += stem if "n" in letters else ""
        path += extension if "x" in letters else ""
    if path:
        parts.append(path)
    return " ".join(part for part in parts if part)


def _is_file(shell: Shell, path: str) -> bool:
    try:
        return shell.station.files.is_file(absolute(path, shell.directory))
    except Win32Error:
        return False
