# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told to whoever runs the playbook beside the tasks' results: warnings, questions, and lines with ``-v``.

The one door to Ansible's ``Display``, and so to its log: what stations and servers say is made printable here. Tables,
whose colors are ours, go through ``show`` (doors/action.py). I/O: Ansible.
"""

from __future__ import annotations

from typing import Any

from ansible.utils.display import Display

from ...module_utils.base.text import FRENCH_SPACES, printable, printable_line

__all__ = ["Telling", "telling"]


class Telling:
    """Each as the method of ``Display`` of that name. ``host``: whom a line is about.

    All but ``display`` write one line, so that nobody's text looks like one of Ansible's.
    """

    def display(self, text: str) -> None:
        """A text of ours, of several lines perhaps."""
        Display().display(printable(text, keep=f"\n{FRENCH_SPACES}"))

    def warning(self, text: str, *, about: Any = None) -> None:
        """A warning. ``about``: a value of the inventory; Ansible tells the file and the line that it stands in."""
        Display().warning(printable_line(text), obj=about)

    def deprecated(self, text: str, *, version: str) -> None:
        """What is asked for in a way that goes with this version of ours."""
        Display().deprecated(printable_line(text), version=version, collection_name="rentree.pronote")

    def prompt(self, text: str, *, private: bool, seconds: int | None = None) -> object:
        """What somebody types after a text, not shown if ``private``. The error of Ansible that ends it is raised,
        and to a worker it is given."""
        return Display().prompt_until(printable(text, keep=f"\n{FRENCH_SPACES}"), private=private, seconds=seconds)

    def vv(self, text: str) -> None:
        """A step."""
        Display().vv(printable_line(text))

    def hears(self, verbosity: int) -> bool:
        """Whether such lines are shown or logged to anybody."""
        return bool(Display().verbosity >= verbosity)

    def vvvv(self, text: str, *, host: str | None = None) -> None:
        """What is asked of a station, and how it ended."""
        Display().vvvv(printable_line(text), host=host)

    def vvvvv(self, text: str, *, host: str | None = None) -> None:
        """What it answered."""
        Display().vvvvv(printable_line(text), host=host)


telling = Telling()
