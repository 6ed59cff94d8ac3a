"""A setup at work on a station of either back end: put there, started, watched."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.lab.simulated import Clock, InstallerFault, SimulatedOptions, SimulatedStation, build_installer, build_iss
from tests.lab.simulated.installer.products import folder, product_code
from tests.lab.simulated.installer.response import read_ini
from tests.lab.station import Account, ShellOptions, Station

__all__ = ["ADMIN", "CODE", "EXE", "JOB", "RELEASE", "SetupBench", "SimulatedBench", "State", "Watched"]

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
        run = asyncio.ensure_future(self.command(rf'set "TEMP={TEMP}"& set "TMP={TEMP}"& {line}'))
        while not stop(seen):
            ended = run.done()
            working = await self.working()
            seen.states.append(self.state())
            seen.lines |= working
            if ended and not seen.after_end:
                seen.after_end = working or {""}
            if ended and not any("setup.exe" in each for each in working):
                break
            await asyncio.sleep(self.tick)
        if run.done():
            seen.code = run.result()[0]
        else:
            run.cancel()
        return seen

    async def working(self) -> set[str]:
        """Command lines of what the setup has at work."""
        found = await self.station.wmi_instances("root/cimv2", "Win32_Process")
        wanted = {"setup.exe", "isbew64.exe"}
        return {str(one.properties["CommandLine"]) for one in found if str(one.properties["Name"]).lower() in wanted}

    def state(self) -> State:
        ini = read_ini(self.read(rf"{JOB}\setup.log") or b"")
        result = ini.get("responseresult", {}).get("resultcode")
        return State(int(result) if result else None, "application" in ini, self.size(EXE))


class SimulatedBench(SetupBench):
    """In memory; twenty station seconds take a fifth of a real one."""

    seconds = 20.0

    def __init__(self) -> None:
        options = SimulatedOptions(name="salle-101", accounts=(ADMIN,), language="en")
        self.simulated = SimulatedStation(options, clock=Clock(scale=100.0))
        self.station = self.simulated

    async def setup(self, **behaviour: Any) -> bytes:
        return build_installer(**behaviour)

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
