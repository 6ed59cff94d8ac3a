"""ISBEW64.exe, the engine's 64-bit helper below ``%TEMP%``: it outlives a setup that is killed ([E])."""

from __future__ import annotations

import contextlib
import uuid

from ..errors import Win32Error
from ..images import build_image
from ..paths import parent_of
from ..processes import Invocation, Process
from ..streams import Console, Stdio
from .package import Manifest
from .work import temporary_folder

__all__ = ["Helper"]

_NAMESPACE = uuid.UUID("3b1b2b52-0a55-4a6c-9c39-5b6a2f0f7a51")


class Helper:
    """There from the start of an installation to its end; 32-bit Windows has none."""

    def __init__(self, invocation: Invocation, manifest: Manifest) -> None:
        self._invocation = invocation
        self._station = invocation.station
        self._process: Process | None = None
        # The real folder has another name each time. Here it is known beforehand, unless an orphan holds it.
        names = (str(uuid.uuid5(_NAMESPACE, f"{manifest.code} {number}")).upper() for number in range(1000))
        paths = (f"{temporary_folder(invocation)}\\{{{name}}}\\ISBEW64.exe" for name in names)
        self.path = next(path for path in paths if not self._station.files.is_held(path))

    def start(self) -> None:
        """Raises Win32Error."""
        if self._station.options.arch == "x86":
            return
        invocation, folder = self._invocation, parent_of(self.path)
        self._station.files.make_directories(folder, token=invocation.token)
        image = build_image(kind="idle", name="ISBEW64", arch="x64", version="25.0.0.764", size=180 << 10)
        self._station.files.write(self.path, image, token=invocation.token)
        self._process = self._station.processes.spawn(
            self.path,
            f'"{self.path}"',
            token=invocation.token,
            session=invocation.process.session,
            environment=invocation.environment,
            directory=folder,
            stdio=Stdio.null(),
            console=Console(invocation.console.codepage),
            parent=invocation.process,
            job=invocation.process.job,
        )

    def end(self) -> None:
        """It ends with the setup, and its folder goes."""
        if self._process is None:
            return
        self._station.processes.kill(self._process, 0)
        with contextlib.suppress(Win32Error):
            self._station.files.delete(self.path, token=self._invocation.token)
            self._station.files.remove_directory(parent_of(self.path), token=self._invocation.token)
