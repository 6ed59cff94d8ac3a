"""What the setup does when it runs, as the InstallScript engine does it ([E] in docs/fidelity.md, S).

An installation is one process to the end, with a helper below ``%TEMP%``. A removal whose command line has
``-runfromtemp`` is begun by a process that ends early, with 0; a clone of it below ``%TEMP%`` does the work, lingers,
and leaves its folder. The log says ``ResultCode=0`` before any dialog and any file; what comes later overwrites it.

How it goes wrong is told by ``InstallerFault`` (``tests/lab/simulated/options.py``), what it asks and how long it takes
by ``Manifest`` (``package.py``).
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

from ..errors import Win32Error
from ..options import InstallerFault
from ..paths import absolute, parent_of
from ..processes import Invocation
from ..streams import Console, Stdio
from .arguments import Switches
from .helper import Helper
from .log import SetupLog
from .package import Manifest, build_iss, is_last
from .response import Answers, ResponseRefusedError
from .work import EndedError, Installation, Removal, temporary_folder

if TYPE_CHECKING:
    from ..station import SimulatedStation

__all__ = ["run_setup"]

REFUSED = 0x80042000
"""The exit code of an installation whose log says -1, -3, -5 or -8 ([E]: -2147213312)."""
_ELEVATION_REQUIRED = 740
# Shares of the duration: the first process of a removal; between the files and the last dialog, and after that.
_PARENT = 1 / 20
_LAST = 1 / 8


def _take_fault(station: SimulatedStation, action: str) -> InstallerFault | None:
    fault = station.options.installer_fault
    if fault is None or station.faulty_starts == 0 or fault.when not in ("any", action):
        return None
    if station.faulty_starts is not None:
        station.faulty_starts -= 1
    station.record("fault", effect=fault.kind, what=f"Setup {action}")
    return fault


async def run_setup(invocation: Invocation) -> int:
    """The setup's process; its exit code."""
    station = invocation.station
    manifest = Manifest.of(invocation.image)
    switches = Switches(invocation.command_line)
    details = {
        "release": manifest.release,
        "arch": manifest.arch,
        "product": manifest.product,
        "action": "uninstall" if switches.remove else "install",
        "pid": invocation.process.pid,
        "user": invocation.token.name,
        "session": invocation.process.session,
        "arguments": invocation.arguments,
    }
    if not switches.clone:
        station.record("installer", event="started", **details)
    if switches.record and not invocation.token.elevated:
        # It asks for an administrator before it shows anything.
        return _ELEVATION_REQUIRED
    if not switches.silent and not (switches.record and invocation.process.session > 0):
        # A dialog on a desktop nobody sees: it stays until it is killed.
        await asyncio.Event().wait()
    if switches.from_temporary and not switches.clone:
        await station.clock.sleep(manifest.seconds * _PARENT)
        return _start_clone(invocation, switches)
    fault = _take_fault(station, "remove" if switches.remove else "install")
    setup = _Setup(invocation, manifest, switches, fault)
    try:
        code = await setup.run()
    except asyncio.CancelledError:
        station.record("installer", event="killed", **details)
        raise
    station.record("installer", event="ended", result_code=setup.result, exit_code=code, **details)
    return code


def _start_clone(invocation: Invocation, switches: Switches) -> int:
    """The engine copies itself to the temporary folder, and what it starts there goes on with the removal."""
    station = invocation.station
    home = f"{temporary_folder(invocation)}\\{Manifest.of(invocation.image).code}"
    path = f"{home}\\setup.exe"
    if not station.files.is_directory(home):
        station.files.make_directory(home, token=invocation.token)
    content = station.files.read(invocation.process.path, token=invocation.token)
    if not station.files.is_held(path):
        station.files.write(path, content, token=invocation.token)
    station.processes.spawn(
        path,
        switches.clone_line(path, media=parent_of(invocation.process.path), folder=home),
        token=invocation.token,
        session=invocation.process.session,
        environment=invocation.environment,
        directory=home,
        stdio=Stdio.null(),
        console=Console(invocation.console.codepage),
        parent=invocation.process,
        job=invocation.process.job,
    )
    return 0


class _Setup:
    """One run of the engine."""

    def __init__(
        self, invocation: Invocation, manifest: Manifest, switches: Switches, fault: InstallerFault | None
    ) -> None:
        self._invocation = invocation
        self._station = invocation.station
        self._files = invocation.station.files
        self._token = invocation.token
        self._manifest = manifest
        self._switches = switches
        self._fault = fault
        self._work = (Removal if switches.remove else Installation)(invocation, manifest, fault)
        self._helper = Helper(invocation, manifest)
        self._home = parent_of(invocation.process.path)
        log = switches.log or f"{self._home}\\setup.log"
        self._log = SetupLog(invocation, manifest, log, fault=self._work.kind)

    @property
    def result(self) -> int | None:
        """The ResultCode that its log says; None as long as it has none."""
        return self._log.result

    async def run(self) -> int:
        """Its exit code."""
        code = 0
        try:
            if not self._switches.remove:
                self._helper.start()
            launch = await (self._record() if self._switches.record else self._silently())
            if launch and not self._switches.remove and self._fault is None:
                self._station.processes.add_resident(
                    self._work.path, token=self._token, session=self._invocation.process.session
                )
            await self._linger()
        except ResponseRefusedError as refusal:
            code = await self._refused(refusal.code)
        except Win32Error as error:
            # -51: a folder cannot be made; -52: a file cannot be written (access, lock, full disk).
            code = await self._refused(-51 if error.code in (3, 183, 267) else -52, roll_back=False)
        except EndedError as end:
            code = end.code
            if end.orphans:
                return code
        self._helper.end()
        return 0 if self._switches.remove else code

    async def _silently(self) -> bool:
        """Every dialog is answered from the response file. Whether the program is to be started at the end."""
        work, kind = self._work, self._work.kind
        answers = self._open()
        await self._log.write(0)
        if kind == "rejected":
            raise ResponseRefusedError(work.code)
        if kind == "aborts":
            raise EndedError(work.code)
        for dialog in work.dialogs:
            if not is_last(dialog) and not work.consents(dialog, answers.to(dialog)):
                return False
        if work.named_first or kind in ("insert_disk", "no_change"):
            await self._log.write(0, application=True)
        await self._change()
        if kind == "no_change":
            return False
        await work.pause(_LAST)
        launch = False
        for dialog in work.dialogs:
            if dialog.startswith("SdFinish"):
                launch = answers.to(dialog).get("bopt1", "0") != "0"
        if kind == "late":
            raise ResponseRefusedError(work.code)
        work.finish(self._helper.path)
        await self._log.write(0, application=True)
        return launch

    async def _change(self) -> None:
        """What changes the station, unless a fault has it that nothing does."""
        work, kind = self._work, self._work.kind
        if kind in ("hang", "insert_disk"):
            await asyncio.Event().wait()
        if kind == "slow":
            await self._station.clock.sleep(work.seconds)
        if kind == "no_change":
            await work.pause(1)
        else:
            await work.do()

    async def _linger(self) -> None:
        """All is done, and the process stays."""
        work = self._work
        if work.kind == "never_ends":
            await asyncio.Event().wait()
        await work.pause(_LAST)
        await self._station.clock.sleep(self._manifest.linger + (work.seconds if work.kind == "lingers" else 0))

    async def _refused(self, result: int, *, roll_back: bool = True) -> int:
        """The log's 0 is overwritten, what was copied is taken back."""
        if roll_back:
            self._work.roll_back()
        if not self._switches.record:
            # Without a log nothing was done: its folder does not exist.
            with contextlib.suppress(Win32Error):
                await self._log.write(result)
        return REFUSED

    def _open(self) -> Answers:
        """The response file. Raises ResponseRefusedError: -5 no such file, -8 not one, or a path that is none."""
        given, work = self._switches.response, self._work
        if given and not re.match(r"[A-Za-z]:[\\/]", given):
            raise ResponseRefusedError(-8)
        try:
            path = absolute(given or f"{self._home}\\setup.iss", self._invocation.directory)
            data = self._files.read(path, token=self._token).read()
        except Win32Error as error:
            raise ResponseRefusedError(-8 if error.code in (15, 123) else -5) from error
        if work.kind == "rejected" and work.code in (-5, -8):
            raise ResponseRefusedError(work.code)
        return Answers(data, self._manifest.code)

    async def _record(self) -> bool:
        """A person answers, and the setup does it; a setup that is closed leaves what it had written by then.

        Written as it goes ([E], R5): the beginning at once, a dialog when it is answered, the application's name after
        the files. Whoever cancels does so at the first dialog.
        """
        # As they were at the start: what is installed decides them.
        work, person, dialogs = self._work, self._station.options.person, self._work.dialogs
        before = [dialog for dialog in dialogs if not is_last(dialog)]
        self._write_answers(dialogs, 0, files=False)
        if person == "away":
            await asyncio.Event().wait()
        for number in range(len(before)):
            await work.pause(_LAST / len(before))
            if person == "cancels":
                raise ResponseRefusedError(-1)
            self._write_answers(dialogs, number + 1, files=False)
        await self._change()
        self._write_answers(dialogs, len(before), files=True)
        await work.pause(_LAST)
        if work.kind != "no_change":
            work.finish(self._helper.path)
        self._write_answers(dialogs, len(dialogs), files=True)
        return person == "launches"

    def _write_answers(self, dialogs: tuple[str, ...], answered: int, *, files: bool) -> None:
        """The response file as it is by now. Raises Win32Error."""
        manifest = self._manifest
        text = build_iss(
            product=manifest.product,
            release=manifest.release,
            arch="x86" if manifest.arch == "x86" else "x64",
            dialogs=dialogs,
            mode="uninstall" if self._switches.remove else "install",
            launch=self._station.options.person == "launches",
            answered=answered,
            files=files,
        )
        path = self._switches.response or f"{self._home}\\setup.iss"
        self._files.write(path, text.encode("cp1252"), token=self._token)
