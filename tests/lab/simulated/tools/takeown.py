"""takeown.exe."""

from __future__ import annotations

from ..errors import Win32Error
from ..messages import text
from ..paths import absolute
from ..processes import Invocation
from ..security import ADMINISTRATORS

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``takeown /F path [/A] [/R] [/D y]``."""
    target, group, recursive = "", False, False
    words = iter(invocation.arguments)
    for word in words:
        flag = word.lower()
        if flag == "/f":
            target = next(words, "")
        elif flag == "/a":
            group = True
        elif flag == "/r":
            recursive = True
        elif flag == "/d":
            next(words, "")
        else:
            target = ""
            break
    files = invocation.station.files
    try:
        if not target:
            invocation.err(text("tool_syntax", invocation.language, "TAKEOWN"))
            return 1
        path = absolute(target, invocation.directory)
        paths = [path, *(below for below, _ in files.walk(path))] if recursive else [path]
        for each in paths:
            files.change(each).owner = ADMINISTRATORS if group else invocation.token.sid
            invocation.out("\r\n" + text("takeown_done", invocation.language, each))
    except Win32Error as error:
        invocation.err(text("error", invocation.language, text(str(error.code), invocation.language)))
        return 1
    return 0
