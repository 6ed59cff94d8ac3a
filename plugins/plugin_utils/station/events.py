# SPDX-License-Identifier: GPL-3.0-or-later
"""What workers tell the progress view while they work on a station.

Callbacks hear of a task when it ends, and an installation is one task of ten minutes. ansible-core forwards only the
methods of Display from a worker (``DisplaySend``, strategy/__init__.py), and those print. So workers append a line to a
file in the temporary folder of the run, which the main process makes before it forks and deletes at its end; the
callback makes the file, and without it nothing is written. A second file beside it says that somebody watches a live
view: what costs a station a request is asked only then. I/O: files and Ansible.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from ansible import constants

from .job_name import JobName
from .state import StationState

__all__ = ["Events", "Reader", "Watcher", "events_path", "watched"]


def events_path() -> Path:
    """The file of this run: in its own temporary folder, which only its user can enter."""
    folder: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]  # set at run time, from base.yml
    return Path(folder) / "pronote-progress"


def _live_mark(events: Path) -> Path:
    return events.with_name(f"{events.name}-live")


def watched() -> bool:
    """Whether a live view is drawn, so that a number is worth a request to the station."""
    return _live_mark(events_path()).exists()


class Watcher:
    """Who wants to know what happens on a station (``remaining/memory.py``); this one does not."""

    def seen(self, state: StationState) -> None:
        """The whole state was read."""

    def starting(self, job: JobName) -> None:
        """A job's installer is about to be started; called before the command that does."""

    def at_work(self) -> None:
        """The station has answered a request: the run is at work."""

    def following(self, job: JobName) -> None:
        """A job is followed, begun by this run or by an earlier one."""


_LONGEST_WHY = 200
"""Characters: a line is written at once, and shown in one."""


class Events:
    """What is told of one station; of one without a name, nothing."""

    def __init__(self, station: str = "", **facts: str) -> None:
        """``facts``: ``product``."""
        self._station = station
        if facts:
            self._tell(**facts)

    def stage(self, name: str, **numbers: int) -> None:
        """Tell what is done on it now; ``bytes`` and ``total`` when they are known. Never fails, never waits."""
        self._tell(stage=name, **numbers)

    def ended(self, end: str, why: str = "") -> None:
        """Tell how it ended, in the words of progress/state.py (End): for who has no task result of its own."""
        self._tell(end=end, why=why[:_LONGEST_WHY])

    def left(self) -> None:
        """Tell that it is not worked on for now: its turn comes later."""
        self._tell(end="left")

    def _tell(self, **what: str | int) -> None:
        if not self._station:
            return
        line = json.dumps({"station": self._station, **what}) + "\n"
        # One write of a short line to a file opened for appending is not mixed with another's (write(2)).
        with contextlib.suppress(OSError):
            file = os.open(events_path(), os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            try:
                os.write(file, line.encode())
            finally:
                os.close(file)


class Reader:
    """Makes the file, and reads what has been appended since the last look. ``live``: somebody watches."""

    def __init__(self, path: Path, *, live: bool = False) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if live:
            _live_mark(path).touch(mode=0o600)
        self._rest = b""

    def read(self) -> list[dict[str, Any]]:
        """The new events. A line that is not one of ours is left out."""
        data = self._rest
        while chunk := os.read(self._file, 65536):
            data += chunk
        *lines, self._rest = data.split(b"\n")
        events = []
        for line in lines:
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict) and isinstance(event.get("station"), str):
                    events.append(event)
        return events

    def close(self) -> None:
        """Close the file; it goes with the run's folder."""
        os.close(self._file)
