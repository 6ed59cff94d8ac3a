"""shutdown.exe."""

from __future__ import annotations

from ..errors import Win32Error, error_text
from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``/r``, ``/s``, ``/a``, ``/t seconds`` (default 30), ``/f``, ``/c text``, ``/d reason``."""
    flags: set[str] = set()
    seconds = 30
    words = iter(invocation.arguments)
    for word in words:
        flag = word.lower().replace("-", "/", 1)
        if flag == "/t":
            value = next(words, "")
            if not value.isdecimal() or int(value) > 315360000:
                return _refuse(invocation, 87)
            seconds = int(value)
        elif flag in ("/c", "/d"):
            next(words, "")
        elif flag in ("/r", "/s", "/a", "/f", "/g", "/p"):
            flags.add(flag)
        else:
            return _refuse(invocation, 87)
    switch = invocation.station.switch
    try:
        if "/a" in flags:
            switch.abort()
        elif flags & {"/r", "/g"}:
            switch.plan(seconds, restart=True)
        elif flags & {"/s", "/p"}:
            switch.plan(0 if "/p" in flags else seconds, restart=False)
        else:
            return _refuse(invocation, 87)
    except Win32Error as error:
        return _refuse(invocation, error.code)
    return 0


def _refuse(invocation: Invocation, code: int) -> int:
    invocation.err(f"{error_text(code, invocation.language)}({code})")
    return code
