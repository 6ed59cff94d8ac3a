"""reg query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import Win32Error
from ...messages import text
from ...processes import Invocation
from ...registry import Key, Value, View
from .arguments import RegUsageError, data_text, failed, resolve, shown, view_of, write

__all__ = ["query"]


@dataclass
class _Query:
    key: str
    value: str | None = None  # "": the default value
    recursive: bool = False
    find: str | None = None
    scope: str = ""  # of k, v, d: where /f looks
    exact: bool = False
    case: bool = False
    view: View = 64


def _parse(invocation: Invocation, words: list[str]) -> _Query:
    if not words or words[0].startswith("/"):
        raise RegUsageError
    asked = _Query(words[0], view=view_of(invocation, words))
    rest = iter(words[1:])
    scope = set()
    for word in rest:
        flag = word.lower()
        if flag == "/v":
            following = next(rest, None)
            if following is None:
                scope.add("v")
            else:
                asked.value = following
        elif flag == "/ve":
            asked.value = ""
        elif flag == "/s":
            asked.recursive = True
        elif flag == "/f":
            asked.find = next(rest, None)
            if asked.find is None:
                raise RegUsageError
        elif flag in ("/k", "/d"):
            scope.add(flag[1])
        elif flag == "/e":
            asked.exact = True
        elif flag == "/c":
            asked.case = True
        elif flag not in ("/reg:32", "/reg:64", "/z"):
            raise RegUsageError
    asked.scope = "".join(sorted(scope))
    return asked


async def query(invocation: Invocation, words: list[str]) -> int:
    """``reg query key [/v name|/ve] [/s] [/f data [/k] [/d] [/e] [/c]] [/reg:32|/reg:64]``."""
    asked = _parse(invocation, words)
    registry = invocation.station.registry
    try:
        top = resolve(invocation, asked.key, asked.view)
        registry.key(top)
    except Win32Error as error:
        return failed(invocation, error)
    if asked.find is not None:
        return _search(invocation, asked, top)
    if asked.recursive:
        return _search(invocation, asked, top) if asked.value is not None else _dump(invocation, asked, top)
    if asked.value is not None:
        value = registry.key(top).values.get(asked.value.lower())
        if value is None:
            return failed(invocation, Win32Error(2))
        write(invocation)
        write(invocation, shown(registry, asked.key, ""))
        _value(invocation, value)
        write(invocation)
        return 0
    write(invocation)
    _key(invocation, asked, registry.key(top), "")
    for name in registry.subkeys(top):
        write(invocation, shown(registry, asked.key, name))
    return 0


def _walk(invocation: Invocation, top: str) -> Iterator[tuple[str, Key]]:
    """(path below the top, key) of the top and everything below; keys that may not be read are passed over."""
    registry = invocation.station.registry

    def visit(below: str) -> Iterator[tuple[str, Key]]:
        path = f"{top}\\{below}" if below else top
        try:
            yield below, registry.key(path)
            names = registry.subkeys(path)
        except Win32Error:
            return
        for name in names:
            yield from visit(f"{below}\\{name}" if below else name)

    return visit("")


def _dump(invocation: Invocation, asked: _Query, top: str) -> int:
    write(invocation)
    for below, key in _walk(invocation, top):
        _key(invocation, asked, key, below)
    return 0


def _key(invocation: Invocation, asked: _Query, key: Key, below: str) -> None:
    if not key.values:
        return
    write(invocation, shown(invocation.station.registry, asked.key, below))
    for value in key.values.values():
        _value(invocation, value)
    write(invocation)


def _value(invocation: Invocation, value: Value) -> None:
    name = value.name or text("reg_default", invocation.language)
    gap = "\t" if "reg_tabs" in invocation.station.options.contradicts else "    "
    write(invocation, gap.join(["", name, value.type.name, data_text(value)]))


def _search(invocation: Invocation, asked: _Query, top: str) -> int:
    registry = invocation.station.registry
    found = 0
    for below, key in _walk(invocation, top):
        if not asked.recursive and "\\" in below:
            continue
        values = list(key.values.values())
        if asked.value is not None:
            values = [value for value in values if value.name.lower() == asked.value.lower()]
        if asked.find is not None:
            values = [value for value in values if _matches_value(asked, value)]
            if not asked.recursive and below:
                values = []
        named = bool(below) and asked.find is not None and asked.value is None and _matches_key(asked, key.name)
        if not values and not named:
            continue
        found += len(values) + named
        write(invocation)
        write(invocation, shown(registry, asked.key, below))
        for value in values:
            _value(invocation, value)
    write(invocation)
    write(invocation, text("reg_end_of_search", invocation.language, found))
    return 0 if found else 1


def _matches(asked: _Query, candidate: str) -> bool:
    wanted = asked.find or ""
    if not asked.case:
        wanted, candidate = wanted.lower(), candidate.lower()
    return candidate == wanted if asked.exact else wanted in candidate


def _matches_key(asked: _Query, name: str) -> bool:
    return ("k" in asked.scope or not asked.scope) and _matches(asked, name)


def _matches_value(asked: _Query, value: Value) -> bool:
    if asked.scope == "k":
        return False
    if asked.value is None and ("v" in asked.scope or not asked.scope) and _matches(asked, value.name):
        return True
    return ("d" in asked.scope or not asked.scope or asked.value is not None) and _matches(asked, data_text(value))
