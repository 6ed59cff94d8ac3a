"""robocopy.exe: only ``/L`` (what would be copied, and nothing is), which is how a file's age is asked."""

from __future__ import annotations

import datetime as dt
from fnmatch import fnmatch

from ..errors import Win32Error
from ..paths import absolute
from ..processes import Invocation

__all__ = ["run"]

_NOTHING, _WOULD_COPY, _FATAL = 0, 1, 16


async def run(invocation: Invocation) -> int:
    """``robocopy source target [file…] /L [/MINAGE:n]``: 0 nothing to copy, 1 something, 16 wrong or not readable.

    ``/MINAGE:n``: "exclude files newer than n days"; from 1900 on, n is a date.
    """
    words = [word for word in invocation.arguments if not word.startswith("/")]
    switches = [word.upper() for word in invocation.arguments if word.startswith("/")]
    ages = [word.removeprefix("/MINAGE:") for word in switches if word.startswith("/MINAGE:")]
    known = all(word in {"/L", "/NJH", "/NJS"} or word.startswith("/MINAGE:") for word in switches)
    if len(words) < 2 or "/L" not in switches or not known or not all(age.isdecimal() for age in ages):
        return _FATAL
    station = invocation.station
    newest = station.clock.now() - dt.timedelta(days=max((int(age) for age in ages), default=0))
    try:
        source = absolute(words[0], invocation.directory)
        station.require_directory(source)
        names = station.files.children(source)
    except Win32Error as error:
        invocation.out(f"ERROR {error.code} (0x{error.code:08X})")
        return _FATAL
    patterns = [word.lower() for word in words[2:]] or ["*"]
    found = [
        node
        for node in names
        if not node.directory
        and node.modified <= newest
        and any(fnmatch(node.name.lower(), pattern) for pattern in patterns)
    ]
    return _WOULD_COPY if found else _NOTHING
