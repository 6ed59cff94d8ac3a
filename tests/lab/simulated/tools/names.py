"""Which programs ``System32`` holds."""

from __future__ import annotations

__all__ = ["FORBIDDEN_TOOLS", "SYSTEM_TOOLS", "file_name", "wanted_tool"]

SYSTEM_TOOLS = (
    "attrib",
    "certutil",
    "chcp",
    "cmd",
    "curl",
    "find",
    "findstr",
    "fc",
    "hostname",
    "icacls",
    "more",
    "msg",
    "msiexec",
    "ping",
    "reg",
    "robocopy",
    "schtasks",
    "shutdown",
    "sort",
    "takeown",
    "taskkill",
    "tasklist",
    "timeout",
    "where",
    "whoami",
    "wmic",
)

# Present on Windows, refused by the policy of this lab and recorded: the product must never start them.
FORBIDDEN_TOOLS = ("powershell", "cscript", "wscript", "mshta")


def wanted_tool(name: str, build: int) -> bool:
    """Whether this build of Windows ships the tool (curl since 17063, wmic until 24H2)."""
    return {"curl": build >= 17063, "wmic": build < 26100}.get(name, True)


def file_name(tool: str) -> str:
    """The tool's file: chcp and more kept the .com extension."""
    return f"{tool}.com" if tool in ("chcp", "more") else f"{tool}.exe"
