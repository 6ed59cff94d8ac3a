"""Environment blocks and the argument rules of Windows programs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

__all__ = ["Environment", "expand", "quote_argument", "split_arguments"]


class Environment:
    """Variables by name without case; names keep the spelling they were set with."""

    def __init__(self, items: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, tuple[str, str]] = {}
        for name, value in items.items() if isinstance(items, Mapping) else items:
            self[name] = value

    def get(self, name: str, default: str | None = None) -> str | None:
        item = self._items.get(name.upper())
        return item[1] if item else default

    def __getitem__(self, name: str) -> str:
        return self._items[name.upper()][1]

    def __setitem__(self, name: str, value: str) -> None:
        old = self._items.get(name.upper())
        self._items[name.upper()] = (old[0] if old else name, value)

    def remove(self, name: str) -> None:
        self._items.pop(name.upper(), None)

    def __contains__(self, name: str) -> bool:
        return name.upper() in self._items

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """(name, value) in the order ``set`` lists them."""
        return iter(self._items[key] for key in sorted(self._items))

    def copy(self) -> Environment:
        copied = Environment()
        copied._items = dict(self._items)
        return copied


_SPACES = re.compile(r"[ \t]+")
_VARIABLE = re.compile(r"%([^%]+)%")


def expand(text: str, environment: Environment) -> str:
    """ExpandEnvironmentStrings: unknown variables stay as they are."""
    return _VARIABLE.sub(lambda match: environment.get(match[1]) or match[0], text)


def split_arguments(line: str) -> list[str]:
    r"""The argv of a command line, by the rules of the Microsoft C runtime, the program's name first.

    2n backslashes before a quote are n and the quote is syntax; 2n+1 are n and a literal quote; the program's name
    knows no escapes ("Parsing C command-line arguments", learn.microsoft.com/cpp/c-language).
    """
    return [*_split(line.lstrip(" \t"))]


@lru_cache(maxsize=256)
def _split(line: str) -> tuple[str, ...]:
    # Kept: who follows a job sends the same lines again and again, and this goes through them letter by letter.
    if line.startswith('"'):
        end = line.find('"', 1)
        end = len(line) if end < 0 else end
        arguments, rest = [line[1:end]], line[end + 1 :]
        # What follows the closing quote without a space still belongs to the name.
        tail = re.match(r"[^ \t]*", rest)
        arguments[0] += tail[0] if tail else ""
        rest = rest[tail.end() if tail else 0 :]
    else:
        name = re.match(r"[^ \t]*", line)
        arguments, rest = [name[0] if name else ""], line[name.end() if name else 0 :]
    if '"' not in rest:
        # Without a quote a backslash is one.
        return (*arguments, *(word for word in _SPACES.split(rest) if word))
    index, size = 0, len(rest)
    while True:
        while index < size and rest[index] in " \t":
            index += 1
        if index >= size:
            return tuple(arguments)
        current: list[str] = []
        quoted = False
        while index < size and (quoted or rest[index] not in " \t"):
            slashes = 0
            while index < size and rest[index] == "\\":
                slashes += 1
                index += 1
            if index < size and rest[index] == '"':
                current.append("\\" * (slashes // 2))
                if slashes % 2:
                    current.append('"')
                elif quoted and rest[index + 1 : index + 2] == '"':
                    current.append('"')
                    index += 1
                else:
                    quoted = not quoted
                index += 1
            else:
                current.append("\\" * slashes)
                if index < size and (quoted or rest[index] not in " \t"):
                    current.append(rest[index])
                    index += 1
        arguments.append("".join(current))


def quote_argument(argument: str) -> str:
    """An argument as it is written on a command line."""
    if argument and not re.search(r'[ \t"]', argument):
        return argument
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', argument)
    return '"' + re.sub(r"(\\+)\Z", r"\1\1", escaped) + '"'
