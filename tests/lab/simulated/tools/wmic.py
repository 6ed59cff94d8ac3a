"""wmic.exe: there until Windows 11 24H2; the lab answers ``os get`` and ``datafile … get``, in its own line ends."""

from __future__ import annotations

import re

from ...station import WmiInstance
from ..processes import Invocation

__all__ = ["run"]

# One argument in quotes, as CommandLineToArgv has it.
_WHERE = re.compile(r"name\s*=\s*(['\"])(.+)\1", re.IGNORECASE)


async def run(invocation: Invocation) -> int:
    """``wmic os get Property /value`` and ``wmic datafile where "name='…'" get Property /value``.

    Anything else is refused with wmic's own error. To a pipe it ends lines with CR CR LF (seen by everybody who has
    read one with ``for /f``).
    """
    words = invocation.arguments
    low = [word.lower() for word in words]
    instance: WmiInstance | None = None
    wanted = ""
    if low[:2] == ["os", "get"] and len(low) > 2:
        wanted = low[2]
        instance = await invocation.station.wmi_get("root/cimv2", "Win32_OperatingSystem", {})
    elif (
        low[:2] == ["datafile", "where"]
        and low[3:4] == ["get"]
        and len(low) > 4
        and (name := _WHERE.fullmatch(words[2]))
    ):
        wanted = low[4]
        path = name[2].replace("\\\\", "\\")
        if not invocation.station.files.is_file(path):
            invocation.err("No Instance(s) Available.")
            return 0
        instance = await invocation.station.wmi_get("root/cimv2", "CIM_DataFile", {"Name": path})
    if instance is not None:
        for property_, value in instance.properties.items():
            if property_.lower() == wanted:
                shown = "" if value is None else value
                invocation.out(f"\r\r\n\r\r\n{property_}={shown}\r\r\n\r\r\n\r\r\n\r\r")
                return 0
    invocation.err("Node - " + invocation.station.computer_name)
    invocation.err("ERROR:\r\nDescription = Invalid query")
    return 0x80041017
