"""chcp.com: the console's code page."""

from __future__ import annotations

from ..codepages import codec
from ..messages import text
from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``chcp [number]``."""
    arguments = invocation.arguments
    if arguments:
        try:
            codepage = int(arguments[0])
            codec(codepage)
        except ValueError:
            invocation.out(text("bad_codepage", invocation.language))
            return 1
        invocation.console.codepage = codepage
    invocation.out(text("codepage", invocation.language, invocation.console.codepage))
    return 0
