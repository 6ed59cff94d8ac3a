"""whoami.exe."""

from __future__ import annotations

from ..messages import text
from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``whoami``, and ``/user /fo csv /nh``."""
    flags = [argument.lower() for argument in invocation.arguments]
    token = invocation.token
    if not flags:
        invocation.out(token.name.lower())
        return 0
    if flags[0] == "/user" and "csv" in flags:
        if "/nh" not in flags:
            invocation.out('"User Name","SID"')
        invocation.out(f'"{token.name.lower()}","{token.sid}"')
        return 0
    invocation.err(text("tool_syntax", invocation.language, "WHOAMI"))
    return 1
