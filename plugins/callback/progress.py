# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import atexit
import functools
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible_collections.rentree.pronote.plugins.module_utils.progress import Board, End, end_of, summary
from ansible_collections.rentree.pronote.plugins.module_utils.progress_view import HEIGHT, render
from ansible_collections.rentree.pronote.plugins.plugin_utils._progress import Reader, events_path
from ansible_collections.rentree.pronote.plugins.plugin_utils._progress_play import (
    WORK,
    shows_live,
    stations_of,
    wants_color,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils._terminal import Pane

DOCUMENTATION = r"""
name: progress
type: notification
short_description: How far a deployment or an audit is, live on a terminal
version_added: 0.1.0
description:
  - On a terminal, a few lines below Ansible's own output show the rooms, the stations at work with what is done on
    them, the bytes and the time left where they are known, and the last failures.
  - Elsewhere (a file, a pipe, CI, cron, AWX), a plain line now and then, without escape codes.
  - It goes with any stdout callback, replaces none, and has no effect on the run or its exit code, even when it breaks.
options:
  mode:
    description:
      - V(auto) shows the live view on a terminal and plain lines elsewhere. V(live) and V(plain) ask for one of them,
        and V(off) for none. There is no live view without a terminal, whatever is asked for.
    type: str
    choices: [auto, live, plain, "off"]
    default: auto
    env: [{name: RENTREE_PROGRESS}]
    ini: [{section: callback_progress, key: mode}]
  interval:
    description: Seconds between two plain lines.
    type: float
    default: 60
    env: [{name: RENTREE_PROGRESS_INTERVAL}]
    ini: [{section: callback_progress, key: interval}]
  language:
    description: Language of the view.
    type: str
    choices: [fr, en]
    default: fr
    env: [{name: RENTREE_PROGRESS_LANGUAGE}]
    ini: [{section: callback_progress, key: language}]
requirements:
  - enabled in C(callbacks_enabled), as the C(ansible.cfg) of this repository does
author: rentree.pronote contributors (@rentree)
"""

_REFRESH = 0.25  # seconds between two looks at what workers tell


def _harmless(method: Callable[..., None]) -> Callable[..., None]:
    """Whatever breaks here ends the view, with one warning, and nothing else."""

    @functools.wraps(method)
    def wrapped(self: CallbackModule, *args: Any, **kwargs: Any) -> None:
        try:
            method(self, *args, **kwargs)
        except Exception as exc:  # noqa: BLE001  (progress is a comfort: no error of it may reach the run)
            self.give_up(exc)

    return wrapped


class CallbackModule(CallbackBase):
    """Documentation above."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "rentree.pronote.progress"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._board = Board()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._reader: Reader | None = None
        self._pane: Pane | None = None
        self._said = ""
        self._pid = os.getpid()

    @_harmless
    def v2_playbook_on_play_start(self, play: Any) -> None:
        if self.get_option("mode") == "off":
            self.disabled = True
            return
        with self._lock:
            self._board.play(stations_of(play), now=time.monotonic(), check=bool(play.check_mode))

    @_harmless
    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        if task.action in WORK:
            self._watch()
            with self._lock:
                self._board.begin(host.get_name(), now=time.monotonic())

    @_harmless
    def v2_runner_on_ok(self, result: Any) -> None:
        returned = result.result
        if result.task.action == "rentree.pronote.ring_step" and "ring" in returned:
            with self._lock:
                self._board.step(returned["ring"], returned["rings"], returned["go"], now=time.monotonic())
        elif result.task.action in WORK:
            record = returned.get("record") or {}
            status = {"unreachable": "unreachable", "refused": "unreachable"}.get(record.get("status", ""))
            self._end(result, "unreachable" if status else end_of(returned), record.get("reason"))

    @_harmless
    def v2_runner_on_skipped(self, result: Any) -> None:
        if result.task.action in WORK:
            with self._lock:
                self._board.at_work.pop(result.host.get_name(), None)

    @_harmless
    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        if self._thread is not None and not ignore_errors:
            self._end(result, "failed")

    @_harmless
    def v2_runner_on_unreachable(self, result: Any) -> None:
        if self._thread is not None:
            self._end(result, "unreachable")

    @_harmless
    def v2_playbook_on_stats(self, stats: Any) -> None:  # noqa: ARG002  (Ansible's signature)
        self._finish()

    def _end(self, result: Any, end: End, why: object = None) -> None:
        returned = result.result
        with self._lock:
            self._board.end(result.host.get_name(), end, why or returned.get("fact") or returned.get("msg") or "")

    def _watch(self) -> None:
        """Begin to show, at the first task that works on stations."""
        if self._thread is not None:
            return
        if shows_live(str(self.get_option("mode"))):
            self._pane = Pane(1, height=HEIGHT)
            # Everything rich imports must be there before the thread is: a fork in the middle of an import would leave
            # the worker with a lock that nobody gives back.
            render(self._board, now=0, width=80, height=HEIGHT, language="fr", color=True)
        self._reader = Reader(events_path())
        # A run that is interrupted or dies of an error leaves the terminal as it was.
        atexit.register(self._finish)
        self._thread = threading.Thread(target=self._show, name="pronote-progress", daemon=True)
        self._thread.start()

    def _show(self) -> None:
        said = time.monotonic()
        try:
            while not self._ended.wait(_REFRESH):
                now = time.monotonic()
                self._hear(now)
                if self._pane is not None:
                    self._draw(self._pane, now)
                elif now - said >= float(self.get_option("interval")):
                    said = now
                    self._say(now)
        except Exception as exc:  # noqa: BLE001  (as in _harmless)
            self.give_up(exc)

    def _hear(self, now: float) -> None:
        with self._lock:
            for event in self._reader.read() if self._reader else []:
                numbers = {n: event[n] for n in ("bytes", "total") if isinstance(event.get(n), int)}
                self._board.stage(event["station"], str(event.get("stage")), now=now, **numbers)

    def _draw(self, pane: Pane, now: float) -> None:
        width, height = pane.room()
        language, color = str(self.get_option("language")), wants_color()
        with self._lock:
            lines = render(self._board, now=now, width=width, height=height, language=language, color=color)
        pane.draw(lines if height else [])

    def _say(self, now: float) -> None:
        with self._lock:
            line = summary(self._board, now=now, language=str(self.get_option("language")))
        if line != self._said:
            self._said = line
            self._display.display(line)

    def _finish(self) -> None:
        # atexit: workers are forks and must not touch what is the main process's.
        if self._thread is None or os.getpid() != self._pid or self._ended.is_set():
            return
        self._ended.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=5)
        if self._pane is not None:
            self._pane.close()
        self._say(time.monotonic())
        if self._reader is not None:
            self._reader.close()

    def give_up(self, exc: Exception) -> None:
        """End the view; the run goes on."""
        self.disabled = True
        self._ended.set()
        try:
            if self._pane is not None:
                self._pane.close()
            self._display.warning(f"The progress view ended by itself, the run goes on: {exc!r}")
        except Exception:  # noqa: BLE001, S110  (the terminal may be what is gone)
            pass
