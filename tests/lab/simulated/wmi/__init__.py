"""WMI: the classes a station answers for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ...station import WmiError, WmiInstance, WmiValue
from . import classes, files
from .stdregprov import invoke_stdregprov

if TYPE_CHECKING:
    from ..station import SimulatedStation

__all__ = ["get", "instances", "invoke"]

_NOT_FOUND = 0x80041002
_BAD_CLASS = 0x80041010
_BAD_NAMESPACE = 0x8004100E
_BAD_PARAMETER = 0x80041008
_BAD_METHOD = 0x80041055
_NOT_CAPABLE = 0x80041024

Rows = Callable[["SimulatedStation"], list[dict[str, WmiValue]]]

# Class: (spelling, key properties, rows).
_CLASSES: dict[str, tuple[str, tuple[str, ...], Rows]] = {
    name.lower(): (name, keys, rows)
    for name, keys, rows in (
        ("Win32_OperatingSystem", (), classes.operating_system),
        ("Win32_ComputerSystem", ("Name",), classes.computer_system),
        ("Win32_LogicalDisk", ("DeviceID",), classes.logical_disks),
        ("Win32_Process", ("Handle",), classes.processes),
        ("Win32_Service", ("Name",), classes.services),
        ("Win32_QuickFixEngineering", ("HotFixID", "Description", "ServicePackInEffect", "InstalledOn"), lambda _: []),
    )
}
_FILE_CLASSES = {"cim_datafile": "CIM_DataFile", "win32_directory": "Win32_Directory"}
# Of a namespace of its own, since Windows 8.
_NETWORK = "root/standardcimv2"
_NAMESPACES = ("root/cimv2", "root/default", _NETWORK)
# Of a Windows with the Unified Write Filter alone.
_EMBEDDED = "root/standardcimv2/embedded"


def _check_namespace(namespace: str, *, uwf: bool = False) -> str:
    normal = namespace.lower().replace("\\", "/").strip("/")
    if normal not in _NAMESPACES and not (uwf and normal == _EMBEDDED):
        raise WmiError(_BAD_NAMESPACE, "Invalid namespace")
    return normal


def _class(namespace: str, class_name: str) -> tuple[str, tuple[str, ...], Rows]:
    found = _CLASSES.get(class_name.lower())
    if _check_namespace(namespace) != "root/cimv2" or found is None:
        raise WmiError(_BAD_CLASS, "Invalid class")
    return found


def get(station: SimulatedStation, namespace: str, class_name: str, selectors: Mapping[str, str]) -> WmiInstance:
    """One instance by its keys; none for a singleton. Raises WmiError."""
    normal = _check_namespace(namespace)
    wanted = {name.lower(): value for name, value in selectors.items()}
    spelled = _FILE_CLASSES.get(class_name.lower())
    if spelled is not None and normal == "root/cimv2":
        if set(wanted) != {"name"}:
            raise WmiError(_BAD_PARAMETER, "Invalid parameter")
        properties = files.file_properties(station, wanted["name"], directory=spelled == "Win32_Directory")
        if properties is None:
            raise WmiError(_NOT_FOUND, "Not found")
        return WmiInstance(namespace=normal, class_name=spelled, properties=properties)
    name, keys, rows = _class(namespace, class_name)
    if set(wanted) != {key.lower() for key in keys}:
        raise WmiError(_BAD_PARAMETER, "Invalid parameter")
    for row in rows(station):
        if all(str(row[key]).lower() == wanted[key.lower()].lower() for key in keys):
            return WmiInstance(namespace=normal, class_name=name, properties=row)
    raise WmiError(_NOT_FOUND, "Not found")


def instances(station: SimulatedStation, namespace: str, class_name: str) -> list[WmiInstance]:
    """Every instance. Raises WmiError; the lab refuses to walk a disk's files, which no client should ask."""
    normal = _check_namespace(namespace, uwf=station.freezer.kind == "uwf")
    if class_name.lower() in _FILE_CLASSES and normal == "root/cimv2":
        raise WmiError(_NOT_CAPABLE, "the lab refuses to enumerate files")
    if normal == _EMBEDDED:
        if class_name.lower() != "uwf_filter":
            raise WmiError(_BAD_CLASS, "Invalid class")
        return [WmiInstance(namespace=normal, class_name="UWF_Filter", properties=row) for row in station.freezer.wmi]
    if normal == _NETWORK:
        if class_name.lower() != "msft_netconnectionprofile":
            raise WmiError(_BAD_CLASS, "Invalid class")
        found = classes.connection_profiles(station)
        return [WmiInstance(namespace=normal, class_name="MSFT_NetConnectionProfile", properties=row) for row in found]
    name, _, rows = _class(namespace, class_name)
    return [WmiInstance(namespace=normal, class_name=name, properties=row) for row in rows(station)]


def invoke(
    station: SimulatedStation,
    namespace: str,
    class_name: str,
    method: str,
    *,
    selectors: Mapping[str, str],
    arguments: Mapping[str, str],
) -> Mapping[str, WmiValue]:
    """Call a method. Raises WmiError."""
    _check_namespace(namespace)
    # StdRegProv is registered in both namespaces.
    if class_name.lower() == "stdregprov":
        return invoke_stdregprov(station, method, arguments)
    _class(namespace, class_name)
    if class_name.lower() == "win32_process" and method.lower() == "terminate":
        handle = next((value for name, value in selectors.items() if name.lower() == "handle"), "")
        process = station.processes.get(int(handle)) if handle.isdecimal() else None
        if process is None:
            raise WmiError(_NOT_FOUND, "Not found")
        if process.host:
            return {"ReturnValue": 2}  # access denied
        reason = next((value for name, value in arguments.items() if name.lower() == "reason"), "0")
        station.processes.kill(process, int(reason or 0))
        return {"ReturnValue": 0}
    raise WmiError(_BAD_METHOD, "Invalid method")
