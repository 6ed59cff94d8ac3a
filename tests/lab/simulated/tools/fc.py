"""fc.exe: whether two files are equal."""

from __future__ import annotations

from ..errors import Win32Error
from ..messages import text
from ..paths import absolute
from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``fc [/b] a b``: 0 equal, 1 different, 2 missing. Differences are told in binary form whatever the switches."""
    names = [word for word in invocation.arguments if not word.startswith("/")]
    if len(names) != 2:
        return -1 & 0xFFFFFFFF
    contents = []
    for name in names:
        try:
            contents.append(invocation.station.files.read(absolute(name, invocation.directory), token=invocation.token))
        except Win32Error:
            invocation.err(f"FC: cannot open {name.upper()} - No such file or folder\r\n")
            return 2
    invocation.out(text("fc_comparing", invocation.language, names[0], names[1].upper()))
    if contents[0] == contents[1]:
        invocation.out(text("fc_same", invocation.language))
        return 0
    for offset, (a, b) in enumerate(zip(contents[0].read(), contents[1].read(), strict=False)):
        if a != b:
            invocation.out(f"{offset:08X}: {a:02X} {b:02X}")
    if contents[0].size != contents[1].size:
        longer = int(contents[1].size > contents[0].size)
        invocation.out(f"FC: {names[longer].upper()} longer than {names[1 - longer].upper()}\r\n")
    return 1
