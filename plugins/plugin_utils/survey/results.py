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

from ...module_utils.base.text import printable_data

__all__ = ["SurveyResults", "read_results"]


class SurveyResults:
    """Writes a new file. ``path``: its place."""

    def __init__(self) -> None:
        """Raises OSError."""
        folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # set at run time, from base.yml
        self.path = Path(folder) / f"pronote-survey-{secrets.token_hex(8)}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.fdopen(os.open(self.path, flags, 0o600), "w", encoding="utf-8")

    def __enter__(self) -> SurveyResults:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._room():
            self._file.close()

    def add(self, station: str, result: dict[str, Any]) -> None:
        """One station is done. What it said is made printable, as every action's result is. Raises OSError."""
        with self._room():
            self._file.write(json.dumps({"station": station, "result": printable_data(result)}) + "\n")

    @contextlib.contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            remedy = "Make room there, or let ANSIBLE_LOCAL_TEMP name a folder that has some"
            raise OSError(f"{self.path}: {exc.strerror}. {remedy}") from exc


def read_results(path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Station and result, in the order in which they came. Raises OSError, ValueError for a file that is no such."""
    with Path(path).open(encoding="utf-8") as file:
        for line in file:
            told = json.loads(line)
            yield told["station"], told["result"]
