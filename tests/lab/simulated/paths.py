"""Windows paths: absolute form, comparison keys, wildcards."""

from __future__ import annotations

import ntpath
import re
from functools import lru_cache

from .errors import Win32Error

__all__ = ["absolute", "is_device", "join", "key_of", "match_wildcard", "name_of", "parent_of"]

_DEVICES = frozenset(
    {"nul", "con", "prn", "aux", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
_ILLEGAL = re.compile(r'[<>"|?*\x00-\x1f]')


def is_device(path: str) -> str | None:
    """The reserved device a path names ("nul", "con"), if any; ``x:\\dir\\nul`` is NUL too."""
    name = ntpath.basename(path.rstrip(" .:")).partition(".")[0].rstrip(" ").lower()
    return name if name in _DEVICES else None


def absolute(path: str, directory: str) -> str:
    """The full path of ``path`` seen from ``directory``. Raises Win32Error 123 on illegal characters, 3 without a path.

    As GetFullPathName: ``.`` and ``..`` are resolved, trailing dots and spaces of a component are dropped.
    """
    text = path.replace("/", "\\")
    if text.startswith("\\\\?\\"):
        text = text[4:]
    if not text:
        raise Win32Error(3)
    drive, rest = ntpath.splitdrive(text)
    if _ILLEGAL.search(rest) or ":" in rest:
        raise Win32Error(123, path)
    if drive.startswith("\\\\"):
        raise Win32Error(3, path)  # no network in the lab: UNC paths are never found
    home_drive, home_rest = ntpath.splitdrive(directory)
    if not drive:
        drive = home_drive
    if not rest.startswith("\\"):
        rest = ntpath.join(home_rest if drive.lower() == home_drive.lower() else "\\", rest)
    parts: list[str] = []
    for part in rest.split("\\"):
        if part in ("", "."):
            continue
        if part == "..":
            if parts:
                parts.pop()
            continue
        stripped = part.rstrip(" .")
        if stripped:
            parts.append(stripped)
    return drive.upper() + "\\" + "\\".join(parts)


def key_of(path: str) -> str:
    """The key of an absolute path in the file tree: lower case, no trailing separator."""
    return path.rstrip("\\").lower()


def name_of(path: str) -> str:
    """The last component."""
    return path.rstrip("\\").rpartition("\\")[2]


def parent_of(path: str) -> str:
    """The folder of an absolute path; a drive's root is its own parent."""
    head = path.rstrip("\\").rpartition("\\")[0]
    return head + "\\" if head.endswith(":") or not head else head


def join(directory: str, name: str) -> str:
    """``directory\\name``."""
    return f"{directory.rstrip(chr(92))}\\{name}"


@lru_cache(maxsize=512)
def _pattern(wildcard: str) -> re.Pattern[str]:
    # A trailing ".*" also matches names without a dot; "*." matches names without extension (RtlIsNameInExpression).
    if wildcard in ("*", "*.*"):
        return re.compile("(?s).*")
    if wildcard.endswith("*."):
        return re.compile("(?si)" + "".join(map(_translate, wildcard[:-2])) + r"[^.]*\Z")
    tail = ""
    if wildcard.endswith(".*"):
        wildcard, tail = wildcard[:-2], r"(?:\..*)?"
    return re.compile("(?si)" + "".join(map(_translate, wildcard)) + tail + r"\Z")


def _translate(char: str) -> str:
    return {"*": ".*", "?": ".?"}.get(char, re.escape(char))


def match_wildcard(name: str, wildcard: str) -> bool:
    """Whether a file name matches ``*``/``?`` as FindFirstFile does, without case."""
    return _pattern(wildcard.lower()).match(name.lower()) is not None
