"""One WinRS command on a Wine station (programs/rshost.c runs it)."""

from __future__ import annotations

import asyncio
import itertools
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from ..station import Account, CommandRefusedError, ShellOptions
from .prefix import Prefix, kill

__all__ = ["WineCommand"]

_CONTROL_C_EXIT = 0xC000013A  # STATUS_CONTROL_C_EXIT
_numbers = itertools.count(1)


class WineCommand:
    """Implements ``tests.lab.station.RunningCommand``."""

    def __init__(self, process: asyncio.subprocess.Process, exit_file: Path) -> None:
        self._process = process
        self._exit_file = exit_file
        self._killed: int | None = None
        self._listeners: list[Callable[[int], None]] = []
        self._pieces: asyncio.Queue[tuple[str, bytes] | None] = asyncio.Queue()
        self._readers = [
            asyncio.create_task(self._pump("stdout", process.stdout)),
            asyncio.create_task(self._pump("stderr", process.stderr)),
        ]
        self._ended = asyncio.create_task(self._follow())

    @classmethod
    async def start(
        cls,
        prefix: Prefix,
        line: str,
        *,
        account: Account,
        computer: str,
        options: ShellOptions,
    ) -> WineCommand:
        """Start ``line`` as CreateProcess would. Raises CommandRefusedError."""
        number = next(_numbers)
        request, exit_file = prefix.run / f"command-{number}", prefix.run / f"exit-{number}"
        environment = {"USERNAME": account.name, "USERDOMAIN": computer, **options.environment}
        fields = [line, options.working_directory or "", str(options.codepage)]
        fields += [f"{name}={value}" for name, value in environment.items()]
        if any("\0" in field for field in fields):
            raise CommandRefusedError(87, "a command line cannot hold NUL characters")
        request.write_bytes(("\0".join(fields) + "\0\0").encode("utf-16-le", "surrogatepass"))
        process = await prefix.spawn(
            "C:\\windows\\lab\\bin\\rshost.exe",
            prefix.unix(request),
            prefix.unix(exit_file),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        command = cls(process, exit_file)
        code = await command._started()
        request.unlink(missing_ok=True)
        if code:
            await command.wait()
            raise CommandRefusedError(code, f"Win32 error {code}: cannot start {line!r}")
        return command

    async def _started(self) -> int:
        """Wait until the host says that the command runs; returns the Win32 error when it does not."""
        while self._process.returncode is None:
            if self._report():
                break
            # The host can tell us by a file only: Wine hands on no other descriptor than the first three.
            await asyncio.sleep(0.005)
        text = self._report()
        return int(text[1:]) if text.startswith("!") else 0

    def _report(self) -> str:
        """What the host wrote so far."""
        try:
            return self._exit_file.read_text(encoding="ascii")
        except FileNotFoundError:
            return ""

    async def _pump(self, stream: str, reader: asyncio.StreamReader | None) -> None:
        assert reader is not None
        while chunk := await reader.read(1 << 16):
            self._pieces.put_nowait((stream, chunk))

    async def _follow(self) -> int:
        await asyncio.wait(self._readers)
        self._pieces.put_nowait(None)
        text = self._report()
        if not text.isdigit():
            # Killed; else the code is there, and the host may live on with what the command left in the background.
            await self._process.wait()
            text = self._report()
        # No code: the host died with its prefix (power cut) or was killed.
        code = int(text) if text.isdigit() else self._killed if self._killed is not None else 1
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
        stdin = self._process.stdin
        assert stdin is not None
        try:
            if data:
                stdin.write(data)
                await stdin.drain()
            if end:
                stdin.close()
        except (BrokenPipeError, ConnectionResetError):
            return

    async def terminate(self, *, ctrl_c: bool = False) -> None:
        """Kill the host: the job object it holds kills the whole tree, also what a command that has ended left."""
        self._killed = _CONTROL_C_EXIT if ctrl_c else 1
        kill(self._process)
        await self._process.wait()
        await self.wait()
