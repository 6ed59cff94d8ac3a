"""A setup at work on a station of either back end: put there, started, watched."""

from __future__ import annotations

import asyncio
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.lab.simulated import Clock, InstallerFault, SimulatedOptions, SimulatedStation, build_installer, build_iss
from tests.lab.simulated.installer.products import folder, product_code
from tests.lab.simulated.installer.response import read_ini
from tests.lab.simulated.streams import Console, Stdio
from tests.lab.station import Account, ShellOptions, Station
from tests.lab.wine.installers import build_setup
from tests.lab.wine.station import WineStation

__all__ = ["ADMIN", "CODE", "EXE", "JOB", "RELEASE", "SetupBench", "SimulatedBench", "State", "Watched", "WineBench"]

ADMIN = Account(name="admin", password="lab")
RELEASE = "2026.2.7"
CODE = product_code(2026, "x64")
JOB = r"C:\Program Files\Travail d'été"
TEMP = rf"{JOB}\tmp"
EXE = rf"{folder(2026, 'x64', x64_windows=True)}\Client PRONOTE.exe"
_UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"


@dataclass(frozen=True)
class State:
    """What is seen from outside: the log's ResultCode and whether it names the application, the exe's size."""

    result: int | None
    application: bool
    size: int


@dataclass
class Watched:
    """A run from its start to the end of its last process."""

    code: int = 0
    states: list[State] = field(default_factory=list)
    # When, by the loop's clock.
    times: list[float] = field(default_factory=list)
    # Command lines of every process of the setup that was seen at work.
    lines: set[str] = field(default_factory=set)
    # What was at work when the process that was started had ended.
    after_end: set[str] = field(default_factory=set)

    @property
    def results(self) -> list[int]:
        """The ResultCodes one after the other."""
        found: list[int] = []
        for state in self.states:
            if state.result is not None and found[-1:] != [state.result]:
                found.append(state.result)
        return found

    @property
    def last(self) -> State:
        return self.states[-1]


class SetupBench(ABC):
    """One station and the job's folder on it."""

    station: Station
    seconds: float  # how long a setup takes, in what the back end counts
    scale = 1.0  # of these in a real second
    tick = 0.002

    @abstractmethod
    async def setup(self, **behaviour: Any) -> bytes:
        """A setup.exe."""

    @abstractmethod
    def put(self, path: str, data: bytes) -> None:
        """Write a file, with its folder."""

    @abstractmethod
    def read(self, path: str) -> bytes | None:
        """A file's bytes; None when there is none."""

    @abstractmethod
    def size(self, path: str) -> int:
        """Of a file; 0 when there is none."""

    @abstractmethod
    def is_folder(self, path: str) -> bool: ...

    @abstractmethod
    def fault(self, fault: InstallerFault) -> None:
        """The setups that are started from now on go wrong."""

    async def stage(self, *, iss: str | bytes | None = None, **behaviour: Any) -> None:
        """Put setup.exe into the job's folder, and response.iss unless it is empty."""
        self.put(rf"{JOB}\setup.exe", await self.setup(**{"release": RELEASE, "seconds": self.seconds, **behaviour}))
        self.put(rf"{TEMP}\x", b"")
        text = build_iss(release=RELEASE) if iss is None else iss
        if text:
            self.put(rf"{JOB}\response.iss", text if isinstance(text, bytes) else text.encode("cp1252"))

    async def launch(self, line: str) -> int:
        """Run a line as a task does; its exit code."""
        return (await self.command(line))[0]

    async def command(self, line: str) -> tuple[int, str]:
        """Exit code and output of a command line."""
        command = await self.station.start_command(
            line, (), account=ADMIN, options=ShellOptions(codepage=65001), skip_cmd_shell=False
        )
        out = b""
        async for stream, piece in command.output():
            out += piece if stream == "stdout" else b""
        return await command.wait(), out.decode("utf-8", "replace")

    async def install(self, arguments: str = rf'/f1"{JOB}\response.iss" /f2"{JOB}\setup.log"') -> Watched:
        """As install.cmd does."""
        return await self.watch(rf'start "" /wait "{JOB}\setup.exe" /s {arguments}')

    @abstractmethod
    async def show(self, line: str) -> None:
        """Start a program in the session of a person."""

    async def record(self, line: str) -> list[tuple[bytes, int]]:
        """The response file that a person records and the exe's size, one state after the other, to the setup's end."""
        seen: list[tuple[bytes, int]] = []
        await self.show(line)
        while True:
            working = await self.working()
            size = self.size(EXE)
            now = self.read(rf"{JOB}\recorded.iss") or b""
            if now and [data for data, _size in seen[-1:]] != [now]:
                seen.append((now, size))
            if seen and not any("setup.exe" in each for each in working):
                return seen
            await asyncio.sleep(self.tick)

    async def remove(self, iss: str) -> Watched:
        """By the entry's own command line."""
        self.put(rf"{JOB}\uninstall.iss", iss.encode("cp1252"))
        line = await self.uninstall_string()
        return await self.watch(rf'start "" /wait {line} /s /f1"{JOB}\uninstall.iss" /f2"{JOB}\setup.log"')

    async def uninstall_string(self) -> str:
        _code, shown = await self.command(rf'reg query "{_UNINSTALL}\{CODE}" /v UninstallString /reg:32')
        return shown.partition("REG_SZ")[2].strip()

    async def values(self, *, view: int = 32) -> set[str]:
        """Names of the values of the uninstall entry; empty when there is none."""
        _code, shown = await self.command(rf'reg query "{_UNINSTALL}\{CODE}" /reg:{view} 2>nul')
        return {line.split()[0] for line in shown.splitlines() if line.startswith("    ")}

    async def watch(self, line: str, *, stop: Callable[[Watched], bool] = lambda _seen: False) -> Watched:
        """Run it and look all the time, until nothing of it is left or ``stop`` says so."""
        seen = Watched()
        run = asyncio.ensure_future(self.launch(rf'set "TEMP={TEMP}"& set "TMP={TEMP}"& {line}'))
        while not stop(seen):
            ended = run.done()
            working = await self.working()
            seen.states.append(self.state())
            seen.times.append(asyncio.get_running_loop().time())
            seen.lines |= working
            if ended and not seen.after_end:
                seen.after_end = working or {""}
            if ended and not any("setup.exe" in each for each in working):
                break
            await asyncio.sleep(self.tick)
        if run.done():
            seen.code = run.result()
        else:
            run.cancel()
        return seen

    async def working(self) -> set[str]:
        """Command lines of what the setup has at work."""
        found = await self.station.wmi_instances("root/cimv2", "Win32_Process")
        wanted = {"setup.exe", "isbew64.exe"}
        lines = {one.properties["CommandLine"] for one in found if str(one.properties["Name"]).lower() in wanted}
        # None: of a process that is about to begin, or to end.
        return {str(line) for line in lines if line}

    def state(self) -> State:
        ini = read_ini(self.read(rf"{JOB}\setup.log") or b"")
        result = ini.get("responseresult", {}).get("resultcode")
        return State(int(result) if result else None, "application" in ini, self.size(EXE))


class SimulatedBench(SetupBench):
    """In memory; twenty station seconds take a fifth of a real one."""

    seconds = 20.0
    scale = 100.0

    def __init__(self) -> None:
        options = SimulatedOptions(name="salle-101", accounts=(ADMIN,), language="en")
        self.simulated = SimulatedStation(options, clock=Clock(scale=self.scale))
        self.station = self.simulated

    async def setup(self, **behaviour: Any) -> bytes:
        return build_installer(**behaviour)

    async def show(self, line: str) -> None:
        station = self.simulated
        program, _, arguments = line[1:].partition('" ')
        station.launch(
            program,
            arguments,
            token=station.system,
            session=1,
            environment=station.environment_for(station.system),
            directory=JOB,
            stdio=Stdio.null(),
            console=Console(850),
        )

    def put(self, path: str, data: bytes) -> None:
        self.simulated.files.make_directories(path.rpartition("\\")[0], token=self.simulated.system)
        self.simulated.files.write(path, data, token=self.simulated.system)

    def read(self, path: str) -> bytes | None:
        node = self.simulated.files.find(path)
        return node.content.read() if node else None

    def size(self, path: str) -> int:
        node = self.simulated.files.find(path)
        return node.size if node else 0

    def is_folder(self, path: str) -> bool:
        return self.simulated.files.is_directory(path)

    def fault(self, fault: InstallerFault) -> None:
        object.__setattr__(self.simulated.options, "installer_fault", fault)
        self.simulated.faulty_starts = fault.times or None


class WineBench(SetupBench):
    """One station for row after row: ``clean`` between them."""

    seconds = 0.8
    tick = 0.01

    def __init__(self, station: WineStation) -> None:
        self.station = self.wine = station

    async def setup(self, **behaviour: Any) -> bytes:
        path = await asyncio.to_thread(build_setup, behaviour.pop("release"), **behaviour)
        return path.read_bytes()

    def put(self, path: str, data: bytes) -> None:
        host = self.wine.prefix.host_path(path)
        host.parent.mkdir(parents=True, exist_ok=True)
        host.write_bytes(data)

    def read(self, path: str) -> bytes | None:
        host = self.wine.prefix.host_path(path)
        return host.read_bytes() if host.exists() else None

    def size(self, path: str) -> int:
        host = self.wine.prefix.host_path(path)
        return host.stat().st_size if host.exists() else 0

    def is_folder(self, path: str) -> bool:
        return self.wine.prefix.host_path(path).is_dir()

    def fault(self, fault: InstallerFault) -> None:
        self.wine.set_fault(fault)

    async def launch(self, line: str) -> int:
        # Not over WinRS: under Wine an orphan keeps the pipes of the command that it comes from.
        done = rf"{JOB}\code.txt"
        self.wine.prefix.host_path(done).unlink(missing_ok=True)
        comspec = r"C:\windows\system32\cmd.exe"
        line = rf'{comspec} /v:on /c {line}& >"{done}" echo !ERRORLEVEL!.'
        await self.wine.start_process(line, interactive=False)
        while not (code := (self.read(done) or b"").strip()).endswith(b"."):  # noqa: ASYNC110  (a file tells nobody)
            await asyncio.sleep(self.tick)
        return int(code[:-1]) & 0xFFFFFFFF

    async def show(self, line: str) -> None:
        await self.wine.start_process(line, interactive=True)

    async def clean(self) -> None:
        """As if nothing had ever been installed."""
        self.wine.set_fault(None)
        session = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager"
        end = "taskkill /f /im setup.exe 2>nul& taskkill /f /im ISBEW64.exe 2>nul& " if await self.working() else ""
        await self.command(
            rf'{end}reg delete "{_UNINSTALL}\{CODE}" /f /reg:32 >nul 2>nul& '
            rf'reg delete "{session}" /v PendingFileRenameOperations /f >nul 2>nul& exit 0'
        )
        for path in (EXE.rpartition("\\")[0], JOB):
            shutil.rmtree(self.wine.prefix.host_path(path), ignore_errors=True)
