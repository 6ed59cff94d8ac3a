# SPDX-License-Identifier: GPL-3.0-or-later
"""What schools' servers are asked for a survey: all of them side by side, and none twice. I/O: threads."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

__all__ = ["asked_once"]

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

_SERVERS: Final = 32  # at a time; each is another school's


def asked_once(
    all_arguments: Iterable[Mapping[str, Any]],
    key: Callable[[Mapping[str, Any]], K],
    ask: Callable[[Mapping[str, Any]], T],
) -> dict[K, T | Exception]:
    """What ``ask`` returned for the arguments of each ``key``, or what broke over them: the other schools go on."""

    def tried(args: Mapping[str, Any]) -> T | Exception:
        try:
            return ask(args)
        except Exception as exc:  # noqa: BLE001  (as in TaskExecutor.run: it is this school's)
            return exc

    each = {key(args): args for args in all_arguments}
    with ThreadPoolExecutor(_SERVERS) as pool:
        return dict(zip(each, pool.map(tried, each.values()), strict=True))
