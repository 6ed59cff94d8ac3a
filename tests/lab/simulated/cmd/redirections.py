"""Redirections: files, devices and other handles in the place of a command's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import Win32Error, error_text
from ..open_file import FileSink
from ..paths import absolute, is_device
from ..streams import BytesSource, NullSink, Sink
from .nodes import Redirection

if TYPE_CHECKING:
    from .shell import Shell

__all__ = ["redirected"]


@asynccontextmanager
async def redirected(shell: Shell, redirections: list[Redirection]) -> AsyncIterator[bool]:
    """Run the block with a command's handles redirected; False when a redirection failed, whose error is told."""
    saved = shell.stdio
    opened: list[Sink] = []
    try:
        ready = True
        for redirection in redirections:
            try:
                _redirect(shell, redirection, opened)
            except Win32Error as error:
                shell.err(error_text(error.code, shell.language, error.path))
                ready = False
                break
        yield ready
    finally:
        shell.stdio = saved
        for sink in opened:
            sink.close()


def _redirect(shell: Shell, redirection: Redirection, opened: list[Sink]) -> None:
    if redirection.kind == "&":
        source = {"1": shell.stdio.stdout, "2": shell.stdio.stderr}.get(redirection.target)
        if source is not None and redirection.handle in (1, 2):
            _assign(shell, redirection.handle, source)
        return
    name = shell.expand(redirection.target).replace('"', "")
    if redirection.kind == "<":
        if is_device(name):
            shell.stdio = replace(shell.stdio, stdin=BytesSource())
            return
        content = shell.station.files.read(absolute(name, shell.directory), token=shell.invocation.token)
        if redirection.handle == 0:
            shell.stdio = replace(shell.stdio, stdin=BytesSource(content.read()))
        return
    sink: Sink
    if is_device(name):
        # CON is the console: in a session without one, what the process was started with.
        sink = NullSink() if is_device(name) == "nul" else shell.invocation.stdio.stdout.dup()
    else:
        handle = shell.station.files.open_write(
            absolute(name, shell.directory), token=shell.invocation.token, append=redirection.kind == ">>"
        )
        sink = FileSink(handle)
    opened.append(sink)
    _assign(shell, redirection.handle, sink)


def _assign(shell: Shell, handle: int, sink: Sink) -> None:
    if handle == 1:
        shell.stdio = replace(shell.stdio, stdout=sink)
    elif handle == 2:
        shell.stdio = replace(shell.stdio, stderr=sink)
