"""reg add and reg delete."""

from __future__ import annotations

from ...codepages import decode
from ...errors import Win32Error
from ...messages import text
from ...processes import Invocation
from ...registry import Registry, ValueType, View
from .arguments import RegUsageError, failed, parse_data, resolve, view_of, write

__all__ = ["add", "delete"]


async def _confirmed(invocation: Invocation, question: str) -> bool:
    invocation.out(question, end="")
    answer = decode(await invocation.stdio.stdin.read_line(), invocation.console.codepage)
    return answer.strip().lower()[:1] in ("y", "o")


def _writable(invocation: Invocation, key: str, view: View) -> str:
    """The key's real path. Raises Win32Error 2, or 5 when the caller may not write there."""
    path = resolve(invocation, key, view)
    if not Registry.writable(invocation.token, path):
        raise Win32Error(5, path)
    return path


async def add(invocation: Invocation, words: list[str]) -> int:
    """``reg add key [/v name|/ve] [/t type] [/s separator] [/d data] [/f] [/reg:32|/reg:64]``."""
    if not words or words[0].startswith("/"):
        raise RegUsageError
    view = view_of(invocation, words)
    name: str | None = None
    type_, separator, data, force = ValueType.REG_SZ, "\\0", "", False
    rest = iter(words[1:])
    for word in rest:
        flag = word.lower()
        if flag == "/v":
            name = next(rest, "")
        elif flag == "/ve":
            name = ""
        elif flag == "/t":
            try:
                type_ = ValueType[next(rest, "").upper()]
            except KeyError as exc:
                raise RegUsageError from exc
        elif flag == "/s":
            separator = next(rest, "")
        elif flag == "/d":
            data = next(rest, "")
        elif flag == "/f":
            force = True
        elif flag not in ("/reg:32", "/reg:64"):
            raise RegUsageError
    registry = invocation.station.registry
    try:
        path = _writable(invocation, words[0], view)
        if name is None:
            registry.create_key(path)
        else:
            there = registry.exists(path) and name.lower() in registry.key(path).values
            if there and not force and not await _confirmed(invocation, f"Value {name} exists, overwrite(Yes/No)? "):
                return 0
            registry.set_value(path, name, type_, parse_data(type_, data, separator))
    except Win32Error as error:
        return failed(invocation, error)
    write(invocation, text("success", invocation.language))
    return 0


async def delete(invocation: Invocation, words: list[str]) -> int:
    """``reg delete key [/v name|/ve|/va] [/f] [/reg:32|/reg:64]``."""
    if not words or words[0].startswith("/"):
        raise RegUsageError
    view = view_of(invocation, words)
    name: str | None = None
    everything = force = False
    rest = iter(words[1:])
    for word in rest:
        flag = word.lower()
        if flag == "/v":
            name = next(rest, "")
        elif flag == "/ve":
            name = ""
        elif flag == "/va":
            everything = True
        elif flag == "/f":
            force = True
        elif flag not in ("/reg:32", "/reg:64"):
            raise RegUsageError
    registry = invocation.station.registry
    try:
        path = _writable(invocation, words[0], view)
        key = registry.key(path)
        if not force and not await _confirmed(invocation, f"Permanently delete {words[0]} (Yes/No)? "):
            return 0
        if everything:
            for value in list(key.values.values()):
                registry.delete_value(path, value.name)
        elif name is not None:
            registry.delete_value(path, name)
        else:
            registry.delete_key(path)
    except Win32Error as error:
        return failed(invocation, error)
    write(invocation, text("success", invocation.language))
    return 0
