"""sort.exe."""

from __future__ import annotations

from ..codepages import decode
from ..errors import Win32Error, error_text
from ..paths import absolute
from ..processes import Invocation
from .textinput import lines_of, read_inputs

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``sort [/r] [/unique] [file] [/o file]``: without case, in the console's code page."""
    words = invocation.arguments
    reverse = any(word.lower().startswith("/r") for word in words)
    unique = any(word.lower().startswith("/uniq") for word in words)
    target = next((words[at + 1] for at, word in enumerate(words[:-1]) if word.lower() in ("/o", "/output")), None)
    names = [word for word in words if not word.startswith("/") and word != target]
    lines: list[str] = []
    async for name, data in read_inputs(invocation, names[:1]):
        if data is None:
            invocation.err(f"{name}{error_text(2, invocation.language)}")
            return 1
        lines += [decode(line, invocation.console.codepage) for line in lines_of(data)]
    lines.sort(key=str.casefold, reverse=reverse)
    if unique:
        lines = list({line.casefold(): line for line in lines}.values())
    output = "".join(f"{line}\r\n" for line in lines)
    if target is None:
        invocation.out(output, end="")
        return 0
    try:
        path = absolute(target, invocation.directory)
        invocation.station.files.write(path, invocation.encode(output), token=invocation.token)
    except Win32Error as error:
        invocation.err(error_text(error.code, invocation.language))
        return 1
    return 0
