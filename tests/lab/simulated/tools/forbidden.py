"""PowerShell and the script hosts: present on Windows, refused here and recorded."""

from __future__ import annotations

from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """Refuse. The journal's "process" event of this start has ``forbidden`` set."""
    tool = invocation.image.manifest.get("tool", invocation.process.name)
    invocation.err(f"{tool}: refused by the lab's policy (no PowerShell and no script host on stations)")
    return 0xDEAD
