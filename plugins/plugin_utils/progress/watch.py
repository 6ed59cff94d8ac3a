# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress of a run, shown from a thread of the main process while its workers are at work.

I/O: the station and files.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from ..station.events import Reader, events_path
from ..words.catalogue import catalogue
from ..words.words import Words
from .state import ENDS, PlayProgress, summary
from .terminal import Pane
from .view import HEIGHT, render

__all__ = ["Watch"]

_REFRESH = 0.25  # seconds between two looks at what workers tell


class Watch:
    """The progress of plays, and the thread that shows it.

    ``say`` prints a line; ``broken`` is told what ended the view early.
    """

    def __init__(self, *, say: Callable[[str], None], broken: Callable[[Exception], None]) -> None:
        self._progress = PlayProgress()
        self._past: list[PlayProgress] = []
        self._say, self._broken = say, broken
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._color, self._interval, self._words = False, 60.0, catalogue("fr")
        self._thread: threading.Thread | None = None
        self._reader: Reader | None = None
        self._pane: Pane | None = None
        self._said = ""
        self._pid = os.getpid()

    @property
    def running(self) -> bool:
        """Whether anything is shown yet."""
        return self._thread is not None

    @contextmanager
    def progress(self) -> Iterator[tuple[PlayProgress, float]]:
        """The play's progress and the time, for one change."""
        with self._lock:
            yield self._progress, time.monotonic()

    @property
    def plays(self) -> list[PlayProgress]:
        """Those of the plays in which anything was done, in their order."""
        return [progress for progress in (*self._past, self._progress) if progress.worked]

    def play(self, stations: Mapping[str, str], *, check: bool, play: str = "") -> None:
        """A play begins: its stations with their rooms."""
        with self._lock:
            now = time.monotonic()
            # What the workers of the play before still said is about its stations.
            self._hear(now)
            self._past.append(self._progress)
            self._progress = PlayProgress.of_play(stations, now=now, check=check, play=play)

    def start(self, *, live: bool, color: bool, interval: float, words: Words) -> None:
        """Begin to show, once. ``interval``: seconds between two plain lines."""
        if self._thread is not None:
            return
        self._color, self._interval, self._words = color, interval, words
        if live:
            self._pane = Pane(1, height=HEIGHT)
            # Everything rich imports must be there before the thread is: a fork in the middle of an import would leave
            # the worker with a lock that nobody gives back.
            self._render(0, 80, HEIGHT)
        self._reader = Reader(events_path(), live=live)
        # A run that is interrupted or dies of an error leaves the terminal as it was.
        atexit.register(self.finish)
        self._thread = threading.Thread(target=self._run, name="pronote-progress", daemon=True)
        self._thread.start()

    def finish(self, *, told: Collection[str] = ()) -> None:
        """End: the terminal is given back, and a line for each play, but for those ``told`` elsewhere, says how it
        ended."""
        # From atexit too: workers are forks, and must not touch what is the main process's.
        if self._thread is None or os.getpid() != self._pid or self._ended.is_set():
            return
        self._ended.set()
        self._thread.join(timeout=5)
        if self._pane is not None:
            self._pane.close()
        with self._lock:
            self._hear(time.monotonic())
        lines = [summary(progress, now=None, words=self._words) for progress in self.plays if progress.play not in told]
        if lines != [self._said]:
            for line in lines:
                self._say(line)
        if self._reader is not None:
            self._reader.close()

    def abandon(self) -> None:
        """End at once, whatever state it is in."""
        self._ended.set()
        if self._pane is not None:
            self._pane.close()

    def _run(self) -> None:
        said = time.monotonic()
        try:
            while not self._ended.wait(_REFRESH):
                now = time.monotonic()
                with self._lock:
                    self._hear(now)
                if self._pane is not None:
                    width, height = self._pane.room()
                    self._pane.draw(self._render(now, width, height) if height else [])
                elif now - said >= self._interval:
                    said = now
                    self._tell(now)
        except Exception as exc:  # noqa: BLE001  (progress is a comfort: no error of it may reach the run)
            self._broken(exc)

    def _hear(self, now: float) -> None:
        for event in self._reader.read() if self._reader else []:
            station, product = event["station"], event.get("product")
            if isinstance(product, str):
                self._progress.product = product
                continue
            end = event.get("end")
            if end in ENDS:
                # Of a survey: no task of its own began it.
                self._progress.worked = True
                self._progress.end(station, end, event.get("why", ""))
                continue
            if end == "left":
                self._progress.leave(station)
                continue
            numbers = {n: event[n] for n in ("bytes", "total") if isinstance(event.get(n), int)}
            self._progress.stage(station, str(event.get("stage")), now=now, **numbers)

    def _render(self, now: float, width: int, height: int) -> list[str]:
        with self._lock:
            return render(self._progress, now=now, width=width, height=height, words=self._words, color=self._color)

    def _tell(self, now: float) -> None:
        with self._lock:
            line = summary(self._progress, now=now, words=self._words)
        if line != self._said:
            self._said = line
            self._say(line)
