# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a play is: its stations and where each is, told event by event, with the clock passed in. Pure."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line
from ...module_utils.product.products import PRODUCTS, PRONOTE_CLIENT
from ..words.words import Words

__all__ = ["ENDS", "FAILED", "STAGES", "End", "PlayProgress", "StationWork", "end_of", "summary"]

End = Literal["done", "right", "skipped", "failed", "unreachable"]
ENDS: tuple[End, ...] = get_args(End)
FAILED: frozenset[End] = frozenset({"failed", "unreachable"})

STAGES = {
    "reading": Message("reading"),
    "waiting": Message("waiting for its user"),
    "fetching": Message("fetching"),
    "installing": Message("job under way"),
    "verifying": Message("verifying"),
    "cleaning": Message("cleaning up"),
}
"""What workers say they are doing on a station (plugin_utils/station/events.py)."""

_ENDED: dict[End, Message] = {
    "done": Message.context("stations", "done"),
    "right": Message("already right"),
    "skipped": Message("left for later"),
    "failed": Message("failed"),
    "unreachable": Message.context("stations", "unreachable"),
}

_FAILURES = 20
_ENOUGH = 3  # stations that must have ended before their pace says anything


def end_of(result: Mapping[str, Any]) -> End:
    """How a station ended, from what its task returned. Failed and unreachable are told by Ansible itself."""
    if result.get("action") in {"skip", "arm", "armed"}:
        return "skipped"
    return "done" if result.get("changed") else "right"


@dataclass
class StationWork:
    """A station that is being worked on. Times in seconds of the run's clock."""

    stage: str = ""
    since: float = 0.0
    bytes: int = 0
    total: int = 0
    # When bytes were told last, and when and how many first: an earlier try may have fetched some.
    told: float = 0.0
    first_told: float = 0.0
    first_bytes: int = 0

    def count(self, bytes: int, total: int, *, now: float) -> None:
        """So many bytes are there, of so many; 0: unknown."""
        bytes = max(0, bytes)
        if not self.bytes or bytes < self.bytes:
            self.first_bytes, self.first_told = bytes, now
        self.bytes, self.total, self.told = bytes, max(0, total), now

    @property
    def pace(self) -> float:
        """Bytes a second since they are told; 0 when there is nothing yet to work it out from."""
        seconds = self.told - self.first_told
        return (self.bytes - self.first_bytes) / seconds if seconds > 0 else 0.0


@dataclass
class PlayProgress:
    """Every station of the play, and where it is."""

    stations: dict[str, str] = field(default_factory=dict)  # station → room, as the inventory writes them
    product: str = ""
    worked: bool = False  # anything was begun on any station
    play: str = ""  # Ansible's own name of it
    rooms: dict[str, str] = field(default_factory=dict)  # station → room, harmless
    ends: dict[str, End] = field(default_factory=dict)
    at_work: dict[str, StationWork] = field(default_factory=dict)
    failures: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=_FAILURES))
    check: bool = False
    started: float = 0.0
    ring: int = 0
    rings: int = 0
    ring_stations: frozenset[str] = frozenset()
    ring_started: float = 0.0

    @classmethod
    def of_play(cls, stations: Mapping[str, str], *, now: float, check: bool, play: str = "") -> PlayProgress:
        """A play that begins: its stations with their rooms."""
        rooms = {one_line(name): one_line(room) for name, room in stations.items()}
        return cls(stations=dict(stations), rooms=rooms, check=check, started=now, ring_started=now, play=play)

    def step(self, ring: int, rings: int, stations: Iterable[str], *, now: float) -> None:
        """A step of the rings begins."""
        self.ring, self.rings, self.ring_started = ring, rings, now
        self.ring_stations = frozenset(one_line(name) for name in stations)

    def begin(self, station: str, *, now: float) -> None:
        """A worker has taken a station up."""
        name = one_line(station)
        self.worked = True
        self.rooms.setdefault(name, "")
        if name not in self.ends:
            self.at_work[name] = StationWork(since=now)

    def stage(self, station: str, stage: str, *, now: float, bytes: int = 0, total: int = 0) -> None:
        """A worker says what it is doing."""
        name = one_line(station)
        if name in self.ends or stage not in STAGES:
            return
        seen = self.at_work.setdefault(name, StationWork(since=now))
        if seen.stage != stage:
            seen.stage, seen.since = stage, now
        seen.count(bytes, total, now=now)

    def leave(self, station: str) -> None:
        """It is not worked on after all."""
        self.at_work.pop(one_line(station), None)

    def end(self, station: str, end: End, why: object = "") -> None:
        """A station has ended. Its first failure counts, whatever comes later."""
        name = one_line(station)
        self.at_work.pop(name, None)
        self.rooms.setdefault(name, "")
        if self.ends.get(name) in FAILED:
            return
        self.ends[name] = end
        if end in FAILED:
            self.failures.append((name, one_line(why)))

    def by_room(self) -> list[tuple[str, int, int, int]]:
        """(room, ended, failed, all) of the rooms where somebody is at work, then of the rest; the busiest first."""
        total, ended, failed, busy = Counter(self.rooms.values()), Counter[str](), Counter[str](), Counter[str]()
        for name, end in self.ends.items():
            ended[self.rooms[name]] += 1
            failed[self.rooms[name]] += end in FAILED
        for name in self.at_work:
            busy[self.rooms[name]] += 1
        rooms = sorted(total, key=lambda room: (-busy[room], room))
        return [(room, ended[room], failed[room], total[room]) for room in rooms]

    def minutes_left(self, now: float) -> int | None:
        """About how long the stations of this ring, or of the play, still take at the pace so far; None: unknown."""
        ring = self.ring_stations if self.rings > 1 else self.rooms.keys()
        ended = sum(name in self.ends for name in ring)
        # A station that was off ends in seconds: its pace is not that of an installation.
        if ended < _ENOUGH or ended == len(ring) or now <= self.ring_started:
            return None
        return max(1, round((now - self.ring_started) / ended * (len(ring) - ended) / 60))


def summary(progress: PlayProgress, *, now: float | None, words: Words) -> str:
    """A play in one line; ``now`` None: its play is over."""
    counts = Counter(progress.ends.values())
    # The number after its word: "faits 1" needs no singular in any language.
    parts = [f"{words('stations')} {len(progress.ends)}/{len(progress.rooms)}"]
    if progress.rings > 1:
        parts.append(f"{words('ring')} {progress.ring}/{progress.rings}")
    parts += [f"{words.of(_ENDED[end])} {counts[end]}" for end in ENDS if counts[end]]
    if progress.at_work:
        parts.append(f"{words('at work')} {len(progress.at_work)}")
    minutes = None if now is None else progress.minutes_left(now)
    if minutes is not None:
        if progress.rings > 1:
            parts.append(words("ring ends in about {minutes} min", minutes=minutes))
        else:
            parts.append(words("ends in about {minutes} min", minutes=minutes))
    product = PRODUCTS.get(progress.product, PRONOTE_CLIENT)
    title = "PRONOTE" if product is PRONOTE_CLIENT else product.title
    return f"{title} ({words('dry run')}): {', '.join(parts)}" if progress.check else f"{title}: {', '.join(parts)}"
