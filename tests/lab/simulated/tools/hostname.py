"""hostname.exe."""

from __future__ import annotations

from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """The computer's DNS name, as its case was typed."""
    if invocation.arguments:
        invocation.err("sethostname: Use the Network Control Panel Applet to set hostname.")
        invocation.err("hostname -s is not supported.")
        return 1
    invocation.out(invocation.station.options.name.partition(".")[0])
    return 0
