"""The lab's journal: what happened, in order, so that tests prove instead of trusting."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

__all__ = ["Event", "Journal"]

_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. ``kind`` is one of: request, login (a password that was looked at), command, process,
    task, installer, fault, power, web.
    """

    number: int
    at: float  # seconds since the epoch, wall clock
    station: str  # empty for the web servers
    kind: str
    data: dict[str, Any]


@dataclass
class Journal:
    """Append-only, in memory, and mirrored as JSON lines to ``path`` when given."""

    path: Path | None = None
    # Called with each event as it is added: the WS-Man server follows a station's power so.
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    _events: list[Event] = field(default_factory=list)
    _file: IO[str] | None = None

    def add(self, kind: str, station: str = "", **data: Any) -> Event:
        """Record an event; returns it with its number."""
        event = Event(number=len(self._events), at=time.time(), station=station, kind=kind, data=data)
        self._events.append(event)
        if self.path is not None:
            if self._file is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self.path.open("a", encoding="utf-8", buffering=1)
            self._file.write(_ENCODER.encode(event.__dict__) + "\n")
        for listener in self.listeners:
            listener(event)
        return event

    def select(self, *, kind: str | None = None, station: str | None = None, since: int = 0) -> Iterator[Event]:
        """Events from number ``since`` on, filtered."""
        for event in self._events[since:]:
            if (kind is None or event.kind == kind) and (station is None or event.station == station):
                yield event

    def __len__(self) -> int:
        return len(self._events)
