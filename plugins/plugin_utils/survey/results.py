# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of a survey, station by station: a file in the temporary folder of the run.

An action's result goes through a pipe, into the variables of every station that it was registered for and into each
later worker: that of ten thousand stations is a path. The folder is made before the first fork, only its user can enter
it, and it is deleted at the end of the run. A line has a station's name and what an action of its own would have
returned. I/O: files and Ansible.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from ansible import constants

from ...module_utils.base.message import Message, with_sources
from ...module_utils.base.text import printable_data

__all__ = ["SurveyResults", "read_line", "read_lines", "read_results"]


class SurveyResults:
    """Writes a new file. ``path``: its place."""

    def __init__(self) -> None:
        """Raises OSError."""
        folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # set at run time, from base.yml
        self.path = Path(folder) / f"pronote-survey-{secrets.token_hex(8)}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.fdopen(os.open(self.path, flags, 0o600), "wb")

    def __enter__(self) -> SurveyResults:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._room():
            self._file.close()

    def add(self, station: str, result: dict[str, Any], **more: Any) -> None:
        """One station is done. What it said is made printable, as every action's result is. Raises OSError.

        ``more``: what is told of it beside that (turns.py).
        """
        line = json.dumps({"station": station, "result": printable_data(with_sources(result)), **more}) + "\n"
        with self._room():
            self._file.write(line.encode())

    @contextlib.contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            raise OSError(
                Message(
                    "{path}: {error}. Make room there, or let ANSIBLE_LOCAL_TEMP name a folder that has some",
                    path=self.path,
                    error=exc.strerror or str(exc),
                )
            ) from exc


def read_lines(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Where each station's line begins (byte), and all that it has. Raises as ``read_results``."""
    at = 0
    with Path(path).open("rb") as file:
        for line in file:
            yield at, json.loads(line)
            at += len(line)


def read_line(path: str, at: int) -> dict[str, Any]:
    """The line of one station, which begins there. Raises as ``read_results``."""
    with Path(path).open("rb") as file:
        file.seek(at)
        line: dict[str, Any] = json.loads(file.readline())
        return line


def read_results(path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Station and result, in the order in which they came. Raises OSError, ValueError for a file that is no such."""
    for _at, told in read_lines(path):
        yield told["station"], told["result"]
