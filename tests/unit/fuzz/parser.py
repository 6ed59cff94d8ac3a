"""What a parser is given, what it may raise, and what its texts are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

__all__ = ["Parser", "each"]

T = TypeVar("T", str, bytes)


@dataclass(frozen=True, kw_only=True)
class Parser(Generic[T]):
    """One parser. ``of``: the functions of the product that it goes through.

    ``found`` holds texts that it once choked on: each stays, and is tried before anything else. ``linear``:
    whether it has to be fast with a hostile text.
    """

    of: tuple[Callable[..., Any], ...]
    read: Callable[[T], Any]
    pieces: tuple[T, ...]
    errors: type[Exception] | tuple[type[Exception], ...] = ()
    found: tuple[T, ...] = ()
    linear: bool = True

    @property
    def key(self) -> str:
        first = self.of[0]
        return f"{first.__module__.rpartition('.')[2]}.{first.__qualname__}"


def each(*readers: Callable[[Any], object]) -> Callable[[Any], None]:
    """Several in one: what one of them refuses by a ValueError, the next is given all the same."""

    def read(given: Any) -> None:
        for reader in readers:
            try:
                reader(given)
            except ValueError:
                continue

    return read
