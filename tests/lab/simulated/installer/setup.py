"""What the setup does when it runs."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from ..errors import Win32Error
from ..images import parse_image
from ..options import InstallerFault
from ..paths import absolute, key_of, parent_of
from ..processes import Invocation
from ..streams import Console, Stdio
from .client import (
    client_image,
    client_path,
    remove_entry,
    write_entry,
    write_file_type,
    write_maintenance,
    write_updater,
)
from .package import Manifest, build_iss
from .products import CLIENT, file_version
from .response import ResponseRefusedError, check_response, log_text

if TYPE_CHECKING:
    from ..station import SimulatedStation

__all__ = ["run_setup"]

SESSION_MANAGER = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
_CRASH = 0xC0000005
_WORKER = "-worker"


class _Switches:
    """InstallScript switches: ``/s``, ``/r``, ``/f1"path"``, ``/f2"path"``, ``-removeonly``, with ``/`` or ``-``."""

    def __init__(self, arguments: list[str]) -> None:
        self.silent = self.record = self.remove = self.worker = False
        self.response = self.log = ""
        for argument in arguments:
            low = argument.lower()
            self.silent |= low in ("/s", "-s")
            self.record |= low in ("/r", "-r")
            self.remove |= low in ("/removeonly", "-removeonly", "/uninst", "-uninst", "/x", "-x")
            self.worker |= low == _WORKER
            if low[:3] in ("/f1", "-f1"):
                self.response = argument[3:]
            elif low[:3] in ("/f2", "-f2"):
                self.log = argument[3:]


def _take_fault(station: SimulatedStation) -> InstallerFault | None:
    fault = station.options.installer_fault
    if fault is None or station.faulty_starts == 0:
        return None
    if station.faulty_starts is not None:
        station.faulty_starts -= 1
    return fault


async def run_setup(invocation: Invocation) -> int:
    """The setup's process. Its exit code is the ResultCode; 0 at once when a child does the work."""
    station = invocation.station
    manifest = Manifest.of(invocation.image)
    switches = _Switches(invocation.arguments)
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
    if not switches.worker:
        station.record("installer", event="started", **details)
    if switches.record and not invocation.token.elevated:
        # It asks for an administrator before it shows anything (ERROR_ELEVATION_REQUIRED).
        return 740
    if not switches.silent and not (switches.record and invocation.process.session > 0):
        # A dialog on a desktop nobody sees: it stays until it is killed.
        await asyncio.Event().wait()
    if manifest.early_parent and not switches.worker:
        return _start_worker(invocation)
    fault = _take_fault(station)
    try:
        result = await _Setup(invocation, manifest, switches, fault).run()
    except asyncio.CancelledError:
        station.record("installer", event="killed", **details)
        raise
    station.record("installer", event="ended", result_code=result if result != _CRASH else "crash", **details)
    return result & 0xFFFFFFFF


def _start_worker(invocation: Invocation) -> int:
    """The engine copies itself to the temporary folder (GetTempPath: TMP, then TEMP) and goes on from there."""
    station = invocation.station
    temporary = invocation.environment.get("TMP") or invocation.environment.get("TEMP") or "C:\\Windows\\Temp"
    home = f"{temporary}\\{Manifest.of(invocation.image).code}"
    path = f"{home}\\setup.exe"
    if not station.files.is_directory(home):
        station.files.make_directory(home, token=invocation.token)
    content = station.files.read(invocation.process.path, token=invocation.token)
    if not station.files.is_held(path):
        station.files.write(path, content, token=invocation.token)
    line = re.sub(r'\A\s*(?:"[^"]*"|\S+)', "", invocation.command_line)
    station.processes.spawn(
        path,
        f'"{path}"{line} {_WORKER}',
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
    """One silent run."""

    def __init__(
        self, invocation: Invocation, manifest: Manifest, switches: _Switches, fault: InstallerFault | None
    ) -> None:
        self._invocation = invocation
        self._station = invocation.station
        self._files = invocation.station.files
        self._token = invocation.token
        self._manifest = manifest
        self._switches = switches
        self._fault = fault
        self._path = client_path(self._station, release=manifest.release, arch=manifest.arch, product=manifest.product)

    async def run(self) -> int:
        """The ResultCode, written to the log; a crash writes none."""
        home = parent_of(self._invocation.process.path)
        result = 0
        launch = False
        answers: bytes | None = None
        try:
            kind = self._fault.kind if self._fault else ""
            if self._switches.record:
                answers = await self._ask(self._switches.response or f"{home}\\setup.iss")
                launch = self._station.options.person == "launches"
            else:
                launch = self._check(self._switches.response, f"{home}\\setup.iss")
            if kind == "hang":
                await asyncio.Event().wait()
            if self._fault is not None and kind == "slow":
                await self._station.clock.sleep(self._fault.seconds)
            if kind == "no_change":
                await self._station.clock.sleep(self._manifest.seconds)
            elif self._switches.remove:
                await self._uninstall()
            elif not await self._install(kind):
                return _CRASH
            if answers is not None:
                self._files.write(self._switches.response, answers, token=self._token)
        except ResponseRefusedError as refusal:
            result = refusal.code
        except Win32Error as error:
            # -51: a folder cannot be made; -52: a file cannot be written (access, lock, full disk).
            result = -51 if error.code in (3, 183, 267) else -52
        if not self._switches.record and not self._write_log(self._switches.log or f"{home}\\setup.log", result):
            return -7
        if result == 0 and launch and not self._switches.remove and self._fault is None:
            self._station.processes.add_resident(
                self._path, token=self._token, session=self._invocation.process.session
            )
        return result

    async def _ask(self, path: str) -> bytes:
        """The person's answers, as the file will hold them; a setup that is closed leaves what it had written by then.

        That it writes while it asks is inference (docs/fidelity.md, R5).
        """
        manifest, person, remove = self._manifest, self._station.options.person, self._switches.remove
        if person == "away":
            await asyncio.Event().wait()
        text = build_iss(
            product=manifest.product,
            release=manifest.release,
            arch="x86" if manifest.arch == "x86" else "x64",
            dialogs=manifest.uninstall_dialogs if remove else manifest.dialogs,
            mode="uninstall" if remove else "install",
            launch=person == "launches",
        )
        begun = text.partition("-DlgOrder]\r\n")[0] + "-DlgOrder]\r\n"
        self._files.write(path, begun.encode("cp1252"), token=self._token)
        await self._station.clock.sleep(self._manifest.seconds)
        if person == "cancels":
            raise ResponseRefusedError(-1)
        return text.encode("cp1252")

    def _check(self, given: str, default: str) -> bool:
        """Read the response file. Raises ResponseRefusedError: -8 a path that is not absolute, -5 no such file."""
        if given and not re.match(r"[A-Za-z]:[\\/]", given):
            raise ResponseRefusedError(-8)
        try:
            path = absolute(given or default, self._invocation.directory)
            data = self._files.read(path, token=self._token).read()
        except Win32Error as error:
            raise ResponseRefusedError(-8 if error.code in (3, 15, 123) else -5) from error
        if self._fault is not None and self._fault.kind == "rejected":
            raise ResponseRefusedError(self._fault.result_code)
        return check_response(data, self._manifest, uninstall=self._switches.remove)

    def _write_log(self, path: str, result: int) -> bool:
        try:
            full = absolute(path, self._invocation.directory)
            self._files.write(full, log_text(self._manifest, result).encode("cp1252"), token=self._token)
        except Win32Error:
            return False
        return True

    async def _install(self, kind: str) -> bool:
        """Files, then registry. Half of the program is there half of the time. False: it crashed half-way."""
        files, manifest, clock = self._files, self._manifest, self._station.clock
        if files.is_held(self._path):
            raise Win32Error(32, self._path)
        if manifest.refuses_older and self._newer_is_there():
            raise ResponseRefusedError(-1)
        folder = parent_of(self._path)
        files.make_directories(folder, token=self._token)
        await clock.sleep(manifest.seconds / 4)
        content = client_image(manifest.release, manifest.arch, manifest.exe_size, manifest.product)
        handle = files.open_write(self._path, token=self._token)
        try:
            half = content.size // 2
            files.store(self._path, content.truncated(half))
            await clock.sleep(manifest.seconds / 2)
            if kind == "disk_full":
                raise Win32Error(112, self._path)
            if kind == "crash":
                return False
            files.store(self._path, content)
        finally:
            handle.close()
        await clock.sleep(manifest.seconds / 4)
        if manifest.product == CLIENT:
            write_file_type(self._station, self._path)
        write_entry(self._station, manifest)
        write_maintenance(self._station, manifest)
        if manifest.updater:
            write_updater(self._station, manifest)
        if manifest.renames:
            self._leave_for_restart(folder)
        return True

    def _newer_is_there(self) -> bool:
        if not self._files.is_file(self._path):
            return False
        image = parse_image(self._files.read(self._path, token=self._token))
        installed = [int(part) for part in (image.version if image and image.version else "0").split(".")]
        return installed > [int(part) for part in file_version(self._manifest.release).split(".")]

    def _leave_for_restart(self, folder: str) -> None:
        """MoveFileEx with MOVEFILE_DELAY_UNTIL_REBOOT: pairs of source and target."""
        registry = self._station.registry
        pending = registry.get(SESSION_MANAGER, "PendingFileRenameOperations")
        pairs = list(pending) if isinstance(pending, list) else []
        pairs += [f"\\??\\{folder}\\moteur.new", f"!\\??\\{folder}\\moteur.dll"]
        registry.set(SESSION_MANAGER, "PendingFileRenameOperations", pairs)

    async def _uninstall(self) -> None:
        """The exe, the folders it leaves empty, the entry. The updater and the engine's own folder stay."""
        files = self._files
        await self._station.clock.sleep(self._manifest.seconds / 2)
        if files.is_held(self._path):
            raise Win32Error(32, self._path)
        if files.is_file(self._path):
            files.delete(self._path, token=self._token)
        folder = parent_of(self._path)
        while key_of(folder).count("\\") > 2 and files.is_directory(folder) and not files.children(folder):
            files.remove_directory(folder, token=self._token)
            folder = parent_of(folder)
        remove_entry(self._station, self._manifest)
        await self._station.clock.sleep(self._manifest.seconds / 2)
