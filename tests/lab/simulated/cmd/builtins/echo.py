"""ECHO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...messages import text

if TYPE_CHECKING:
    from ..shell import Shell

__all__ = ["echo"]


async def echo(shell: Shell, tail: str) -> int:
    """The character right after ECHO is dropped, whatever it is; ON, OFF and nothing are special after a space."""
    word = tail.strip(" \t,;=")
    if not tail or (not word and tail[0] in " \t,;="):
        shell.out(text("echo_on" if shell.echo else "echo_off", shell.language))
    elif tail[0] in " \t,;=" and word.lower() in ("on", "off"):
        shell.echo = word.lower() == "on"
    else:
        shell.out(tail[1:])
    return 0
