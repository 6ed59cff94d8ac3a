"""A Windows station in a Wine prefix."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..journal import Journal
from ..simulated.options import InstallerFault
from ..station import Account, CommandRefusedError, Power, ShellOptions, WmiError, WmiInstance, WmiValue
from . import snapshot as state
from . import wmi
from .agent import Agent, AgentGoneError
from .command import WineCommand
from .options import WineOptions
from .prefix import Prefix
from .starts import due_at_boot
from .template import Template

__all__ = ["WineStation", "computer_name"]

# Wine's own processes: on a Windows station they are services of the system, always there.
_SYSTEM_PROCESSES = frozenset(
    f"{name}.exe" for name in ("services", "winedevice", "plugplay", "svchost", "rpcss", "explorer", "conhost")
)
# `shutdown /t 0` has answered long before Windows goes down.
_SHUTDOWN_SECONDS = 1.0
_FOLDER_VARIABLES = {
    "%SystemRoot%": "C:\\windows",
    "%windir%": "C:\\windows",
    "%ProgramFiles%": "C:\\Program Files",
}
_NAMESPACES = {"root/cimv2": "root\\cimv2", "root/default": "root\\default"}


def computer_name(name: str) -> str:
    """The computer name: 15 letters, digits and hyphens at most, as Windows' setup allows them."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name.upper())[:15] or "STATION"


class WineStation:
    """Implements ``tests.lab.station.Station``; made by ``WineFarm``."""

    def __init__(
        self, options: WineOptions, prefix: Prefix, template: Template, *, journal: Journal, boots: asyncio.Semaphore
    ) -> None:
        self.options = options
        self.prefix = prefix
        self._template = template
        self.journal = journal
        self._boots = boots
        self._agent: Agent | None = None
        self._power = Power.OFF
        self._switching = asyncio.Lock()
        self._commands: set[WineCommand] = set()
        self._journal_read = 0
        self._shutdown: asyncio.Task[None] | None = None
        self._starting: list[asyncio.Task[None]] = []

    @property
    def name(self) -> str:
        return self.options.name

    @property
    def computer(self) -> str:
        return computer_name(self.options.name)

    @property
    def power(self) -> Power:
        return self._power

    @property
    def accounts(self) -> tuple[Account, ...]:
        return self.options.accounts

    # Power

    async def set_power(self, power: Power) -> None:
        """Cut or restore the power. Raises PrefixError when the station does not boot."""
        async with self._switching:
            if power is Power.ON and self._power is not Power.ON:
                await self._boot()
            elif power is not Power.ON and self._power is not Power.OFF:
                await self._cut()

    async def reboot(self) -> None:
        """Off, then on again."""
        await self.set_power(Power.OFF)
        await self.set_power(Power.ON)

    async def restart(self) -> None:
        """Off now; on again in the background, since the request that asked for it dies with the power."""
        await self.set_power(Power.OFF)
        self._restarting = asyncio.create_task(self.set_power(Power.ON))

    async def _boot(self) -> None:
        self._power = Power.BOOTING
        self.journal.add("power", self.name, power="booting")
        try:
            async with self._boots:
                await self.prefix.boot()
                self._agent = await Agent.start(self.prefix, self._on_event)
                if self.options.session_open:
                    await self.start_process("C:\\windows\\lab\\explorer.exe", interactive=True)
            due = due_at_boot(self.prefix.host_path(r"C:\windows\system32\Tasks"), now=dt.datetime.now())
            self._starting = [asyncio.create_task(self._start_task(*task)) for task in due]
        except BaseException:
            await self._cut()
            raise
        self._power = Power.ON
        self.journal.add("power", self.name, power="on")

    async def _start_task(self, name: str, delay: float) -> None:
        await asyncio.sleep(delay)
        # The power may be gone again.
        with contextlib.suppress(CommandRefusedError, OSError):
            await self.start_process(f'C:\\windows\\system32\\schtasks.exe /Run /TN "{name}"', interactive=False)

    async def _cut(self) -> None:
        self._power = Power.OFF
        agent, self._agent = self._agent, None
        # Blocks for as long as wineserver takes to end everybody (milliseconds; ten seconds at worst).
        await asyncio.to_thread(self.prefix.stop)
        if agent is not None:
            await agent.close()
        for command in list(self._commands):
            await command.wait()
        self.sync_journal()
        self.journal.add("power", self.name, power="off")

    def _on_event(self, message: dict[str, Any]) -> None:
        self.sync_journal()
        kind = message.pop("event")
        if kind == "acl":
            self.prefix.pin(message["path"])
            return
        self.journal.add("task" if kind == "task" else "power", self.name, **message)
        if kind == "shutdown":
            self._plan_shutdown(message["action"], float(message["seconds"]))

    def _plan_shutdown(self, action: str, seconds: float) -> None:
        if self._shutdown is not None:
            self._shutdown.cancel()
            self._shutdown = None
        if action != "abort":
            self._shutdown = asyncio.create_task(self._shut_down(action, seconds))

    async def _shut_down(self, action: str, seconds: float) -> None:
        await asyncio.sleep(max(_SHUTDOWN_SECONDS, min(seconds, self.options.longest_shutdown_delay)))
        self._shutdown = None
        await self.set_power(Power.OFF)
        if action == "restart":
            await self.set_power(Power.ON)

    def close(self) -> None:
        """Stop everything at once, from any thread; for the farm's last resort."""
        self._power = Power.OFF
        self.prefix.stop()

    def set_fault(self, fault: InstallerFault | None) -> None:
        """How the setups that are started from now on go wrong; None: they do not."""
        path = self.prefix.lab_file("fault.txt")
        path.unlink(missing_ok=True)
        if fault is not None:
            words = (fault.kind, fault.code, fault.seconds, fault.times, fault.when, int(fault.orphan))
            path.write_text(" ".join(map(str, words)), encoding="ascii")

    # Commands

    async def start_command(
        self, command: str, arguments: tuple[str, ...], *, account: Account, options: ShellOptions, skip_cmd_shell: bool
    ) -> WineCommand:
        r"""Start ``%COMSPEC% /C command arguments…``, or the program itself. Raises CommandRefusedError."""
        agent = self._running()
        line = " ".join([command, *arguments])
        if not skip_cmd_shell:
            line = f"C:\\windows\\system32\\cmd.exe /C {line}"
        if options.working_directory and not self._folder_exists(options.working_directory):
            raise CommandRefusedError(267, "The directory name is invalid.")
        started = self.journal.add("command", self.name, line=" ".join([command, *arguments]), user=account.name)

        try:
            running = await WineCommand.start(
                self.prefix, agent, line, account=account, computer=self.computer, options=options
            )
        except AgentGoneError as exc:
            raise CommandRefusedError(21, f"{self.name} has lost power") from exc
        self._commands.add(running)

        def ended(code: int) -> None:
            self.sync_journal()
            self._commands.discard(running)
            self.journal.add("process", self.name, command=started.number, state="ended", exit_code=code)

        running.on_end(ended)
        return running

    def _folder_exists(self, path: str) -> bool:
        expanded = path.replace("/", "\\")
        for variable, value in _FOLDER_VARIABLES.items():
            expanded = expanded.replace(variable, value)
        return expanded[1:2] == ":" and self.prefix.host_path(expanded).is_dir()

    async def start_process(self, line: str, *, interactive: bool) -> int:
        """Start a program outside of WinRM, in session 1 (a person's) or 0; returns its pid. Raises OSError."""
        answer = await self._ask("start", "1" if interactive else "0", line)
        if not answer["pid"]:
            raise OSError(f"{self.name}: cannot start {line!r}")
        self.journal.add("process", self.name, state="started", pid=answer["pid"], line=line)
        return int(answer["pid"])

    async def people(self, what: str, argument: str = "") -> None:
        """Somebody starts an installed client (``start``, its release). Raises ValueError for anything else."""
        if what != "start":
            raise ValueError(f"nobody at a Wine station can {what!r}")
        year = argument.partition(".")[0]
        path = rf"C:\Program Files\Index Education\Pronote {year}\Réseau\Client\Client PRONOTE.exe"
        await self.start_process(f'"{path}"', interactive=True)

    def _running(self) -> Agent:
        if self._agent is None or self._power is Power.OFF:
            raise CommandRefusedError(21, f"{self.name} is {self._power.value}")
        return self._agent

    async def _ask(self, verb: str, *fields: str) -> dict[str, Any]:
        try:
            return await self._running().ask(verb, *fields)
        except AgentGoneError as exc:
            raise CommandRefusedError(21, f"{self.name} has lost power") from exc
        except ValueError as exc:
            raise WmiError(wmi.INVALID_PARAMETER, str(exc)) from exc

    # WMI

    async def wmi_get(self, namespace: str, class_name: str, selectors: Mapping[str, str]) -> WmiInstance:
        """Raises WmiError."""
        keys = {name.lower(): value for name, value in selectors.items()}
        if class_name.lower() == "cim_datafile":
            if namespace.lower() != "root/cimv2":
                raise WmiError(wmi.INVALID_CLASS, f"no class {class_name} in {namespace}")
            if set(keys) != {"name"}:
                raise WmiError(wmi.INVALID_PARAMETER, "CIM_DataFile has one key: Name")
            return wmi.file_instance(keys["name"], await self._ask("file", keys["name"]))
        found = await self.wmi_instances(namespace, class_name)
        for instance in found:
            properties = {name.lower(): value for name, value in instance.properties.items()}
            if all(
                name in properties and str(properties[name]).lower() == value.lower() for name, value in keys.items()
            ):
                return instance
        raise WmiError(wmi.NOT_FOUND, f"no {class_name} with {dict(selectors)}")

    async def wmi_instances(self, namespace: str, class_name: str) -> list[WmiInstance]:
        """Raises WmiError."""
        space = _NAMESPACES.get(namespace.lower())
        if space is None:
            raise WmiError(wmi.INVALID_NAMESPACE, f"no namespace {namespace}")
        if not class_name.replace("_", "").isalnum():
            raise WmiError(wmi.INVALID_CLASS, f"no class {class_name}")
        if class_name.lower() == "win32_process":
            answer = await self._ask("processes")
            return wmi.process_instances(answer["processes"], self.computer)
        if class_name.lower() in {"cim_datafile", "win32_product"}:
            # Walking a disk, reconfiguring every MSI: what nobody may ask of a station (docs/fidelity.md, W).
            raise WmiError(wmi.NOT_CAPABLE, f"the lab does not enumerate {class_name}")
        answer = await self._ask("query", space, f"SELECT * FROM {class_name}")
        if "error" in answer:
            raise WmiError(int(answer["error"]), f"cannot read {class_name}")
        if not answer["objects"] and class_name.lower() not in wmi.CAPABLE:
            # Windows says so; Wine answers with nothing at all.
            raise WmiError(wmi.INVALID_CLASS, f"no class {class_name}")
        found = wmi.instances(namespace.lower(), class_name, answer["objects"])
        return [self._disk(one) for one in found] if class_name.lower() == "win32_logicaldisk" else found

    def _disk(self, disk: WmiInstance) -> WmiInstance:
        # Wine's Size is the host's free space; FreeSpace is the scenario's.
        stat = os.statvfs(self.prefix.path)
        sizes: dict[str, WmiValue] = {"FreeSpace": self.options.free_space}
        sizes["Size"] = max(stat.f_blocks * stat.f_frsize, self.options.free_space)
        return WmiInstance(
            namespace=disk.namespace, class_name=disk.class_name, properties={**disk.properties, **sizes}
        )

    async def wmi_invoke(
        self, namespace: str, class_name: str, method: str, selectors: Mapping[str, str], arguments: Mapping[str, str]
    ) -> Mapping[str, WmiValue]:
        """Call a static method (StdRegProv). Raises WmiError."""
        space = _NAMESPACES.get(namespace.lower())
        if space is None:
            raise WmiError(wmi.INVALID_NAMESPACE, f"no namespace {namespace}")
        if selectors:
            raise WmiError(wmi.NOT_CAPABLE, "the lab calls methods of classes, not of instances")
        pairs = [text for pair in arguments.items() for text in pair]
        answer = await self._ask("method", space, class_name, method, *pairs)
        if "error" in answer:
            raise WmiError(int(answer["error"]), f"cannot call {class_name}.{method}")
        return wmi.method_result(answer["objects"])

    # State

    async def snapshot(self) -> bytes:
        """Registry, files, tasks (files too), access lists, services and processes; works when the station is off."""
        processes: list[str] = []
        # Wine writes its own registry files half a minute late, and when it stops.
        hives = self.prefix.path
        if self._power is Power.ON:
            if error := (await self._ask("save"))["error"]:
                raise OSError(f"{self.name}: the registry could not be saved, error {error}")
            hives = self.prefix.lab_file("")
            processes = [
                f"process {row[6]} {row[8]}"
                for row in (await self._ask("processes"))["processes"]
                if row[6].lower() not in _SYSTEM_PROCESSES
            ]
            answer = await self._ask("query", "root\\cimv2", "SELECT Name, State, StartMode FROM Win32_Service")
            processes += [f"service {s['Name'][1]} {s['State'][1]} {s['StartMode'][1]}" for s in answer["objects"]]

        def collect() -> bytes:
            lines = [
                *state.registry_lines(hives),
                *state.file_lines(self.prefix, self._template.manifest()),
                *state.acl_lines(self.prefix),
                *sorted(processes),
            ]
            return "\n".join(lines).encode("utf-8", "surrogateescape")

        return await asyncio.to_thread(collect)

    def acl(self, windows_path: str) -> str | None:
        """The access list icacls has set on a path (``owner protected aces``); None when it never did."""
        wanted = f"acl {windows_path} ".lower()
        for line in state.acl_lines(self.prefix):
            if line.lower().startswith(wanted):
                return line[len(wanted) :]
        return None

    def sync_journal(self) -> None:
        """Copy what programs in the prefix wrote (installers started and ended) into the lab's journal."""
        path: Path = self.prefix.lab_file("journal.jsonl")
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            file.seek(self._journal_read)
            whole, _, _rest = file.read().rpartition(b"\n")
            if whole:
                self._journal_read += len(whole) + 1
                for line in whole.splitlines():
                    data = json.loads(line)
                    self.journal.add(data.pop("kind"), self.name, **data)
