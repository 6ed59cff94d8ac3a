"""msg.exe: a message to whoever is logged on (Microsoft's documentation, "msg")."""

from __future__ import annotations

import re

from ..processes import Invocation

__all__ = ["run"]

_TIME = re.compile(r"/time:(\d+)", re.IGNORECASE)
# Longer texts are refused (community.windows.win_msg, option msg).
_LONGEST = 255


async def run(invocation: Invocation) -> int:
    """``msg * [/TIME:seconds] [/V] [/W] text``: to every session of this station; other receivers are refused."""
    words = list(invocation.arguments)
    receiver = words.pop(0) if words else ""
    seconds = 60
    while words and words[0].startswith("/"):
        word = words.pop(0)
        if match := _TIME.fullmatch(word):
            seconds = int(match[1])
        elif word.lower() not in ("/v", "/w"):
            receiver = ""
    text = " ".join(words)
    if receiver != "*" or not text or len(text) > _LONGEST:
        invocation.err("Invalid parameter(s)")
        return 1
    shells = [each for each in invocation.station.processes.named("explorer.exe") if each.session > 0]
    user = shells[0].token.name if shells else None
    if user is None:
        invocation.err("No User exists for *")
        return 1
    invocation.station.record("message", text=text, seconds=seconds, to=user, by=invocation.token.name)
    return 0
