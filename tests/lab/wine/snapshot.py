"""A station's whole mutable state in a canonical form: equal bytes exactly when nothing changed."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from .prefix import Prefix
from .template import LAB_FOLDER

__all__ = ["acl_lines", "file_lines", "registry_lines"]

# Written by Wine itself at starts and by the clock; nothing a command did.
_FILES_IGNORED = re.compile(
    r"drive_c/(windows/lab/|windows/temp/|users/[^/]+/Temp/|users/[^/]+/AppData/Local/Temp/|windows/logs/"
    r"|windows/debug/)",
    re.IGNORECASE,
)
_KEYS_IGNORED = re.compile(
    r"(HARDWARE|Volatile Environment|Software\\Wine\\(Drivers|Fonts|Debug)"
    r"|System\\CurrentControlSet\\(Enum|Hardware Profiles|Control\\(Class|Video|DeviceClasses))"
    r"|Software\\(Wow6432Node\\)?Microsoft\\Windows( NT)?\\CurrentVersion\\(Perflib|Time Zones|Fonts|NetworkCards))",
    re.IGNORECASE,
)
_KEY_LINE = re.compile(r"\[(.*)\] \d+")


def registry_lines(folder: Path) -> Iterator[str]:
    """The keys and values of Wine's registry files in ``folder``, without the times of writing."""
    for name in ("system.reg", "user.reg"):
        skipped = False
        text = (folder / name).read_text(encoding="utf-8", errors="surrogateescape")
        for line in text.splitlines():
            key = _KEY_LINE.fullmatch(line)
            if key:
                skipped = bool(_KEYS_IGNORED.match(key[1].replace("\\\\", "\\")))
            if not skipped and line and not line.startswith(("#time=", "WINE REGISTRY", ";;")):
                yield f"{name} {key[1] if key else line}"


def file_lines(prefix: Prefix, manifest: Mapping[str, tuple[int, int, str]]) -> Iterator[str]:
    """Path, size and SHA-256 of every file and folder but Wine's own noise."""
    for folder, folders, names in os.walk(prefix.drive):
        folders.sort()
        for name in sorted(folders):
            relative = Path(folder, name).relative_to(prefix.path).as_posix() + "/"
            if not _FILES_IGNORED.match(relative):
                yield f"folder {relative}"
        for name in sorted(names):
            path = Path(folder, name)
            relative = path.relative_to(prefix.path).as_posix()
            if not _FILES_IGNORED.match(relative):
                yield f"file {relative} {_digest(path, manifest.get(relative))}"


def _digest(path: Path, known: tuple[int, int, str] | None) -> str:
    try:
        stat = path.lstat()
        if known is not None and (stat.st_size, stat.st_mtime_ns) == known[:2]:
            return f"{known[0]} {known[2]}"
        with path.open("rb") as file:
            return f"{stat.st_size} {hashlib.file_digest(file, 'sha256').hexdigest()}"
    except FileNotFoundError:
        return "gone"


def acl_lines(prefix: Prefix) -> Iterator[str]:
    """Access lists set by icacls.exe, without the file index, of what still exists."""
    store = prefix.path / LAB_FOLDER / "acl.tsv"
    if not store.exists():
        return
    for line in sorted(store.read_text(encoding="utf-8").splitlines()):
        path, _index, owner, protected, aces = line.split("\t")
        if prefix.host_path(path).exists():
            yield f"acl {path} {owner} {protected} {aces}"
