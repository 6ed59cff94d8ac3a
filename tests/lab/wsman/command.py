"""A command of a shell: its output on the way to the client."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

from tests.lab.station import RunningCommand

__all__ = ["Command"]

# The service reads a command's pipes in gulps: what is written within this many seconds of the first byte, the end
# included, goes into one answer (recordings of short commands hold output, end and exit code in one ReceiveResponse).
_GULP = 0.01
# A command that writes more than this while nobody receives waits, as a process on a full pipe does.
_PIPE = 1 << 20
# Most bytes in one Stream element.
_ELEMENT = 32768


class Command:
    """Reads a running command until it ends."""

    def __init__(self, running: RunningCommand) -> None:
        self.running = running
        self.exit_code: int | None = None
        self.terminated = False
        self.end_received = False
        self._chunks: deque[tuple[str, bytes]] = deque()
        self._size = 0
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._pump = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        try:
            async for stream, data in self.running.output():
                self._chunks.append((stream, data))
                self._size += len(data)
                self._news.set()
                while self._size >= _PIPE:
                    self._room.clear()
                    await self._room.wait()
            self.exit_code = await self.running.wait()
        finally:
            self._news.set()

    @property
    def over(self) -> bool:
        """Nothing more will be written; ``exit_code`` is known, unless the command was terminated."""
        return self._pump.done()

    @property
    def drained(self) -> bool:
        return self.over and not self._chunks

    async def ready(self, seconds: float, *, enough: int) -> bool:
        """Wait for output or the end; False when neither came in time. Goes on for a gulp, or ``enough`` bytes."""
        if not self._chunks and not self.over:
            try:
                async with asyncio.timeout(seconds):
                    await self._next()
            except TimeoutError:
                return False
        if not self.over and self._size < enough:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GULP):
                    while not self.over and self._size < enough:
                        await self._next()
        if self.over and not self.terminated:
            self._pump.result()  # a back end that broke is the lab's own failure: HTTP 500 and a traceback
        return True

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()
        # The end is set by a task that is just about to be done.
        await asyncio.sleep(0)

    def take(self, room: int, *, element: int) -> list[tuple[str, bytes]]:
        """Up to ``room`` bytes of output, neighbours of one stream joined; each piece costs ``element`` bytes more."""
        taken: list[tuple[str, bytearray]] = []
        while self._chunks:
            stream, data = self._chunks.popleft()
            if not taken or taken[-1][0] != stream or len(taken[-1][1]) >= _ELEMENT:
                room -= element
                taken.append((stream, bytearray()))
            piece = data[: max(min(room, _ELEMENT - len(taken[-1][1])), 0)]
            taken[-1][1].extend(piece)
            room -= len(piece)
            self._size -= len(piece)
            if len(piece) < len(data):
                self._chunks.appendleft((stream, data[len(piece) :]))
                if room <= 0:
                    break
        self._room.set()
        return [(stream, bytes(data)) for stream, data in taken if data]

    async def terminate(self) -> None:
        """Kill it with its descendants, and wake whoever waits for it."""
        self.terminated = True
        await self.running.terminate()
        self._pump.cancel()
        # Not for its result: a back end that broke must not keep the shell's other commands alive.
        await asyncio.wait({self._pump})
