# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deployment finds before it begins: every station read by one process, and what would be done to each.

A station with nothing to do is done with here: it has no process of Ansible's, no ring and no line of its own. The
others have a *turn*. A dry run's turn shows what was found here; in a real run a station is read again before anything
is done to it (survey/turns.py). I/O: stations, files and the store.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...module_utils.base.message import Message, sourced
from ...module_utils.base.text import some_of
from ..remaining.batch import Batch
from ..remaining.memory import Memory, remember_together
from ..remaining.woken import woken_stations
from ..rings.turn import closed, nothing_to_bring
from ..station.errors import StationError
from ..station.events import Events
from ..station.probe import probing
from ..station.questions import Reading
from ..station.state import StationState
from ..survey.errands import READING, Errand, Result, tell_of_others
from ..survey.options import Resolved
from ..words.words import Words
from .arguments import request_from
from .client import DeploymentRequest, foresee
from .run import as_remembered

__all__ = ["DeploymentSurvey", "Foreseen"]

_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """A station of the survey, beside its result. ``acts``: its turn reads it again, for something may be done to it.

    ``turn``: something is left to do, or to say. ``readable``: its variables are, so that Ansible can make a task of
    it. ``older``: it has an earlier release of the year.
    """

    turn: bool
    acts: bool
    readable: bool
    school: str
    room: str
    older: bool
    read_at: float


class _Foresight:
    """The errand at one station. ``read``: what came of it; ``failure``: why nothing can be done there."""

    def __init__(self, station: Resolved, request: DeploymentRequest) -> None:
        self.request = request
        self.group, self.seconds = station.arguments["school"], READING
        self.read: StationState | None = None
        self.failure: StationError | None = None
        self._name = station.name
        self._begun = time.monotonic()

    @property
    def broken_off(self) -> bool:
        """Whether it was not read for want of time: all others wait for a survey, so that its turn has more."""
        return self.read is None and time.monotonic() - self._begun >= self.seconds

    def begin(self) -> Reading[StationState]:
        """What is asked of it."""
        self._begun = time.monotonic()
        product = self.request.goal.product
        Events(self._name, product=product.key).stage("reading")
        return probing(product)

    def result(self, read: StationState | StationError) -> Result:
        """The result of a dry run of rentree.pronote.client."""
        try:
            if isinstance(read, StationError):
                raise read
            self.read = read
            return foresee(read, self.request)
        except StationError as exc:
            self.failure = exc
            return exc.as_result()


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What a station without a turn leaves in the store (``remaining/batch.py``)."""

    product: str
    tell: Callable[[Batch], None]


class DeploymentSurvey:
    """All stations of one, what was found, and what the store is to know of those whose turn will not tell it.

    ``idle``: how many have nothing to do.
    """

    def __init__(self, stations: Sequence[Resolved], *, check: bool, words: Words) -> None:
        self._stations, self._check = {station.name: station for station in stations}, check
        tell_of_others(stations, words)
        self._foresights: dict[str, _Foresight] = {}
        self._told: dict[str, list[_Told]] = defaultdict(list)
        self._warned: dict[str, list[str]] = defaultdict(list)
        stores = {station.arguments["store"] for station in stations if station.arguments}
        self.idle = 0
        self._woken = {store: frozenset() if check else woken_stations(store) for store in stores}

    @property
    def asked(self) -> list[Resolved]:
        """The stations that are read here."""
        return [station for station in self._stations.values() if not station.elsewhere]

    def unasked(self) -> Iterator[tuple[str, Result, dict[str, Any]]]:
        """The others, whose turn asks them, in a dry run too: names, no results, and what ``foreseen`` returns."""
        for station in self._stations.values():
            if station.elsewhere:
                place = {name: station.arguments[name] for name in ("school", "room")}
                found = Foreseen(turn=True, acts=True, readable=True, older=False, read_at=0.0, **place)
                yield station.name, {}, asdict(found)

    def errand(self, station: Resolved) -> Errand | Result:
        """What is done at a station, or its result if it is not asked. Raises ValueError."""
        args = station.arguments
        if args["idle"]:
            return nothing_to_bring()
        if args["gate"] and args["state"] == "present":
            return closed(sourced(args["gate"], args["gate_source"]))
        foresight = _Foresight(station, request_from(args, station.name))
        self._foresights[station.name] = foresight
        return foresight

    def foreseen(self, name: str, result: Result) -> dict[str, Any]:
        """A station is done with, or waits for its turn: a Foreseen, as plain data."""
        args = self._stations[name].arguments
        foresight = self._foresights.pop(name, None)
        silent = bool(result.get("unreachable"))
        failed = silent or bool(result.get("failed"))
        woken = bool(args) and args["switch_off"] and name in self._woken[args["store"]] and not silent
        late = foresight is not None and foresight.broken_off
        acts = woken or late or (not failed and (result["changed"] or result["action"] not in {"none", "armed"}))
        if foresight and not acts:
            self._remember(name, args, foresight, result)
        # One that waits for its next start has nothing done to it, and is not done either.
        turn = acts or failed or result["action"] == "armed"
        if turn:
            Events(name).left()
        else:
            self._idle(name, result)
        return asdict(
            Foreseen(
                turn=turn,
                acts=acts,
                readable=bool(args),
                school=args.get("school", ""),
                room=args.get("room", ""),
                older=foresight is not None and _has_older(foresight),
                read_at=time.time(),
            )
        )

    def _idle(self, name: str, result: Result) -> None:
        self.idle += 1
        for text in result["warnings"]:
            self._warned[text].append(name)
        Events(name).ended("right", result["reason"])

    def _remember(self, name: str, args: Mapping[str, Any], foresight: _Foresight, result: Result) -> None:
        if self._check or not args["store"]:
            return
        memory = Memory(None, station=name, product=args["product"], school=args["school"], room=args["room"])
        if foresight.read is not None:
            memory.seen(foresight.read)
        goal, failure = foresight.request.goal, foresight.failure
        wanted, absent = goal.release, goal.state == "absent"

        def tell(batch: Batch) -> None:
            if failure is not None:
                memory.tell_failed(batch, failure, wanted=wanted, absent=absent)
            else:
                memory.tell_deployed(batch, as_remembered(result, goal), wanted=wanted, absent=absent)

        self._told[args["store"]].append(_Told(product=args["product"], tell=tell))

    def end(self) -> list[str]:
        """Write what is to be remembered. Returns warnings, those of stations too."""
        unwritten = [text for store, told in self._told.items() for text in remember_together(store, told)]
        return [
            *unwritten,
            *(
                Message("{names}: {text}", names=some_of(names, _NAMED), text=text)
                for text, names in self._warned.items()
            ),
        ]


def _has_older(foresight: _Foresight) -> bool:
    """Whether an earlier release of the year is there, over which its installation would go."""
    goal, state = foresight.request.goal, foresight.read
    if state is None or goal.state != "present":
        return False
    there = [each.release for each in state.of_year(goal.release.year) if each.condition == "ok"]
    return any(release is not None and release.client < goal.release.client for release in there)
