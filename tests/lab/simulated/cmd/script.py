"""Batch files as cmd reads them: from the disk, line by line, by offset."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from ..codepages import decode
from ..content import Content
from ..environment import Environment
from ..filesystem import FileSystem

__all__ = ["Frame", "LocalState", "label_of"]

_LABEL_END = re.compile(r"[\s:+,;=&|<>()]")


def label_of(text: str) -> str:
    """The label a GOTO or CALL names, or a line beginning with ``:`` defines, in lower case, without the colon."""
    name = text.lstrip(" \t,;=").removeprefix(":").lstrip(" \t,;=")
    match = _LABEL_END.search(name)
    return (name[: match.start()] if match else name).lower()


@dataclass
class LocalState:
    """What SETLOCAL keeps and ENDLOCAL gives back."""

    environment: Environment
    directory: str
    extensions: bool
    delayed: bool


@dataclass
class Frame:
    """A batch file, or a subroutine of one, being run. The file is read again for each line, as cmd does."""

    path: str
    arguments: list[str]  # %0 first
    tail: str  # %*
    offset: int = 0
    locals: list[LocalState] = field(default_factory=list)
    _content: Content | None = None
    _data: bytes = b""

    @property
    def is_cmd(self) -> bool:
        """``.cmd`` scripts clear ERRORLEVEL in more cases than ``.bat`` ones."""
        return self.path.lower().endswith(".cmd")

    def _load(self, files: FileSystem) -> bool:
        node = files.find(self.path)
        if node is None:
            return False
        if node.content is not self._content:
            self._content = node.content
            self._data = _script(node.content)
        return True

    def next_line(self, files: FileSystem, codepage: int) -> str | None:
        """The next line without its end, decoded; None at the end. FileNotFoundError when the file is gone."""
        if not self._load(files):
            raise FileNotFoundError(self.path)
        if self.offset >= len(self._data):
            return None
        end = self._data.find(b"\n", self.offset)
        stop = len(self._data) if end < 0 else end
        line = self._data[self.offset : stop]
        self.offset = stop + 1
        return decode(line, codepage).rstrip("\r")

    def seek_label(self, name: str, files: FileSystem, codepage: int) -> bool:
        """Go to the line after a label: searched from here to the end, then from the start."""
        if not self._load(files):
            raise FileNotFoundError(self.path)
        start = self.offset
        if 0 < start < len(self._data) and self._data[start - 1 : start] != b"\n":
            # Whoever rewrites a script that runs leaves cmd within a line: what is left of it is one, too.
            if _defined(self.next_line(files, codepage) or "") == name:
                return True
            self.offset = start
        found = [(begins, after) for begins, after, label in _labels(self._data, codepage) if label == name]
        after = next((after for begins, after in found if begins >= start), found[0][1] if found else None)
        if after is None:
            return False
        self.offset = after
        return True


def _defined(line: str) -> str | None:
    """The label that a line defines; None when it is none."""
    stripped = line.lstrip(" \t,;=")
    return label_of(stripped) if stripped.startswith(":") and not stripped.startswith("::") else None


@lru_cache(maxsize=64)
def _labels(data: bytes, codepage: int) -> tuple[tuple[int, int, str], ...]:
    """Of a script: where its line begins, where the next one does, its name."""
    found, begins = [], 0
    for line in data.split(b"\n"):
        after = begins + len(line) + 1
        if (label := _defined(decode(line, codepage).rstrip("\r"))) is not None:
            found.append((begins, after, label))
        begins = after
    return tuple(found)


@lru_cache(maxsize=64)
def _script(content: Content) -> bytes:
    # Control-Z ends a script.
    return content.read().partition(b"\x1a")[0]
