# SPDX-License-Identifier: GPL-3.0-or-later
"""What those who print know of the terminal, and of who prints a run's end.

Workers have no terminal: ansible-core takes it from them (``WorkerProcess._detach``), so that a table made in one was
always of 120 columns. The callbacks of ours look at it in the main process, before each task, and workers are forked
from there. Without a callback of ours nobody has looked, and it is as it was. I/O: the terminal and Ansible.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from typing import Any

from ansible import constants

__all__ = ["SCREEN", "Screen", "read_by_a_program"]

_WIDTH, _NARROWEST = 120, 80
"""Columns where there is no terminal, and the fewest there: of a file that people look at."""


@dataclass
class Screen:
    """``columns``: of the terminal that was looked at, 0 for none. ``color``: whether it shows colours.

    ``ends``: a callback of ours prints the block that ends a run, so that no action has to. ``said``: it was printed.
    """

    columns: int = 0
    color: bool = False
    ends: bool = False
    said: bool = False

    def look(self, *, color: bool) -> None:
        """In the main process: how wide the terminal is now. ``color``: whether Ansible colours its output."""
        self.columns, self.color = 0, False
        if sys.stdout.isatty() and "COLUMNS" not in os.environ:
            self.columns = os.get_terminal_size(sys.stdout.fileno()).columns
        self.color = color and sys.stdout.isatty()

    def table(self) -> dict[str, Any]:
        """Width and color of what is drawn for whoever runs the playbook."""
        width = self.columns or max(_NARROWEST, shutil.get_terminal_size((_WIDTH, 40)).columns)
        return {"width": width, "color": self.color or sys.stdout.isatty()}


SCREEN = Screen()
"""That of this process."""


_FOR_PROGRAMS = ("json", "jsonl")


def read_by_a_program() -> bool:
    """Whether Ansible prints one JSON document, or one a line, which a line of ours between them would break."""
    # set at run time, from base.yml
    stdout: str = constants.DEFAULT_STDOUT_CALLBACK  # type: ignore[attr-defined]
    return stdout.rpartition(".")[2] in _FOR_PROGRAMS
