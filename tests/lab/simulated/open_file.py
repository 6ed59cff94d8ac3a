"""A file that is being written, and standard output that goes to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .content import ContentBuilder
from .errors import Win32Error
from .streams import Sink

if TYPE_CHECKING:
    from .filesystem import FileSystem

__all__ = ["FileSink", "OpenFile"]


class OpenFile:
    """A file open for writing at its end."""

    def __init__(self, system: FileSystem, path: str) -> None:
        self._system = system
        self.path = path
        self._open = True
        self._builder = ContentBuilder(system.require(path).content)

    @property
    def size(self) -> int:
        return self._builder.size

    def write(self, data: bytes) -> None:
        """Append. A full disk keeps what fits, then raises error 112."""
        room = self._system.free_space
        self._builder.write(data[:room] if len(data) > room else data)
        self._system.store(self.path, self._builder.content())
        if len(data) > room:
            raise Win32Error(112, self.path)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._system.release_writer(self.path)


class FileSink(Sink):
    """Standard output redirected to a file; every duplicate writes through the same file position."""

    def __init__(self, handle: OpenFile, users: list[int] | None = None) -> None:
        self._handle = handle
        self._users = users if users is not None else [0]
        self._users[0] += 1
        self._closed = False

    def write(self, data: bytes) -> None:
        self._handle.write(data)

    def dup(self) -> Sink:
        return FileSink(self._handle, self._users)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._users[0] -= 1
            if self._users[0] == 0:
                self._handle.close()
