"""A WinRS command: the process that was asked for, its job object, and its output as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from .processes import STATUS_CONTROL_C_EXIT, Job, Process, ProcessTable
from .streams import Pipe, PipeSink, Sink, Stdio

__all__ = ["SimulatedCommand"]


class SimulatedCommand:
    """Implements ``tests.lab.station.RunningCommand``."""

    def __init__(self, processes: ProcessTable) -> None:
        self.process: Process | None = None
        self.job = Job()
        self._processes = processes
        self._queue: asyncio.Queue[tuple[str, bytes] | None] = asyncio.Queue()
        self._open = 0
        self._input = Pipe()
        self._input_end: Sink | None = self._input.sink()
        self.stdio = Stdio(self._input, self._writer("stdout"), self._writer("stderr"))

    def _writer(self, name: str) -> PipeSink:
        self._open += 1

        def deliver(data: bytes) -> None:
            self._queue.put_nowait((name, data))

        def closed() -> None:
            self._open -= 1
            if not self._open:
                self._queue.put_nowait(None)

        return PipeSink(deliver, closed, lambda: self._writer(name))

    async def output(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield (stream, bytes) as written; ends when every writer closed."""
        while (item := await self._queue.get()) is not None:
            yield item
        self._queue.put_nowait(None)  # whoever asks again finds the end again

    async def wait(self) -> int:
        """The exit code."""
        assert self.process is not None
        return await self.process.wait()

    async def send(self, data: bytes, *, end: bool) -> None:
        """Write to standard input; after its end there is nobody to read."""
        if self._input_end is None:
            return
        self._input_end.write(data)
        if end:
            self._input_end.close()
            self._input_end = None

    async def terminate(self, *, ctrl_c: bool = False) -> None:
        """Kill everything in the job."""
        self._processes.kill_job(self.job, STATUS_CONTROL_C_EXIT if ctrl_c else 1)
        await asyncio.sleep(0)
