"""find.exe: lines that hold a quoted string."""

from __future__ import annotations

import re

from ..messages import text
from ..processes import Invocation
from .textinput import lines_of, read_inputs

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``find [/v] [/c] [/n] [/i] "string" [file…]``: 0 found, 1 not found, 2 wrong command line."""
    line = re.sub(r'\A\s*(?:"[^"]*"|\S+)', "", invocation.command_line)
    wanted = re.search(r'"((?:[^"]|"")*)"', line)
    if wanted is None:
        invocation.err("FIND: Parameter format not correct")
        return 2
    rest = line[: wanted.start()] + line[wanted.end() :]
    words = re.findall(r'"[^"]*"|\S+', rest)
    flags = {word[1:].lower() for word in words if word.startswith("/")}
    names = [word.strip('"') for word in words if not word.startswith("/")]
    string = invocation.encode(wanted[1].replace('""', '"')).decode("latin-1")
    ignore = "i" in flags
    total = 0
    async for name, data in read_inputs(invocation, names):
        if data is None:
            invocation.err(f"{text('2', invocation.language)} - {name.upper()}")
            continue
        hits = []
        for number, raw in enumerate(lines_of(data), 1):
            decoded = raw.decode("latin-1")
            # An empty string is found nowhere: find /v "" shows every line.
            there = bool(string) and (string.lower() in decoded.lower() if ignore else string in decoded)
            if there is not ("v" in flags):
                hits.append((number, raw))
        total += len(hits)
        heading = f"\r\n---------- {name.upper()}" if name else ""
        if "c" in flags:
            invocation.out(f"{heading}: {len(hits)}" if heading else str(len(hits)))
            continue
        if heading:
            invocation.out(heading)
        for number, raw in hits:
            count = f"[{number}]".encode() if "n" in flags else b""
            invocation.stdio.stdout.write(count + raw + b"\r\n")
    return 0 if total else 1
