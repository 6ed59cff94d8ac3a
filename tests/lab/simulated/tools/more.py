"""more.com: with redirected output, everything at once."""

from __future__ import annotations

from ..errors import error_text
from ..processes import Invocation
from .textinput import read_inputs

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``more [file…]``."""
    names = [word for word in invocation.arguments if not word.startswith(("/", "+"))]
    async for name, data in read_inputs(invocation, names):
        if data is None:
            invocation.err(f"{error_text(2, invocation.language)} {name}")
            return 1
        invocation.stdio.stdout.write(data)
    return 0
