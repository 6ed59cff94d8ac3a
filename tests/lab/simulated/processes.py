"""Processes: started from image files, in sessions and job objects, killed or ended with their handles."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .environment import Environment, split_arguments
from .errors import Win32Error
from .images import Image, parse_image
from .paths import key_of, name_of
from .security import READ_EXECUTE, Token
from .streams import Console, Stdio

if TYPE_CHECKING:
    from .station import SimulatedStation

__all__ = ["Invocation", "Job", "Process", "ProcessTable", "Program"]

_LOG = logging.getLogger(__name__)

# ntstatus.h
STATUS_ACCESS_VIOLATION = 0xC0000005
STATUS_CONTROL_C_EXIT = 0xC000013A


class Job:
    """A job object: what it holds dies together."""

    def __init__(self) -> None:
        self.processes: set[Process] = set()


@dataclass(eq=False)
class Process:
    """One process; ``exit_code`` is None while it runs."""

    pid: int
    parent: int
    name: str
    path: str
    command_line: str
    token: Token
    session: int
    started: dt.datetime
    directory: str = "C:\\Windows\\System32"
    job: Job | None = None
    stdio: Stdio | None = None
    task: asyncio.Task[None] | None = None
    exit_code: int | None = None
    # A process of the system that every boot starts; left out of snapshots.
    host: bool = False
    image_kind: str = ""
    working_set: int = 8 << 20
    waiters: list[asyncio.Future[int]] = field(default_factory=list)

    async def wait(self) -> int:
        """The exit code, once it has ended."""
        if self.exit_code is not None:
            return self.exit_code
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.waiters.append(future)
        return await future


@dataclass
class Invocation:
    """What a program gets when it starts."""

    station: SimulatedStation
    process: Process
    image: Image
    command_line: str
    stdio: Stdio
    environment: Environment
    console: Console
    directory: str

    @property
    def arguments(self) -> list[str]:
        """argv without the program's name."""
        return split_arguments(self.command_line)[1:]

    @property
    def token(self) -> Token:
        return self.process.token

    @property
    def language(self) -> str:
        return self.station.options.language

    def encode(self, text: str) -> bytes:
        """Text in the console's code page; what it lacks becomes ``?``."""
        return self.station.encode(text, self.console.codepage)

    def out(self, text: str = "", end: str = "\r\n") -> None:
        """Write a line to standard output."""
        self.stdio.stdout.write(self.encode(text + end))

    def err(self, text: str = "", end: str = "\r\n") -> None:
        """Write a line to standard error."""
        self.stdio.stderr.write(self.encode(text + end))


Program = Callable[[Invocation], Awaitable[int]]


class ProcessTable:
    """The processes of a station."""

    def __init__(self, station: SimulatedStation, find_program: Callable[[Image], Program | None]) -> None:
        self._station = station
        self._find_program = find_program
        self._processes: dict[int, Process] = {}
        self._pids = itertools.count(1000, 4)

    def __iter__(self) -> Iterator[Process]:
        return iter(sorted(self._processes.values(), key=lambda process: process.pid))

    def get(self, pid: int) -> Process | None:
        return self._processes.get(pid)

    def named(self, name: str) -> list[Process]:
        """Processes of an image name, without case."""
        return [process for process in self if process.name.lower() == name.lower()]

    def works_in(self, key: str) -> bool:
        """Whether a process has its working directory at or below a path (its key)."""
        return any(
            (own := key_of(process.directory)) == key or own.startswith(key + "\\")
            for process in self._processes.values()
        )

    def add_host(self, name: str, *, path: str = "", pid: int | None = None, session: int = 0, parent: int = 0) -> None:
        """A process of the system, there from the boot on."""
        number = next(self._pids) if pid is None else pid
        self._processes[number] = Process(
            number,
            parent,
            name,
            path,
            path,
            self._station.system,
            session,
            self._station.clock.now(),
            host=True,
        )
        if path:
            self._station.files.hold_image(path)

    def add_resident(
        self, path: str, *, token: Token, session: int, host: bool = False, command_line: str = ""
    ) -> Process:
        """A process that just stays (a program with windows, a service), without a coroutine of its own."""
        process = self._create(path, command_line or f'"{path}"', token=token, session=session, parent=0)
        process.host = host
        self._admit(process)
        return process

    def spawn(
        self,
        path: str,
        command_line: str,
        *,
        token: Token,
        session: int,
        environment: Environment,
        directory: str,
        stdio: Stdio,
        console: Console,
        parent: Process | None = None,
        job: Job | None = None,
    ) -> Process:
        """Start an image. ``stdio`` is taken over and closed at the end, or at once when it does not start.

        Raises Win32Error: 2/3 not found, 5 denied, 193 not an image, 216 for another processor.
        """
        try:
            self._station.step(f"Start {command_line}", path)
            image = self._image(path, token)
        except Win32Error:
            # Whoever waits for the end of what this program would have written must see it.
            stdio.close()
            raise
        process = self._create(
            path, command_line, token=token, session=session, parent=parent.pid if parent else 0, job=job
        )
        process.directory = directory
        process.stdio = stdio
        process.image_kind = image.kind
        program = self._find_program(image)
        self._admit(process)
        self._station.record(
            "process",
            event="started",
            pid=process.pid,
            path=process.path,
            command_line=command_line,
            user=token.name,
            session=session,
            **({"forbidden": True} if image.manifest.get("forbidden") else {}),
        )
        if program is not None:
            invocation = Invocation(self._station, process, image, command_line, stdio, environment, console, directory)
            process.task = asyncio.get_running_loop().create_task(
                self._run(process, program, invocation), name=f"{self._station.name}:{process.name}:{process.pid}"
            )
        return process

    def kill(self, process: Process, code: int = 1) -> None:
        """Terminate at once; what it wrote stays as it is."""
        if process.exit_code is not None:
            return
        self._finish(process, code)
        if process.task is not None and process.task is not asyncio.current_task():
            process.task.cancel()

    def kill_job(self, job: Job, code: int = 1) -> None:
        for process in sorted(job.processes, key=lambda each: each.pid):
            self.kill(process, code)

    def kill_tree(self, process: Process, code: int = 1) -> list[Process]:
        """Terminate a process and its descendants; children first."""
        killed: list[Process] = []
        for child in [each for each in self if each.parent == process.pid and each is not process and not each.host]:
            killed += self.kill_tree(child, code)
        self.kill(process, code)
        return [*killed, process]

    async def kill_all(self) -> None:
        """The power is cut: every process ends, without a chance to clean up."""
        running = list(self._processes.values())
        for process in running:
            self.kill(process, 1)
        tasks = [each.task for each in running if each.task and each.task is not asyncio.current_task()]
        if tasks:
            await asyncio.wait(tasks)

    def _image(self, path: str, token: Token) -> Image:
        files = self._station.files
        node = files.require(path)
        if node.directory or not files.allows(path, token, READ_EXECUTE & 0x21):
            raise Win32Error(5, path)
        image = parse_image(node.content)
        if image is None:
            raise Win32Error(193, path)
        if image.arch == "x64" and self._station.options.arch == "x86":
            raise Win32Error(216, path)
        if self._station.options.s_mode and not path.lower().startswith("c:\\windows\\"):
            raise Win32Error(4551, path)
        return image

    # -- internals -----------------------------------------------------------------------------------------------------

    def _create(
        self, path: str, command_line: str, *, token: Token, session: int, parent: int, job: Job | None = None
    ) -> Process:
        spelled = self._station.files.spelled(path)
        return Process(
            next(self._pids),
            parent,
            name_of(spelled),
            spelled,
            command_line,
            token,
            session,
            self._station.clock.now(),
            job=job,
        )

    def _admit(self, process: Process) -> None:
        self._processes[process.pid] = process
        self._station.files.hold_image(process.path)
        if process.job is not None:
            process.job.processes.add(process)

    def _finish(self, process: Process, code: int) -> None:
        process.exit_code = code & 0xFFFFFFFF
        self._processes.pop(process.pid, None)
        if process.path:
            self._station.files.release_image(process.path)
        if process.job is not None:
            process.job.processes.discard(process)
        if process.stdio is not None:
            process.stdio.close()
        for waiter in process.waiters:
            if not waiter.done():
                waiter.set_result(process.exit_code)
        if process.task is not None or process.stdio is not None:
            self._station.record("process", event="ended", pid=process.pid, path=process.path, code=process.exit_code)

    async def _run(self, process: Process, program: Program, invocation: Invocation) -> None:
        try:
            code = await program(invocation)
        except asyncio.CancelledError:
            if process.exit_code is None:  # the loop is closing, not kill()
                self._finish(process, STATUS_CONTROL_C_EXIT)
            return
        except Win32Error as error:
            code = error.code
        except Exception:  # noqa: BLE001  (logged with its traceback; the station must go on)
            # A mistake of the lab must look like a crashed program to the client, and be loud in the log.
            _LOG.exception("%s: %s crashed", self._station.name, process.command_line)
            code = STATUS_ACCESS_VIOLATION
        if process.exit_code is None:
            self._finish(process, code)
