"""One WinRS command on a Wine station (programs/commands.c runs it)."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ..station import Account, CommandRefusedError, ShellOptions
from .agent import Agent, AgentGoneError
from .prefix import Prefix

__all__ = ["WineCommand"]

_CONTROL_C_EXIT = 0xC000013A  # STATUS_CONTROL_C_EXIT
# Seconds in which whatever was ended is over.
_ENDING = 0.5
_numbers = itertools.count(1)


class WineCommand:
    """Implements ``tests.lab.station.RunningCommand``."""

    def __init__(self, prefix: Prefix, agent: Agent, number: int, ended: asyncio.Future[int], pipes: _Pipes) -> None:
        self._prefix = prefix
        self._agent = agent
        self._number = number
        self._exit = ended
        self._pipes = pipes
        self._killed: int | None = None
        self._listeners: list[Callable[[int], None]] = []
        self._pieces: asyncio.Queue[tuple[str, bytes] | None] = asyncio.Queue()
        self._readers = [
            asyncio.create_task(self._pump("stdout", pipes.stdout)),
            asyncio.create_task(self._pump("stderr", pipes.stderr)),
        ]
        self._ended = asyncio.create_task(self._follow())

    @classmethod
    async def start(
        cls,
        prefix: Prefix,
        agent: Agent,
        line: str,
        *,
        account: Account,
        computer: str,
        options: ShellOptions,
    ) -> WineCommand:
        """Start ``line`` as CreateProcess would. Raises CommandRefusedError, AgentGoneError."""
        environment = {"USERNAME": account.name, "USERDOMAIN": computer, **options.environment}
        if any("\0" in text for text in (line, options.working_directory or "", *environment, *environment.values())):
            raise CommandRefusedError(87, "a command line cannot hold NUL characters")
        pipes = _Pipes()
        fields = [line, options.working_directory or "", str(options.codepage)]
        fields += [prefix.unix(path) for path in pipes.theirs()]
        fields += [f"{name}={value}" for name, value in environment.items()]
        request = prefix.run / f"command-{next(_numbers)}"
        try:
            request.write_bytes(("\0".join(fields) + "\0").encode("utf-16-le", "surrogatepass"))
            number, ended = await agent.start_command(prefix.unix(request))
            await pipes.open()
        except CommandRefusedError as exc:
            pipes.close()
            raise CommandRefusedError(exc.code, f"{exc}: cannot start {line!r}") from exc
        except BaseException:
            pipes.close()
            raise
        finally:
            request.unlink(missing_ok=True)
        return cls(prefix, agent, number, ended, pipes)

    async def _pump(self, stream: str, reader: asyncio.StreamReader) -> None:
        while chunk := await reader.read(1 << 16):
            self._pieces.put_nowait((stream, chunk))

    async def _follow(self) -> int:
        await asyncio.wait(self._readers)
        self._pieces.put_nowait(None)
        code = await self._exit
        if self._killed is not None:
            code = self._killed
        self._pipes.close()
        for call in self._listeners:
            call(code)
        return code

    def on_end(self, call: Callable[[int], None]) -> None:
        """Have ``call`` called with the exit code once the command has ended, at once if it has."""
        if self._ended.done():
            call(self._ended.result())
        else:
            # Called by the task itself: whoever awaits wait() comes after it.
            self._listeners.append(call)

    async def output(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield what the command writes, as it does."""
        while (piece := await self._pieces.get()) is not None:
            yield piece
        # A second reader (after a reconnection) must end too.
        self._pieces.put_nowait(None)

    async def wait(self) -> int:
        """The exit code, 32-bit unsigned."""
        return await asyncio.shield(self._ended)

    async def send(self, data: bytes, *, end: bool) -> None:
        """Write to standard input; what a command that has ended would have read is dropped, as WinRM does."""
        try:
            if data:
                self._pipes.stdin.write(data)
                await self._pipes.stdin.drain()
            if end:
                self._pipes.stdin.close()
        except (BrokenPipeError, ConnectionResetError):
            return

    async def terminate(self, *, ctrl_c: bool = False) -> None:
        """End what is in the command's job object: the whole tree, also what a command that has ended left."""
        if not self._exit.done():
            self._killed = _CONTROL_C_EXIT if ctrl_c else 1
        with contextlib.suppress(AgentGoneError):
            await self._agent.ask("kill", str(self._number))
        if not (await asyncio.wait([self._ended], timeout=_ENDING))[0]:
            await asyncio.to_thread(self._prefix.kill_forgotten, self._pipes.inodes)
            # wineserver itself may have its streams for ever.
            self._pipes.close()
        await self.wait()


class _Pipes:
    """The standard streams of a command: pipes of the lab, whose other ends Windows' programs open by their names."""

    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader

    def __init__(self) -> None:
        (stdin, ours), *others = os.pipe(), os.pipe(), os.pipe()
        self.inodes = {os.fstat(read).st_ino for read, _write in others}
        self._ours = [ours, *(read for read, _write in others)]
        self._theirs = [stdin, *(write for _read, write in others)]
        self._transports: list[asyncio.BaseTransport] = []

    def theirs(self) -> list[Path]:
        """Names of the ends that are the command's."""
        return [Path(f"/proc/{os.getpid()}/fd/{descriptor}") for descriptor in self._theirs]

    async def open(self) -> None:
        """The command has its ends: a stream ends when nobody in the station has it any more."""
        self._let_go(self._theirs)
        loop = asyncio.get_running_loop()
        file = os.fdopen(self._ours.pop(0), "wb", buffering=0)
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, file)
        self.stdin = asyncio.StreamWriter(transport, protocol, None, loop)
        self._transports.append(transport)
        self.stdout, self.stderr = await self._reader(), await self._reader()

    async def _reader(self) -> asyncio.StreamReader:
        reader = asyncio.StreamReader()
        file = os.fdopen(self._ours.pop(0), "rb", buffering=0)
        transport, _protocol = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), file
        )
        self._transports.append(transport)
        return reader

    def close(self) -> None:
        """Harmless when done already."""
        for transport in self._transports:
            transport.close()
        self._let_go(self._theirs)
        self._let_go(self._ours)

    def _let_go(self, descriptors: list[int]) -> None:
        while descriptors:
            os.close(descriptors.pop())
