"""What a setup changes on the station: the files and entries of an installation, and their removal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..content import Content
from ..errors import Win32Error
from ..images import parse_image
from ..options import InstallerFault
from ..paths import key_of, parent_of
from .client import (
    client_image,
    client_path,
    has_entry,
    remove_entry,
    write_entry,
    write_file_type,
    write_maintenance,
    write_updater,
)
from .package import Manifest
from .products import CLIENT, file_version
from .response import ResponseRefusedError

if TYPE_CHECKING:
    from ..processes import Invocation

__all__ = ["EndedError", "Installation", "Removal", "Work", "temporary_folder"]

SESSION_MANAGER = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"


@dataclass
class EndedError(Exception):
    """The process ends here with this exit code; its log stays as it is. ``orphans``: so does what it has started."""

    code: int
    orphans: bool = False


def temporary_folder(invocation: Invocation) -> str:
    """GetTempPath."""
    variables = invocation.environment
    return variables.get("TMP") or variables.get("TEMP") or "C:\\Windows\\Temp"


class Work(ABC):
    """One run's changes. Dialogs whose name begins with SdFinish come after the files."""

    def __init__(self, invocation: Invocation, manifest: Manifest, fault: InstallerFault | None) -> None:
        self.invocation = invocation
        self.manifest = manifest
        self.fault = fault
        self.station = invocation.station
        self.files = invocation.station.files
        self.token = invocation.token
        self.path = client_path(self.station, release=manifest.release, arch=manifest.arch, product=manifest.product)
        self.folder = parent_of(self.path)

    @property
    def kind(self) -> str:
        """The fault's, or nothing."""
        return self.fault.kind if self.fault else ""

    @property
    def code(self) -> int:
        """The fault's."""
        return self.fault.code if self.fault else 0

    @property
    def seconds(self) -> float:
        """The fault's."""
        return self.fault.seconds if self.fault else 0.0

    @property
    @abstractmethod
    def dialogs(self) -> tuple[str, ...]:
        """What the script asks this time."""

    @property
    @abstractmethod
    def named_first(self) -> bool:
        """Whether the log gets its ``[Application]`` before the files."""

    def consents(self, dialog: str, answer: dict[str, str]) -> bool:
        """Whether the script goes on after this answer."""
        return True

    @abstractmethod
    async def do(self) -> None:
        """The files and entries. Raises Win32Error, ResponseRefusedError, EndedError."""

    @abstractmethod
    def roll_back(self) -> None:
        """Take back what was done."""

    @abstractmethod
    def finish(self, helper: str) -> None:
        """What comes after the last dialog. ``helper``: the engine's own program below ``%TEMP%``."""

    async def pause(self, share: float) -> None:
        """A share of the setup's duration."""
        await self.station.clock.sleep(self.manifest.seconds * share)

    def die_half_way(self) -> None:
        """Raises EndedError when this is the fault."""
        if self.fault is not None and self.kind in ("crash", "killed"):
            raise EndedError(self.fault.code, orphans=self.fault.orphan)

    def remove_empty(self, folder: str) -> None:
        """A folder and those above it, as far as nothing is left in them."""
        while key_of(folder).count("\\") > 2 and self.files.is_directory(folder) and not self.files.children(folder):
            self.files.remove_directory(folder, token=self.token)
            folder = parent_of(folder)

    def register_renames(self, *pairs: tuple[str, str]) -> None:
        """MoveFileEx with MOVEFILE_DELAY_UNTIL_REBOOT: source and target, an empty target deletes."""
        registry = self.station.registry
        pending = registry.get(SESSION_MANAGER, "PendingFileRenameOperations")
        values = list(pending) if isinstance(pending, list) else []
        for source, target in pairs:
            values += [f"\\??\\{source}", f"!\\??\\{target}" if target else ""]
        registry.set(SESSION_MANAGER, "PendingFileRenameOperations", values)


class Installation(Work):
    """Files, then registry. Half of the program is there half of the time."""

    def __init__(self, invocation: Invocation, manifest: Manifest, fault: InstallerFault | None) -> None:
        super().__init__(invocation, manifest, fault)
        self._first = not has_entry(self.station, manifest)
        self._before: Content | None = None
        self._copied = False
        self._kept = ""

    @property
    def dialogs(self) -> tuple[str, ...]:
        """By InstallShield's framework: a first installation, an update, maintenance."""
        manifest = self.manifest
        if self._first:
            return manifest.dialogs
        installed = self._installed()
        update = installed is not None and installed < self._wanted()
        other = manifest.update_dialogs if update else manifest.maintenance_dialogs
        return manifest.dialogs if other is None else other

    @property
    def named_first(self) -> bool:
        return not self._first

    async def do(self) -> None:
        files, manifest = self.files, self.manifest
        if files.is_held(self.path):
            raise Win32Error(32, self.path)
        if manifest.refuses_older and (self._installed() or []) > self._wanted():
            raise ResponseRefusedError(-1)
        files.make_directories(self.folder, token=self.token)
        await self.pause(1 / 4)
        if files.is_file(self.path):
            self._before = files.read(self.path, token=self.token)
        content = client_image(manifest.release, manifest.arch, manifest.exe_size, manifest.product)
        handle = files.open_write(self.path, token=self.token)
        self._copied = True
        try:
            files.store(self.path, content.truncated(content.size // 2))
            await self.pause(1 / 2)
            if self.kind == "disk_full":
                raise Win32Error(112, self.path)
            self.die_half_way()
            files.store(self.path, content)
        finally:
            handle.close()
        write_entry(self.station, manifest)
        self._kept = write_maintenance(self.station, manifest)

    def roll_back(self) -> None:
        """What was there before is there again ([I]: files that were overwritten too)."""
        if not self._copied:
            return
        if self._before is not None:
            self.files.write(self.path, self._before, token=self.token)
        else:
            self.files.delete(self.path, token=self.token)
            self.remove_empty(self.folder)
        if self._first and self._kept:
            remove_entry(self.station, self.manifest)
            self.files.delete(self._kept, token=self.station.system)
            self.remove_empty(parent_of(self._kept))

    def finish(self, helper: str) -> None:
        if self.manifest.product == CLIENT:
            write_file_type(self.station, self.path)
        if self.manifest.updater:
            write_updater(self.station, self.manifest)
        if self.manifest.renames or self.kind == "held":
            self.register_renames((f"{self.folder}\\moteur.new", f"{self.folder}\\moteur.dll"))
        if self.manifest.leaves_temporary:
            self.register_renames((helper, ""), (parent_of(helper), ""))

    def _wanted(self) -> list[int]:
        return [int(part) for part in file_version(self.manifest.release).split(".")]

    def _installed(self) -> list[int] | None:
        """The version of the exe that is there; None when there is none, or none that can be read."""
        if not self.files.is_file(self.path):
            return None
        image = parse_image(self.files.read(self.path, token=self.token))
        return [int(part) for part in image.version.split(".")] if image and image.version else None


class Removal(Work):
    """The exe, the folders it leaves empty, the entry. The updater and the engine's own folder stay."""

    @property
    def dialogs(self) -> tuple[str, ...]:
        return self.manifest.uninstall_dialogs

    @property
    def named_first(self) -> bool:
        return True

    def consents(self, dialog: str, answer: dict[str, str]) -> bool:
        """The question whether to remove can be answered "no" (7); maintenance can repair and change instead."""
        if dialog.startswith("SdWelcomeMaint"):
            return answer["result"] == "303"
        return not (dialog.startswith(("MessageBox", "SprintfBox")) and answer["result"] == "7")

    async def do(self) -> None:
        files = self.files
        await self.pause(1 / 2)
        held = files.is_held(self.path)
        if files.is_file(self.path) and not held:
            files.delete(self.path, token=self.token)
        self.die_half_way()
        if self.kind == "held" and files.is_directory(self.folder):
            files.write(f"{self.folder}\\moteur.dll", b"moteur", token=self.token)
            self.register_renames((f"{self.folder}\\moteur.dll", ""))
        if held:
            self.register_renames((self.path, ""))
        self.remove_empty(self.folder)
        remove_entry(self.station, self.manifest, traces=True)

    def roll_back(self) -> None:
        """Nothing: what is removed is gone ([E])."""

    def finish(self, helper: str) -> None:
        if self.manifest.leaves_temporary:
            self.register_renames((self.invocation.process.path, ""), (parent_of(self.invocation.process.path), ""))
