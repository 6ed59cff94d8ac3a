"""schtasks.exe: create, run, end, query, delete."""

from __future__ import annotations

import contextlib

from ...messages import text
from ...processes import Invocation
from .create import create
from .query import query
from .switches import SchtasksUsageError
from .tasks import delete, end, run_task

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``schtasks /Create|/Run|/End|/Query|/Delete …``: 0 done, 1 failed."""
    words = invocation.arguments
    commands = {"/create": create, "/run": run_task, "/end": end, "/query": query, "/delete": delete}
    operation = words[0].lower() if words else "/query"
    if operation in commands:
        with contextlib.suppress(SchtasksUsageError):
            return await commands[operation](invocation, words[1:])
    invocation.err(text("tool_syntax", invocation.language, f"SCHTASKS {operation.upper()}".rstrip()))
    return 1
