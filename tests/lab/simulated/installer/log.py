"""The log that ``/f2`` names: rewritten while the setup works ([E] in docs/fidelity.md, S)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..content import Content
from .package import Manifest

if TYPE_CHECKING:
    from ..processes import Invocation

__all__ = ["SetupLog"]

# In the middle of the header.
_BEGUN = 50


def _text(manifest: Manifest, result: int, *, application: bool) -> str:
    text = f"[InstallShield Silent]\r\nVersion=v7.00\r\nFile=Log File\r\n[ResponseResult]\r\nResultCode={result}\r\n"
    if application:
        text += (
            f"[Application]\r\nName={manifest.product}\r\nVersion={manifest.release}\r\n"
            "Company=Index Education\r\nLang=040c\r\n"
        )
    return text


def _damaged(text: str, kind: str) -> bytes:
    """What a fault makes of the text."""
    if kind == "log_empty":
        return b""
    if kind == "log_cut":
        text = text.partition("ResultCode")[0]
    elif kind == "log_unfinished":
        text = text.partition("[Application]")[0].rstrip("\r\n")
    return ("\ufeff" + text).encode("utf-16-le") if kind == "log_utf16" else text.encode("cp1252")


class SetupLog:
    """One log. While it is rewritten it is empty, then cut short, for ``rewrite_seconds`` of the manifest."""

    def __init__(self, invocation: Invocation, manifest: Manifest, path: str, *, fault: str = "") -> None:
        self.result: int | None = None
        self._invocation = invocation
        self._manifest = manifest
        self._path = path
        self._fault = fault
        self._application = False

    async def write(self, result: int, *, application: bool = False) -> None:
        """Say this ResultCode from now on; ``[Application]`` stays once it is there.

        Raises Win32Error (3: its folder does not exist).
        """
        self._application |= application
        data = _damaged(_text(self._manifest, result, application=self._application), self._fault)
        station = self._invocation.station
        pause = self._manifest.rewrite_seconds / 2
        handle = station.files.open_write(self._path, token=self._invocation.token)
        try:
            await station.clock.sleep(pause)
            station.files.store(self._path, Content.of(data[:_BEGUN]))
            await station.clock.sleep(pause)
            station.files.store(self._path, Content.of(data))
            self.result = result
        finally:
            handle.close()
