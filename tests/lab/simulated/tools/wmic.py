"""wmic.exe: there until Windows 11 24H2; the lab answers only ``os get``, the rest through WMI itself."""

from __future__ import annotations

from ..processes import Invocation

__all__ = ["run"]


async def run(invocation: Invocation) -> int:
    """``wmic os get Property /value``; any other alias is refused with wmic's own error."""
    words = [word.lower() for word in invocation.arguments]
    if words[:2] == ["os", "get"] and len(words) > 2:
        instance = await invocation.station.wmi_get("root/cimv2", "Win32_OperatingSystem", {})
        for name, value in instance.properties.items():
            if name.lower() == words[2]:
                invocation.out(f"\r\n\r\n{name}={value}\r\n\r\n")
                return 0
    invocation.err("Node - " + invocation.station.computer_name)
    invocation.err("ERROR:\r\nDescription = Invalid query")
    return 0x80041017
