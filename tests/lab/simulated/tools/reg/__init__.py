"""reg.exe: query, add, delete."""

from __future__ import annotations

import contextlib

from ...messages import text
from ...processes import Invocation
from .arguments import RegUsageError
from .change import add, delete
from .query import query

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``reg query|add|delete …``: 0 done, 1 failed."""
    words = invocation.arguments
    operation = words[0].lower() if words else ""
    commands = {"query": query, "add": add, "delete": delete}
    if operation in commands:
        with contextlib.suppress(RegUsageError):
            return await commands[operation](invocation, words[1:])
    invocation.err(text("reg_syntax", invocation.language, operation.upper()))
    return 1
