"""ping.exe, as scripts use it: to wait."""

from __future__ import annotations

import ipaddress

from ..messages import text
from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``ping [-n count] [-w milliseconds] [-4] address``: an echo a station second; loopback alone answers."""
    count, wait, target, forever = 4, 4000, "", False
    words = iter(invocation.arguments)
    for word in words:
        low = word.lower().replace("/", "-", 1)
        if low in ("-n", "-w", "-l", "-i"):
            value = next(words, "")
            if not value.isdecimal():
                invocation.out(f"Bad value for option {word}.")
                return 1
            count, wait = (int(value), wait) if low == "-n" else (count, int(value) if low == "-w" else wait)
        elif low == "-t":
            forever = True
        elif low in ("-4", "-a"):
            continue
        else:
            target = word
    name = invocation.station.options.name
    try:
        address = ipaddress.ip_address("127.0.0.1" if target.lower() in ("localhost", name.lower()) else target)
    except ValueError:
        invocation.out(text("ping_unknown", invocation.language, target))
        return 1
    answers = address.is_loopback
    invocation.out(f"\r\nPinging {target} with 32 bytes of data:")
    done = 0
    while forever or done < count:
        if done and "short_ping" not in invocation.station.options.contradicts:
            await invocation.station.clock.sleep(1.0)
        if answers:
            invocation.out(f"Reply from {address}: bytes=32 time<1ms TTL=128")
        else:
            await invocation.station.clock.sleep(wait / 1000)
            invocation.out("Request timed out.")
        done += 1
    received = done if answers else 0
    lost = done - received
    invocation.out(f"\r\nPing statistics for {address}:")
    share = 100 * lost // max(done, 1)
    invocation.out(f"    Packets: Sent = {done}, Received = {received}, Lost = {lost} ({share}% loss),")
    return 0 if received else 1
