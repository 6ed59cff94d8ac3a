"""The programs of System32 that the lab knows: what each documents, exit codes included."""

from __future__ import annotations

from ..processes import Program
from . import (
    attrib,
    certutil,
    chcp,
    cmd,
    curl,
    fc,
    find,
    findstr,
    forbidden,
    hostname,
    icacls,
    more,
    msg,
    msiexec,
    ping,
    reg,
    schtasks,
    shutdown,
    sort,
    takeown,
    taskkill,
    tasklist,
    timeout,
    where,
    whoami,
    wmic,
)

__all__ = ["TOOLS"]

TOOLS: dict[str, Program] = {
    "attrib": attrib.run,
    "certutil": certutil.run,
    "chcp": chcp.run,
    "cmd": cmd.run,
    "curl": curl.run,
    "fc": fc.run,
    "find": find.run,
    "findstr": findstr.run,
    "forbidden": forbidden.run,
    "hostname": hostname.run,
    "icacls": icacls.run,
    "more": more.run,
    "msg": msg.run,
    "msiexec": msiexec.run,
    "ping": ping.run,
    "reg": reg.run,
    "schtasks": schtasks.run,
    "shutdown": shutdown.run,
    "sort": sort.run,
    "takeown": takeown.run,
    "taskkill": taskkill.run,
    "tasklist": tasklist.run,
    "timeout": timeout.run,
    "where": where.run,
    "whoami": whoami.run,
    "wmic": wmic.run,
}
