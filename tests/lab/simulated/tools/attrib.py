"""attrib.exe."""

from __future__ import annotations

import re

from ..errors import Win32Error
from ..messages import text
from ..paths import absolute
from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``attrib [+r|-r|+h|-h|+s|-s|+a|-a] [file]``; it returns 0 even for a file that is not there."""
    changes = [word.upper() for word in invocation.arguments if re.fullmatch(r"[+-][rhsaRHSA]", word)]
    names = [word for word in invocation.arguments if not re.match(r"[+/-]", word)]
    files = invocation.station.files
    for name in names:
        try:
            path = absolute(name, invocation.directory)
            node = files.require(path)
        except Win32Error:
            invocation.out(f"{text('file_not_found', invocation.language)} - {name}")
            continue
        if not changes:
            shown = "".join(letter if letter in node.attributes else " " for letter in "ASHR")
            invocation.out(f"{shown:<20} {path}")
            continue
        attributes = set(node.attributes)
        for change in changes:
            (attributes.add if change[0] == "+" else attributes.discard)(change[1])
        files.change(path).attributes = "".join(letter for letter in "RHSA" if letter in attributes)
    return 0
