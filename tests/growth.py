"""Whether what reads a text takes time that grows with its length, and no faster.

Judged by the CPU time of this thread, and by its growth rather than its size: a text costs what its half costs twice,
and twice that for what is not linear. Both take as long, so that what else the machine does slows both alike.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["LONGEST", "why_not_linear"]

T = TypeVar("T", str, bytes)

LONGEST = 40_000
# Small ones first, in small steps: what grows as 2ⁿ is seen at 24, and would never end at 400.
_SMALL = (12, 16, 20, 24, 28, 40, 60, 100, 300, 1000)
_EIGHTH = LONGEST // 8
# Seconds of CPU. Linear reading of 40 KB costs some milliseconds: the first two are worth no second look.
_NOTHING, _CHEAP, _DEAR = 0.0003, 0.02, 0.5
# To the whole from its half, and from its quarter: what is squared doubles at each step. A list that no longer fits the
# processor's cache costs half as much again at one step, once.
_MOST_GROWTH, _MOST_OF_TWO = 1.5, 2.0
# What shares a core with this thread makes it slow for a while: what grows too fast does so each time, at least so many
# times, and then for so many seconds of looking. What has grown so much for three looks, and seconds, is beyond doubt.
_LOOKS, _PATIENCE, _BEYOND_DOUBT, _ALMOST_SQUARED = 6, 1.0, 3.0, 1.8


def _cost(read: Callable[[T], object], *texts: T) -> float:
    # The collector goes through all that the tests before have left, the oftener the more is made: none of the text's.
    gc.disable()
    try:
        begun = time.thread_time()
        for text in texts:
            read(text)
        return time.thread_time() - begun
    finally:
        gc.enable()


def why_not_linear(read: Callable[[T], object], made: Callable[[int], T]) -> str:
    """Why it is not; empty when it is. ``made``: a text of about so many characters."""
    for length in _SMALL:
        if (cost := _cost(read, made(length))) > _DEAR:
            return f"{cost:.2f} s at {length} characters"
    # Squared, nothing becomes the 64-fold of it: not worth the steps between.
    length = LONGEST if _cost(read, made(_EIGHTH)) < _NOTHING else _EIGHTH
    while length <= LONGEST:
        if _cost(read, made(length)) > _CHEAP:
            quarter, half, whole = made(length // 4), made(length // 2), made(length)
            four, twice, once = math.inf, math.inf, math.inf
            looks, spent = 0, 0.0
            sure = False
            while (looks < _LOOKS or spent < _PATIENCE) and not sure:
                looks += 1
                spent += (halves := _cost(read, half, half)) + (all_of_it := _cost(read, whole))
                twice, once = min(twice, halves), min(once, all_of_it)
                if once <= max(_CHEAP, twice * _MOST_GROWTH):
                    break
                spent += (quarters := _cost(read, *[quarter] * 4))
                four = min(four, quarters)
                if once <= four * _MOST_OF_TWO:
                    break
                sure = looks > 2 and spent > _BEYOND_DOUBT and once > twice * _ALMOST_SQUARED
            else:
                return f"{twice / 2:.3f} s at {len(half)} characters, {once:.3f} s at {len(whole)}"
        length *= 2
    return ""
