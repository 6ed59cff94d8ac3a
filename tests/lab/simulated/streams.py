"""Standard handles: where programs read and write.

Handles are counted, as on Windows: a pipe ends when its last writer closed, so a child that inherited standard output
keeps it open after its parent ended.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["BytesSource", "Console", "NullSink", "Pipe", "PipeSink", "Sink", "Source", "Stdio"]


@dataclass
class Console:
    """A console: its output code page, what ``chcp`` changes. Shared by the processes attached to it."""

    codepage: int


class Sink(ABC):
    """A handle to write to."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Write at once. Raises Win32Error (112: disk full)."""

    @abstractmethod
    def dup(self) -> Sink:
        """Another handle on the same object."""

    @abstractmethod
    def close(self) -> None:
        """Close this handle; twice is harmless."""


class NullSink(Sink):
    """The NUL device."""

    def write(self, data: bytes) -> None:
        pass

    def dup(self) -> Sink:
        return self

    def close(self) -> None:
        pass


class Source(ABC):
    """A handle to read from; it may be shared, each reader takes what it reads."""

    def __init__(self) -> None:
        self._buffer = b""

    @abstractmethod
    async def _receive(self) -> bytes:
        """More bytes; empty at the end."""

    async def read(self) -> bytes:
        """What is there, at least a byte; empty at the end."""
        if self._buffer:
            data, self._buffer = self._buffer, b""
            return data
        return await self._receive()

    async def read_all(self) -> bytes:
        """Everything up to the end."""
        parts = []
        while data := await self.read():
            parts.append(data)
        return b"".join(parts)

    async def read_line(self) -> bytes:
        """One line with its end, or what is left."""
        line = b""
        while True:
            data = await self.read()
            if not data:
                return line
            head, newline, rest = data.partition(b"\n")
            line += head + newline
            if newline:
                self._buffer = rest
                return line


class BytesSource(Source):
    """Fixed bytes: a file opened for input, or NUL."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__()
        self._buffer = data

    async def _receive(self) -> bytes:
        return b""


class Pipe(Source):
    """An anonymous pipe: this is its reading end, ``sink()`` opens a writing end."""

    def __init__(self) -> None:
        super().__init__()
        self._queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._writers = 0
        self._ended = False

    def sink(self) -> PipeSink:
        """A new writing end."""
        self._writers += 1

        def closed() -> None:
            self._writers -= 1
            if self._writers == 0:
                self._queue.put_nowait(b"")

        return PipeSink(self._queue.put_nowait, closed, self.sink)

    async def _receive(self) -> bytes:
        if self._ended:
            return b""
        data = await self._queue.get()
        self._ended = not data
        return data


class PipeSink(Sink):
    """A writing end: hands bytes to ``deliver``; ``closed`` is called once."""

    def __init__(
        self, deliver: Callable[[bytes], None], closed: Callable[[], None], duplicate: Callable[[], Sink]
    ) -> None:
        self._deliver = deliver
        self._closed: Callable[[], None] | None = closed
        self._duplicate = duplicate

    def write(self, data: bytes) -> None:
        if data and self._closed is not None:
            self._deliver(data)

    def dup(self) -> Sink:
        return self._duplicate()

    def close(self) -> None:
        if self._closed is not None:
            closed, self._closed = self._closed, None
            closed()


@dataclass(frozen=True)
class Stdio:
    """The three standard handles of a process."""

    stdin: Source
    stdout: Sink
    stderr: Sink

    def dup(self) -> Stdio:
        """Handles for a child that inherits these."""
        return Stdio(self.stdin, self.stdout.dup(), self.stderr.dup())

    def close(self) -> None:
        self.stdout.close()
        self.stderr.close()

    @classmethod
    def null(cls) -> Stdio:
        """What a service or a task gets: nothing to read, output lost."""
        return cls(BytesSource(), NullSink(), NullSink())
