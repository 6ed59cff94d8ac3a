"""WMI answers in Windows' own spelling and types, from what the agent reads in the prefix."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from ..station import WmiError, WmiInstance, WmiValue

__all__ = [
    "CAPABLE",
    "INVALID_CLASS",
    "INVALID_NAMESPACE",
    "INVALID_PARAMETER",
    "NOT_CAPABLE",
    "NOT_FOUND",
    "file_instance",
    "instances",
    "method_result",
    "process_instances",
]

NOT_FOUND = 0x80041002
INVALID_PARAMETER = 0x80041008
INVALID_NAMESPACE = 0x8004100E
INVALID_CLASS = 0x80041010
NOT_CAPABLE = 0x80041024
ACCESS_DENIED = 0x80041003

_DATETIME, _UINT64, _SINT64 = 101, 21, 20
_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
_CIM_DATETIME = re.compile(r"(\d{14})\.(\d{6})([+-]\d{2,3})")

# Wine's spelling where it is not Windows'.
_SPELLING = {
    "Win32_LogicalDisk": {"DeviceId": "DeviceID"},
    "Win32_Service": {"ProcessID": "ProcessId"},
    "Win32_Process": {"ProcessID": "ProcessId", "ParentProcessID": "ParentProcessId"},
}
# Classes that may well have no instance; any other empty answer of Wine means that it does not know the class.
CAPABLE = frozenset(
    name.lower()
    for name in (
        *("Win32_OperatingSystem", "Win32_LogicalDisk", "Win32_Service", "Win32_ComputerSystem", "Win32_BIOS"),
        *("Win32_Processor", "Win32_NetworkAdapter", "Win32_NetworkAdapterConfiguration", "Win32_QuickFixEngineering"),
        *(
            "Win32_ComputerSystemProduct",
            "Win32_SystemEnclosure",
            "Win32_DiskDrive",
            "Win32_Printer",
            "Win32_CDROMDrive",
        ),
    )
)


def _scalar(cim_type: int, value: Any) -> WmiValue:
    if value is None:
        return None
    if cim_type in {_UINT64, _SINT64}:
        return int(value)
    if cim_type == _DATETIME:
        return _datetime(str(value))
    if isinstance(value, float):
        return int(value)
    return value  # type: ignore[no-any-return]  # str, int, bool or a list of them, as the agent's JSON has it


def _datetime(text: str) -> dt.datetime | None:
    match = _CIM_DATETIME.fullmatch(text)
    if match is None:
        return None
    # Minutes from UTC in three digits; Wine's LocalDateTime writes two.
    zone = dt.timezone(dt.timedelta(minutes=int(match[3])))
    return dt.datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S%f").replace(tzinfo=zone)


def _filetime(value: int) -> dt.datetime | None:
    """None where Wine has no time: of a process that is just ending it gives what is none (seen on a busy machine)."""
    try:
        return _EPOCH + dt.timedelta(microseconds=value // 10) if value else None
    except OverflowError:
        return None


def instances(namespace: str, class_name: str, objects: list[dict[str, list[Any]]]) -> list[WmiInstance]:
    """Wine's objects, with Windows' property names and Python's types."""
    spelling = _SPELLING.get(class_name, {})
    found = []
    for item in objects:
        shown = str(item.get("__CLASS", [0, class_name])[1] or class_name)
        properties = {spelling.get(name, name): _scalar(*value) for name, value in item.items() if name != "__CLASS"}
        found.append(WmiInstance(namespace=namespace, class_name=shown, properties=properties))
    return found


def process_instances(rows: list[list[Any]], computer: str) -> list[WmiInstance]:
    """Win32_Process: Wine's has neither the command line nor the path of other processes."""
    found = []
    for pid, parent, session, threads, memory, created, name, path, line in rows:
        properties: dict[str, WmiValue] = {
            "Caption": name,
            "CommandLine": line,
            "CreationClassName": "Win32_Process",
            "CreationDate": _filetime(created),
            "CSCreationClassName": "Win32_ComputerSystem",
            "CSName": computer,
            "Description": name,
            "ExecutablePath": path or None,
            "Handle": str(pid),
            "Name": name,
            "ParentProcessId": parent,
            "ProcessId": pid,
            "SessionId": session,
            "ThreadCount": threads,
            "WorkingSetSize": memory,
        }
        found.append(WmiInstance(namespace="root/cimv2", class_name="Win32_Process", properties=properties))
    return found


def file_instance(path: str, answer: dict[str, Any]) -> WmiInstance:
    """CIM_DataFile for one path. Windows answers with lower-case names (learn.microsoft.com, CIM_DataFile).

    Raises WmiError: not found for anything that is no file.
    """
    facts = answer.get("file")
    if facts is None or facts["attributes"] & 0x10:
        raise WmiError(NOT_FOUND, f"no file {path}")
    name = path.lower()
    folder, _, base = name.rpartition("\\")
    stem, _, extension = base.rpartition(".")
    properties: dict[str, WmiValue] = {
        "Archive": bool(facts["attributes"] & 0x20),
        "Caption": name,
        "CreationClassName": "CIM_LogicalFile",
        "CreationDate": _filetime(facts["created"]),
        "Drive": name[:2],
        "Extension": extension,
        "FileName": stem or base,
        "FileSize": facts["size"],
        "Hidden": bool(facts["attributes"] & 0x2),
        "LastAccessed": _filetime(facts["accessed"]),
        "LastModified": _filetime(facts["modified"]),
        "Name": name,
        "Path": folder[2:] + "\\",
        "Readable": True,
        "System": bool(facts["attributes"] & 0x4),
        "Version": facts["version"],
        "Writeable": not facts["attributes"] & 0x1,
    }
    return WmiInstance(namespace="root/cimv2", class_name="CIM_DataFile", properties=properties)


def method_result(objects: list[dict[str, list[Any]]]) -> dict[str, WmiValue]:
    """The out parameters of a method."""
    return {name: _scalar(*value) for item in objects for name, value in item.items() if not name.startswith("__")}
