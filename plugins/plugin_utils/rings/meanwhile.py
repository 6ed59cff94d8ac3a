# SPDX-License-Identifier: GPL-3.0-or-later
"""What the turns of one step tell each other, so that one school's slow station holds no other school.

A step is of all schools at once, and Ansible ends it with its slowest station. Whoever has ended its turn is a line of
a file beside the survey's, and a station that is still at work reads there whether all of another school have, which
then waits for the next step. I/O: files.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["ROUNDS", "Meanwhile", "anybody_deferred"]

ROUNDS = 3
"""How often a run goes through the steps of a school whose stations are slow; the last time it waits for their end."""


def _folder_and_stem(survey: str, turn: int) -> tuple[Path, str]:
    path = Path(survey)
    return path.parent, f"{path.name}.round-{turn}"


def anybody_deferred(survey: str, turn: int) -> bool:
    """Whether a turn of this round was left. ``survey``: its file, empty for none. Raises OSError, ValueError."""
    if not survey:
        return False
    folder, stem = _folder_and_stem(survey, turn)
    return any(
        json.loads(line)["deferred"]
        for path in folder.glob(f"{stem}.*")
        for line in path.read_text(encoding="utf-8").splitlines()
    )


class Meanwhile:
    """A station's turn in a step, beside those of other schools."""

    def __init__(self, station: str, step: Mapping[str, Any]) -> None:
        """``step``: the result of rentree.pronote.ring_step, ``meanwhile`` in it."""
        told = step.get("meanwhile") or {}
        self._station, self._file = station, str(told.get("file") or "")
        self._patience: float = told.get("patience", 0.0)
        mine = told.get("schools", {}).get(station)
        self._others = [frozenset(names) for school, names in told.get("others", {}).items() if school != mine]
        self._since: float | None = None

    @staticmethod
    def told(
        survey: str,
        turn: int,
        index: int,
        *,
        others: Mapping[str, Sequence[str]],
        schools: Mapping[str, str],
        patience: float,
    ) -> dict[str, Any]:
        """What a step tells its turns. ``others``: of each school that has a later step, its stations that go in this
        one; ``schools``: of each station that goes; ``patience``: seconds that a school waits for another.
        """
        folder, stem = _folder_and_stem(survey, turn)
        return {"file": str(folder / f"{stem}.{index}"), "others": others, "schools": schools, "patience": patience}

    def ended(self, *, deferred: bool) -> None:
        """The turn is over. That nobody can be told is no fault of the station: others then wait, as for any."""
        if not self._file:
            return
        line = json.dumps({"station": self._station, "deferred": deferred}) + "\n"
        with contextlib.suppress(OSError):
            # One write of a short line to a file opened for appending is not mixed with another's (write(2)).
            file = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                os.write(file, line.encode())
            finally:
                os.close(file)

    def others_wait(self) -> bool:
        """Whether another school has waited for longer than the patience."""
        if not self._others:
            return False
        if self._since is None:
            ended = self._ended()
            if not any(names <= ended for names in self._others):
                return False
            self._since = time.monotonic()
        return time.monotonic() - self._since >= self._patience

    def _ended(self) -> frozenset[str]:
        try:
            lines = Path(self._file).read_text(encoding="utf-8").splitlines()
            return frozenset(json.loads(line)["station"] for line in lines)
        except (OSError, ValueError):
            return frozenset()
