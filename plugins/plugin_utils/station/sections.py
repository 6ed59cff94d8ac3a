# SPDX-License-Identifier: GPL-3.0-or-later
"""Several answers of a station in one: sections headed by an ``echo``, and the digests that certutil prints. Pure.

Nothing that cmd.exe or a tool prints by itself looks like a heading.
"""

from __future__ import annotations

import re

from .cmdline import quote, tool

__all__ = ["digest_command", "digest_in", "has_digest", "marker", "sections"]

_MARKER = re.compile(rb"^<<([a-z0-9_]+)>>[^\S\n]*(?:\n|\Z)", re.MULTILINE)
_DIGEST = re.compile(rb"(?:[0-9a-fA-F]{2} ?){32}")


def marker(name: str) -> str:
    """The command that prints a heading. ^< and ^>: plain redirections otherwise."""
    return f"echo ^<^<{name}^>^>"


def sections(output: bytes) -> dict[str, bytes]:
    """What stands below each heading. Each decides for itself how it is decoded: tools differ in their code pages."""
    parts = _MARKER.split(output)
    return {name.decode(): body for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def digest_command(path: str) -> str:
    """Print the SHA-256 of a file, whose path is quoted already."""
    return f"{tool('certutil')} -hashfile {path} SHA256"


def digest_in(output: bytes) -> str:
    """The digest that this printed, "" for none: the line of 64 digits, which older Windows writes in pairs."""
    lines = (line.strip() for line in output.splitlines())
    return next((line.replace(b" ", b"").decode().lower() for line in lines if _DIGEST.fullmatch(line)), "")


def has_digest(path: str, digest: str) -> str:
    """A command that fails unless the file (its path quoted already) has this digest."""
    return f"{digest_command(path)} | {tool('findstr')} /i /x /c:{quote(digest)} >nul"
