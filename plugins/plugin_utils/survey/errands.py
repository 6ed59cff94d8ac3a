# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done at many stations from one process: each is read in its turn, and what was read becomes its result.

The stations come as ``options.py`` resolves them. A deployment, an audit and the like differ in their errand alone.
I/O: stations and processes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Protocol

from ...module_utils.base.message import Message, message_of
from ..station.errors import StationError
from ..station.questions import Reading
from ..station.telling import telling
from ..station.winrm import WinrmStation
from ..store.errors import StoreError
from ..words.words import Words
from .apart import each_apart
from .options import Resolved
from .reader import Station, read_each

__all__ = ["READING", "Errand", "Result", "parallel_of", "run_errands", "tell_of_others"]

Result = dict[str, Any]
"""What an action of the station's own would have returned."""

READING: Final = 120.0
"""Seconds for all that is asked of a station by one reading: ten times what a slow one takes, for all wait for it."""


class Errand(Protocol):
    """What is asked of one station, and what comes of it. ``group``: its school; ``seconds``: for all of it."""

    group: str
    seconds: float

    def begin(self) -> Reading[Any]:
        """What is asked; called when its turn comes."""

    def result(self, read: Any) -> Result:
        """``read``: what was read, or the StationError that says why it was not."""


def run_errands(
    stations: Sequence[Resolved],
    errand_of: Callable[[Resolved], Errand | Result],
    told: Callable[[str, Result], None],
    *,
    parallel: int,
    forks: int,
    connection: Callable[[str], Any],
    words: Words,
) -> None:
    """Tell the name and the result of each station, as they come; none keeps the others waiting.

    ``errand_of``: what is done at a station whose variables could be read, or its result if it is not to be asked.
    ``parallel``: how many are read at a time, 0 for as many as this machine can hold. Those that only the stock plugin
    reaches have a process each, ``forks`` at a time, over what ``connection`` makes of a name. What ``told`` raises
    ends everything; what an errand raises is its station's.
    """
    tell_of_others(stations, words)
    errands: dict[str, Errand] = {}
    for station in stations:
        found = {"failed": True, "msg": station.error} if station.error else _tried(errand_of, station)
        if isinstance(found, dict):
            told(station.name, found)
        else:
            errands[station.name] = found
    asked = [station for station in stations if station.name in errands]
    # Before the others: a process is forked while this one has no thread.
    apart = {s.name: partial(_apart, connection, s.name, errands[s.name]) for s in asked if s.elsewhere}
    for name, result in each_apart(apart, most=forks):
        told(name, result)
    for station in asked:
        if station.problem is not None:
            told(station.name, _tried(errands[station.name].result, station.problem))
    read_each(
        [_reading(s.name, s.access, errands[s.name]) for s in asked if s.access is not None],
        lambda station, read: told(station.name, _tried(errands[station.name].result, read)),
        parallel=parallel,
    )


def tell_of_others(stations: Sequence[Resolved], words: Words) -> None:
    """Say how many are not read by the survey, and why."""
    for why, count in Counter(station.elsewhere for station in stations if station.elsewhere).items():
        told = words.plural(
            "{n} of {total} stations is read by a process of its own: {why}.",
            "{n} of {total} stations are read one by one, a process for each: {why}.",
            count,
            total=words.number(len(stations)),
            why=why,
        )
        telling.display(told)


def parallel_of(given: int | None) -> int:
    """How many at a time, 0 for as many as fit. Raises ValueError."""
    if given is not None and given < 0:
        raise ValueError(Message("parallel is {given}, and must be at least 1", given=given))
    return given or 0


def _reading(name: str, access: Any, errand: Errand) -> Station[Any]:
    return Station(name=name, group=errand.group, access=access, reading=errand.begin, seconds=errand.seconds)


def _tried(work: Callable[[Any], Any], about: Any) -> Any:
    try:
        return work(about)
    except StationError as exc:
        return exc.as_result()
    except (OSError, StoreError, ValueError) as exc:
        # As in doors/action.py: these say what is wrong.
        return {"failed": True, "msg": message_of(exc)}
    except Exception as exc:  # noqa: BLE001  (as in TaskExecutor.run: it is this station's)
        return {"failed": True, "msg": f"{type(exc).__name__}: {exc}"}


def _apart(connection: Callable[[str], Any], name: str, errand: Errand) -> Result:
    """The same by a process of its own."""
    try:
        station = WinrmStation(connection(name))
        station.limit(errand.seconds)
        try:
            read = station.read(errand.begin())
        finally:
            station.close()
    except StationError as exc:
        read = exc
    found: Result = _tried(errand.result, read)
    return found
