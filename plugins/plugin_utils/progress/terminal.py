# SPDX-License-Identifier: GPL-3.0-or-later
"""The last lines of a terminal, kept apart while everything else scrolls above them.

The terminal itself does it (DECSTBM, the scrolling region of the VT100; apt shows its bar so). Ansible's own output
needs no hook then, its format and colours stay, and no lock is shared with the processes that it forks: every change
here is one ``write`` to the terminal, which the kernel does not mix with another's. I/O: files.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

__all__ = ["Pane"]

_SAVE, _RESTORE = "\x1b7", "\x1b8"
_FEWEST_ROWS, _FEWEST_COLUMNS = 16, 40


class Pane:
    """The last lines of the terminal behind a file descriptor."""

    def __init__(self, fd: int, *, height: int) -> None:
        self._fd = fd
        self._wanted = height
        self._size: tuple[int, int] | None = None
        self._shown: Sequence[str] = ()

    def room(self) -> tuple[int, int]:
        """(width, height) to draw in now; height 0 when the terminal is too small."""
        columns, rows = os.get_terminal_size(self._fd)
        if rows < _FEWEST_ROWS or columns < _FEWEST_COLUMNS:
            return columns, 0
        # The last column stays empty: writing there makes some terminals wrap.
        return columns - 1, min(self._wanted, rows // 2)

    def draw(self, lines: Sequence[str]) -> None:
        """Show these lines; sets the pane up first, and again after the terminal was resized."""
        size = os.get_terminal_size(self._fd)
        out = ""
        if (size.lines, len(lines)) != self._size:
            out += self._release() + self._claim(size.lines, len(lines))
        elif lines == self._shown:
            return
        self._shown = list(lines)
        if lines:
            first = size.lines - len(lines) + 1
            out += _SAVE
            out += "".join(f"\x1b[{first + n};1H\x1b[0m\x1b[2K{line}" for n, line in enumerate(lines))
            out += f"\x1b[0m{_RESTORE}"
        self._write(out)

    def close(self) -> None:
        """Give the lines back, empty."""
        self._write(self._release())

    def _claim(self, rows: int, height: int) -> str:
        self._size = (rows, height)
        if not height:
            return ""
        # New lines first, so that what stands there scrolls up instead of being written over; setting the region
        # moves the cursor to the top, hence save and restore.
        return "\n" * height + f"{_SAVE}\x1b[1;{rows - height}r{_RESTORE}\x1b[{height}A"

    def _release(self) -> str:
        claimed, self._size = self._size, None
        return f"{_SAVE}\x1b[r{_RESTORE}\x1b[0J" if claimed and claimed[1] else ""

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        while data:
            data = data[os.write(self._fd, data) :]
