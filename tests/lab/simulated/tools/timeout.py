"""timeout.exe: refuses to run without a console to read from."""

from __future__ import annotations

from ..messages import text
from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """Standard input of a WinRS command or a task is never a console, so it always refuses."""
    invocation.err(text("timeout_redirect", invocation.language))
    return 1
