"""Batch files as cmd reads them: from the disk, line by line, by offset."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

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
            # Control-Z ends a script.
            self._data = node.content.read().partition(b"\x1a")[0]
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
        for first, last in ((start, len(self._data)), (0, start)):
            self.offset = first
            while self.offset < last:
                if not self._is_label():
                    self._skip_line()
                    continue
                line = self.next_line(files, codepage) or ""
                stripped = line.lstrip(" \t,;=")
                if stripped.startswith(":") and not stripped.startswith("::") and label_of(stripped) == name:
                    return True
        self.offset = start
        return False

    def _is_label(self) -> bool:
        """Whether the line here may be one: the bytes tell in every code page, and most lines are none."""
        at = self.offset
        while self._data[at : at + 1] and self._data[at] in b" \t,;=":
            at += 1
        return self._data[at : at + 1] == b":"

    def _skip_line(self) -> None:
        end = self._data.find(b"\n", self.offset)
        self.offset = len(self._data) + 1 if end < 0 else end + 1
