"""An antivirus that looks at what was just written, and has the file for itself meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatch

__all__ = ["Scanner"]


class Scanner:
    """Turns away so many reads of each file that was written, by patterns (``*``) of its path in lower case."""

    def __init__(self, holds: Iterable[tuple[str, int]] = ()) -> None:
        self._holds = tuple(holds)
        self._left: Counter[str] = Counter()

    def written(self, key: str) -> None:
        for pattern, reads in self._holds:
            if fnmatch(key, pattern):
                self._left[key] = reads

    def has(self, key: str) -> bool:
        """Whether a read now fails with error 32; the scanner is that much nearer to its end."""
        self._left[key] -= (taken := self._left[key] > 0)
        return taken
