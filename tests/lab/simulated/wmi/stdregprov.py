"""StdRegProv: the registry through WMI (learn.microsoft.com/previous-versions/windows/desktop/regprov)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ...station import WmiError, WmiValue
from ..environment import expand
from ..errors import Win32Error
from ..registry import Data, Value, ValueType

if TYPE_CHECKING:
    from ..station import SimulatedStation

__all__ = ["invoke_stdregprov"]

_ROOTS = {
    0x80000000: "HKCR",
    0x80000001: "HKCU",
    0x80000002: "HKLM",
    0x80000003: "HKU",
    0x80000005: "HKCC",
}
_BAD_PARAMETER = 0x80041008
_BAD_METHOD = 0x80041055
# What the provider returns (as ReturnValue, not as a fault) for a value of another type: WBEM_E_TYPE_MISMATCH.
_TYPE_MISMATCH = 0x80041005

Result = Mapping[str, WmiValue]

_READERS: dict[str, tuple[str, tuple[ValueType, ...]]] = {
    "getstringvalue": ("sValue", (ValueType.REG_SZ,)),
    "getexpandedstringvalue": ("sValue", (ValueType.REG_EXPAND_SZ, ValueType.REG_SZ)),
    "getdwordvalue": ("uValue", (ValueType.REG_DWORD,)),
    "getqwordvalue": ("uValue", (ValueType.REG_QWORD,)),
    "getmultistringvalue": ("sValue", (ValueType.REG_MULTI_SZ,)),
    "getbinaryvalue": ("uValue", (ValueType.REG_BINARY,)),
}
_WRITERS: dict[str, tuple[str, ValueType]] = {
    "setstringvalue": ("svalue", ValueType.REG_SZ),
    "setexpandedstringvalue": ("svalue", ValueType.REG_EXPAND_SZ),
    "setdwordvalue": ("uvalue", ValueType.REG_DWORD),
    "setqwordvalue": ("uvalue", ValueType.REG_QWORD),
}


def invoke_stdregprov(station: SimulatedStation, method: str, arguments: Mapping[str, str]) -> Result:
    """Call a method: ReturnValue 0, 1 (no such value), 2 (no such key), 5 (denied). Raises WmiError."""
    given = {name.lower(): value for name, value in arguments.items()}
    try:
        root = _ROOTS[int(given.get("hdefkey", str(0x80000002)))]
    except (KeyError, ValueError) as exc:
        raise WmiError(_BAD_PARAMETER, "Invalid parameter") from exc
    key = station.registry.resolve(f"{root}\\{given.get('ssubkeyname', '')}")
    low = method.lower()
    try:
        if low == "enumkey":
            names = station.registry.subkeys(key)
            return {"ReturnValue": 0, "sNames": names or None}
        if low == "enumvalues":
            values = list(station.registry.key(key).values.values())
            return {
                "ReturnValue": 0,
                "sNames": [value.name for value in values] or None,
                "Types": [int(value.type) for value in values] or None,
            }
        if low in _READERS:
            return _read(station, low, key, given.get("svaluename", ""))
        change = _changes(station, key, given).get(low)
        if change is not None:
            change()
            return {"ReturnValue": 0}
        if low == "checkaccess":
            station.registry.key(key)
            return {"ReturnValue": 0, "bGranted": True}
    except Win32Error as error:
        return {"ReturnValue": error.code}
    if low in _WRITERS:
        name, type_ = _WRITERS[low]
        data: Data = given.get(name, "")
        if type_ in (ValueType.REG_DWORD, ValueType.REG_QWORD):
            data = int(given.get(name, "0"))
        station.registry.set_value(key, given.get("svaluename", ""), type_, data)
        return {"ReturnValue": 0}
    raise WmiError(_BAD_METHOD, "Invalid method")


def _changes(station: SimulatedStation, key: str, given: Mapping[str, str]) -> dict[str, Callable[[], None]]:
    return {
        "createkey": lambda: station.registry.create_key(key),
        "deletekey": lambda: _delete_key(station, key),
        "deletevalue": lambda: station.registry.delete_value(key, given.get("svaluename", "")),
    }


def _delete_key(station: SimulatedStation, key: str) -> None:
    # RegDeleteKey refuses a key that has subkeys.
    if station.registry.subkeys(key):
        raise Win32Error(5, key)
    station.registry.delete_key(key)


def _read(station: SimulatedStation, method: str, key: str, name: str) -> Result:
    out, types = _READERS[method]
    value: Value | None = station.registry.key(key).values.get(name.lower())
    if value is None:
        return {"ReturnValue": 1, out: None}
    if value.type not in types:
        return {"ReturnValue": _TYPE_MISMATCH, out: None}
    data = value.data
    if value.type is ValueType.REG_EXPAND_SZ and isinstance(data, str):
        return {"ReturnValue": 0, out: expand(data, station.environment_for(station.system))}
    return {"ReturnValue": 0, out: list(data) if isinstance(data, bytes) else data}
