"""Programs that put a station back to an image at each start: Deep Freeze, Reboot Restore Rx, Windows' own UWF."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Literal

from .images import build_image
from .registry import View
from .services import Service

if TYPE_CHECKING:
    from .station import SimulatedStation

__all__ = ["Freezer", "FreezerKind"]

FreezerKind = Literal["deep_freeze", "reboot_restore", "uwf"]

DEEP_FREEZE = "HKLM\\SOFTWARE\\Faronics\\Deep Freeze 6"
UWF_SERVICE = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\uwfvol"
_UNINSTALL = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"


class Freezer:
    """What is installed on a station to undo its changes. In force from one start to the next, as it then was set.

    Deep Freeze: the service DFServ.exe runs frozen or thawed, ``DF Status`` of its key (32-bit view) says which. Reboot
    Restore Rx: the service ShdServ.exe. UWF: the service ``uwfvol``, and ``UWF_Filter`` of
    ``root\\\\standardcimv2\\\\embedded``, which is on no station without it.
    """

    def __init__(self, station: SimulatedStation, kind: FreezerKind | None, *, frozen: bool) -> None:
        self._station = station
        self.kind = kind
        self.in_force = kind is not None and frozen
        self.next_start = self.in_force
        self._image: tuple[Any, ...] | None = None

    def install(self) -> None:
        """Its own files, keys and services; then, where it is in force, the image of everything."""
        if self.kind == "deep_freeze":
            self._service("DFServ", "C:\\Program Files (x86)\\Faronics\\Deep Freeze\\Install C-0\\DFServ.exe")
        elif self.kind == "reboot_restore":
            self._service("ShdServ", "C:\\Program Files\\Shield\\ShdServ.exe")
            key = f"{_UNINSTALL}\\Reboot Restore Rx"
            self._station.registry.set(key, "DisplayName", "Reboot Restore Rx")
        elif self.kind == "uwf":
            self._station.registry.set(UWF_SERVICE, "Start", 0)
        self._say()
        if self.in_force:
            self._image = self._taken()

    def started(self) -> None:
        """The station starts: what was in force puts everything back, and what was chosen meanwhile comes in force."""
        if self.kind is None:
            return
        if self._image is not None:
            self._put_back(self._image)
        self.in_force = self.next_start
        self._say()
        self._image = self._taken() if self.in_force else None

    @property
    def wmi(self) -> list[dict[str, Any]]:
        """The instances of UWF_Filter."""
        return [{"Id": "UWF_Filter", "CurrentEnabled": self.in_force, "NextEnabled": self.next_start}]

    def _say(self) -> None:
        if self.kind == "deep_freeze":
            view: View = 32 if self._station.options.arch != "x86" else 64
            self._station.registry.set(DEEP_FREEZE, "DF Status", "Frozen" if self.in_force else "Thawed", view=view)

    def _service(self, name: str, path: str) -> None:
        files, system = self._station.files, self._station.system
        files.make_directories(path.rpartition("\\")[0], token=system)
        image = build_image(kind="idle", name=name, arch="x86", version="8.60.0.0", size=64 << 10)
        files.write(path, image, token=system)
        self._station.services.put(Service(name=name, display_name=name, path=f'"{path}"'))
        self._station.processes.add_resident(path, token=system, session=0, host=True)

    def _taken(self) -> tuple[Any, ...]:
        station = self._station
        services = dict(station.services.changes())
        return station.files.image(), station.registry.image(), station.tasks.image(), services

    def _put_back(self, image: tuple[Any, ...]) -> None:
        station = self._station
        files, registry, tasks, services = image
        station.files.put_back(files)
        station.registry.put_back(registry)
        station.tasks.put_back(tasks)
        station.services.put_back({name: copy(each) for name, each in services.items()})
        station.record("freezer", put_back=self.kind)
