"""What the reg commands share: the key, the view, the output's code page, the types."""

from __future__ import annotations

from ...errors import Win32Error
from ...messages import text
from ...processes import Invocation
from ...registry import Registry, Value, ValueType, View

__all__ = ["RegUsageError", "failed", "resolve", "shown", "write"]


class RegUsageError(Exception):
    """The command line is refused."""


def view_of(invocation: Invocation, words: list[str]) -> View:
    """``/reg:32`` or ``/reg:64``; reg.exe of System32 is a 64-bit program, so 64 without either."""
    flags = {word.lower() for word in words if word.lower().startswith("/reg:")}
    if not flags <= {"/reg:32", "/reg:64"} or len(flags) > 1:
        raise RegUsageError
    return 32 if "/reg:32" in flags else 64


def resolve(invocation: Invocation, key: str, view: View) -> str:
    """The key's real path. Raises Win32Error 2."""
    return invocation.station.registry.resolve(key, view=view, sid=invocation.token.sid)


def shown(registry: Registry, asked: str, path: str) -> str:
    """A key as reg prints it: the long root name, the path as it was asked for, without WOW6432Node of a /reg:32."""
    root, _, rest = asked.strip("\\").partition("\\")
    long = registry.resolve(root).partition("\\")[0] if root.lower() not in ("hkcu", "hkcr") else ""
    names = {"hkcu": "HKEY_CURRENT_USER", "hkcr": "HKEY_CLASSES_ROOT"}
    return "\\".join(filter(None, [long or names.get(root.lower(), root), rest, path]))


def write(invocation: Invocation, line: str = "") -> None:
    """A line of output, in the console's code page or the OEM one (option ``reg_output``)."""
    station = invocation.station
    codepage = invocation.console.codepage if station.options.reg_output == "console" else station.options.oem_codepage
    if "reg_ansi" in station.options.contradicts:
        codepage = station.options.ansi_codepage
    invocation.stdio.stdout.write(station.encode(line + "\r\n", codepage))


def failed(invocation: Invocation, error: Win32Error) -> int:
    """Print a failure; 1."""
    name = "reg_denied" if error.code == 5 else "reg_not_found"
    station = invocation.station
    codepage = invocation.console.codepage if station.options.reg_output == "console" else station.options.oem_codepage
    invocation.stdio.stderr.write(station.encode(text(name, invocation.language) + "\r\n", codepage))
    return 1


def data_text(value: Value) -> str:
    """A value's data as reg prints it."""
    data = value.data
    if isinstance(data, bytes):
        return data.hex().upper()
    if isinstance(data, list):
        return "\\0".join(data)
    if isinstance(data, int):
        return f"0x{data:x}"
    return data


def parse_data(type_: ValueType, data: str, separator: str) -> str | int | bytes | list[str]:
    """What /d means for a type. Raises RegUsageError."""
    try:
        if type_ in (ValueType.REG_DWORD, ValueType.REG_QWORD):
            return int(data, 0) if data else 0
        if type_ in (ValueType.REG_BINARY, ValueType.REG_NONE):
            return bytes.fromhex(data)
    except ValueError as exc:
        raise RegUsageError from exc
    if type_ is ValueType.REG_MULTI_SZ:
        return data.split(separator) if data else []
    return data
