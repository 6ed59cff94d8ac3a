"""One simulated Windows station: the Station protocol over registry, files, processes, tasks and services in memory."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Mapping
from fnmatch import fnmatchcase as fnmatch
from typing import Any

from ..journal import Journal
from ..station import Account, CommandRefusedError, Power, RunningCommand, ShellOptions, WmiError, WmiInstance, WmiValue
from . import wmi
from .baseline import SYSTEM32, baseline
from .clock import Clock
from .codepages import encode
from .command import SimulatedCommand
from .content import Content
from .environment import Environment
from .errors import Win32Error, error_text
from .filesystem import FileSystem
from .freezing import Freezer
from .installer.client import install_client
from .options import SimulatedOptions
from .paths import absolute
from .power import PowerSwitch
from .processes import Job, Process, ProcessTable
from .programs import find_program
from .provision import close_session, open_session, provision, start_client, start_system_processes
from .registry import Registry
from .scanner import Scanner
from .security import Token
from .services import ServiceTable
from .snapshot import take_snapshot
from .streams import Console, Stdio
from .tasks import Scheduler
from .trouble import Trouble

__all__ = ["SimulatedStation"]


class SimulatedStation:
    """A station in memory. Create it anywhere; its methods need a running event loop.

    Implements ``tests.lab.station.Station``.
    """

    def __init__(
        self, options: SimulatedOptions, *, clock: Clock | None = None, journal: Journal | None = None
    ) -> None:
        self.options = options
        self.clock = clock or Clock()
        self.journal = journal if journal is not None else Journal()
        base = baseline(options.windows, options.arch, options.language, options.oem_codepage, options.ansi_codepage)
        self.windows = base.windows
        self.on_battery = options.on_battery
        self.computer_name = options.name.partition(".")[0].upper()[:15]
        self.system = Token.system(options.language)
        self.system_directory = SYSTEM32
        self.files = FileSystem(base.files, clock=self.clock, capacity=options.capacity, free_space=options.capacity)
        self.registry = Registry(base.registry, x64=options.arch != "x86")
        self.services = ServiceTable(base.services)
        self.processes = ProcessTable(self, find_program)
        self.files.in_use = self.processes.works_in
        self.files.on_write = lambda path: self.step(f"Write {path}", path)
        self.files.on_delete = self._require_power
        self.tasks = Scheduler(self)
        self.switch = PowerSwitch(self)
        # What goes wrong at steps on the station itself; set by the lab.
        self.trouble: Trouble | None = None
        # Whether the network has an address: a station may start long before it has one.
        self.online = True
        # What is left of the starts an installer fault applies to; None: no limit.
        fault = options.installer_fault
        self.faulty_starts = fault.times if fault and fault.times else None
        self.freezer = Freezer(self, options.freezer, frozen=options.frozen)
        start_system_processes(self)
        provision(self)
        # What the scenario says is what is left once its own programs are on the disk.
        self.files.free_space = options.free_space
        self.files.scanner = Scanner(options.scanner_holds)
        self.freezer.install()

    # -- the Station protocol -----------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.options.name

    @property
    def power(self) -> Power:
        return self.switch.power

    @property
    def accounts(self) -> tuple[Account, ...]:
        return self.options.accounts

    async def start_command(
        self, command: str, arguments: tuple[str, ...], *, account: Account, options: ShellOptions, skip_cmd_shell: bool
    ) -> RunningCommand:
        """Start a WinRS command in a job object of its own. Raises CommandRefusedError."""
        if self.power is not Power.ON:
            raise CommandRefusedError(1115, "the station is not running")
        self.record("command", account=account.name, command=command, arguments=list(arguments))
        if self.options.deny_shells:
            raise CommandRefusedError(5, error_text(5, self.options.language))
        line = " ".join([command, *arguments])
        if "whole_quotes" in self.options.contradicts:
            line = f'"{line}"'
        token = self.token_of(account)
        environment = self.environment_for(token)
        for name, value in options.environment.items():
            environment[name] = value
        directory = options.working_directory or environment.get("USERPROFILE") or SYSTEM32
        running = SimulatedCommand(self.processes)
        try:
            directory = absolute(directory, SYSTEM32)
            self.require_directory(directory)
            running.process = self.launch(
                command if skip_cmd_shell else environment["ComSpec"],
                " ".join(arguments) if skip_cmd_shell else f"/C {line}",
                token=token,
                session=0,
                environment=environment,
                directory=directory,
                stdio=running.stdio,
                console=Console(options.codepage),
                job=running.job,
            )
        except Win32Error as error:
            running.stdio.close()
            raise CommandRefusedError(error.code, error_text(error.code, self.options.language, error.path)) from error
        return running

    async def wmi_get(self, namespace: str, class_name: str, selectors: Mapping[str, str]) -> WmiInstance:
        """Return the instance with these keys. Raises WmiError."""
        self._check_wmi()
        return wmi.get(self, namespace, class_name, selectors)

    async def wmi_instances(self, namespace: str, class_name: str) -> list[WmiInstance]:
        """Return every instance of a class. Raises WmiError."""
        self._check_wmi()
        return wmi.instances(self, namespace, class_name)

    async def wmi_invoke(
        self, namespace: str, class_name: str, method: str, selectors: Mapping[str, str], arguments: Mapping[str, str]
    ) -> Mapping[str, WmiValue]:
        """Call a method. Raises WmiError."""
        self._check_wmi()
        return wmi.invoke(self, namespace, class_name, method, selectors=selectors, arguments=arguments)

    async def snapshot(self) -> bytes:
        """The whole mutable state in canonical JSON; equal bytes: nothing changed."""
        return take_snapshot(self)

    async def set_power(self, power: Power) -> None:
        """Cut or restore the power."""
        await self.switch.set(power)

    async def restart(self) -> None:
        """Restart; answers again after its boot time."""
        await self.switch.restart()

    def sync_journal(self) -> None:
        """Nothing to do: programs write into the journal themselves."""

    async def people(self, what: str, argument: str = "") -> None:
        """Somebody at the station does something: ``log_on`` (name), ``log_off``, ``start`` (release) or ``close``; or
        the client is brought to another release of its year (``update``), by its own updater or in a visit; or the
        station is set to ``thaw`` or ``freeze`` at its next start; or its cable is pulled (``unplug``) or put back
        (``plug``), which leaves what comes to it as it is; or Windows is shut down (``shut_down``) or restarted.

        Raises ValueError for anything else, Win32Error for a client that is not there.
        """
        if what == "log_on":
            open_session(self, argument)
        elif what == "log_off":
            close_session(self)
        elif what == "start":
            start_client(self, argument)
        elif what == "close":
            for process in self.processes.named("Client PRONOTE.exe"):
                self.processes.kill(process, 0)
        elif what == "update":
            install_client(self, release=argument)
        elif what in {"thaw", "freeze"}:
            self.freezer.next_start = what == "freeze"
        elif what in {"plug", "unplug"}:
            self.online = what == "plug"
        elif what == "shut_down":
            await self.switch.shut_down()
        elif what == "restart":
            await self.restart()
        else:
            raise ValueError(f"nobody can {what!r}")
        self.record("people", did=what, argument=argument)

    def damage(self, pattern: str) -> list[str]:
        """A disk, or an antivirus, spoils every file whose path fits the pattern (``*``); returns their paths."""
        found = [path for path, node in self.files.walk("C:\\") if not node.directory and fnmatch(path, pattern)]
        for path in found:
            self.files.store(path, Content.of(b"spoilt"))
        return found

    def step(self, what: str, path: str) -> None:
        """A program starts, a file is made: the place where things go wrong. Raises Win32Error."""
        if self.trouble is not None:
            self.trouble.step(what, path)

    def _require_power(self, path: str) -> None:
        """Raises Win32Error when the power is gone, whatever runs on for a moment."""
        if self.trouble is not None:
            self.trouble.require_power(path)

    # -- what programs use --------------------------------------------------------------------------------------------

    def record(self, kind: str, **data: Any) -> None:
        """Add to the lab's journal."""
        self.journal.add(kind, self.name, **data)

    def encode(self, text: str, codepage: int) -> bytes:
        return encode(text, codepage)

    def account_sid(self, name: str) -> str:
        """A stable SID for a local account."""
        digest = hashlib.sha256(f"{self.computer_name}\\{name.lower()}".encode()).digest()
        parts = [int.from_bytes(digest[at : at + 4], "little") for at in (0, 4, 8)]
        return "S-1-5-21-{}-{}-{}-{}".format(*parts, 1001 + int.from_bytes(digest[12:14], "little") % 8000)

    def token_of(self, account: Account) -> Token:
        """The elevated token of an administrator who comes over the network."""
        return Token.administrator(f"{self.computer_name}\\{account.name}", self.account_sid(account.name))

    def standard_user(self, name: str = "eleve") -> Token:
        """The token of a standard user, such as a pupil."""
        return Token.standard(f"{self.computer_name}\\{name}", self.account_sid(name))

    @property
    def session_token(self) -> Token | None:
        """The full token of whoever is logged on at the console; None when nobody is."""
        for process in self.processes.named("explorer.exe"):
            if process.session > 0:
                return self.token_named(process.token.name) or process.token
        return None

    def token_named(self, name: str) -> Token | None:
        """The token of an account of the station by its name."""
        bare = name.rpartition("\\")[2].lower()
        for account in self.accounts:
            if account.name.lower() == bare:
                return self.token_of(account)
        return self.standard_user(bare) if bare in {user.lower() for user in self.options.users} else None

    def could_standard_user(self, path: str, what: str) -> bool:
        """Whether a standard user could ``write`` a file, ``create`` something in a folder, or ``delete`` it.

        A standard user who owns a file may change its ACL, so the answer is yes then, whatever the ACL says today.
        """
        from . import exposure  # noqa: PLC0415  (a question of tests, kept out of the start of a station)

        return exposure.could_standard_user(self, path, what)

    def environment_for(self, token: Token) -> Environment:
        """The environment block a process of this account starts with."""
        from .provision import environment_block  # noqa: PLC0415

        return environment_block(self, token)

    def launch(
        self,
        program: str,
        arguments: str,
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
        """CreateProcess with a program's name: searched on the path, ``.exe`` added, batch files through cmd.exe.

        Raises Win32Error.
        """
        path = self.search(program, environment, directory)
        line = f'"{program}" {arguments}' if " " in program else f"{program} {arguments}".rstrip()
        if path.lower().endswith((".bat", ".cmd")):
            line = f'"{environment["ComSpec"]}" /c "{line}"'
            path = absolute(environment["ComSpec"], directory)
        return self.processes.spawn(
            path,
            line,
            token=token,
            session=session,
            environment=environment,
            directory=directory,
            stdio=stdio,
            console=console,
            parent=parent,
            job=job,
        )

    def require_directory(self, path: str) -> None:
        """Win32Error 267 unless it is a folder: CreateProcess refuses such a working directory."""
        if not self.files.is_directory(path):
            raise Win32Error(267, path)

    def search(self, program: str, environment: Environment, directory: str) -> str:
        """SearchPath as CreateProcess does it. Raises Win32Error 2."""
        names = [program] if "." in program.rpartition("\\")[2] else [f"{program}.exe"]
        folders = ["."]
        if "\\" not in program and "/" not in program and ":" not in program:
            folders = [directory, SYSTEM32, "C:\\Windows", *(environment.get("Path") or "").split(";")]
        for folder in folders:
            for name in names:
                with contextlib.suppress(Win32Error):
                    path = absolute(name if folder == "." else f"{folder.strip(chr(34))}\\{name}", directory)
                    if self.files.is_file(path):
                        return path
        raise Win32Error(2, program)

    def _check_wmi(self) -> None:
        if self.power is not Power.ON:
            raise WmiError(0x80041001, "the station is not running")
        if self.options.deny_wmi:
            raise WmiError(0x80041003, "Access denied")

    async def idle(self) -> None:
        """Wait until no task runs and no process but the resident ones is left (for tests)."""
        while True:
            if process := next((each for each in self.processes if each.task), None):
                await process.wait()
            elif any(task.running for task in self.tasks.all()):
                # Polled, for moments: a task is over soon after what it started.
                await asyncio.sleep(0.005)
            else:
                return
