# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback ``progress`` (plugins/callback/progress.py). I/O: Ansible."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.callback import CallbackBase

from ...module_utils.base.message import Message, sourced
from ..audit.status import SILENT
from ..pages.screen import SCREEN, read_by_a_program
from ..progress.play import (
    SURVEYS,
    WORK,
    apart,
    language_of,
    named,
    password_of,
    shows_live,
    stations_of,
    wants_color,
)
from ..progress.run_end import RunEnd
from ..progress.state import End, end_of
from ..progress.watch import Watch
from ..rings.judge import told_of
from ..words.catalogue import catalogue


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
        self._watch = Watch(say=self._say, broken=self.give_up)
        self._run_end = RunEnd()
        self._playbook = ""
        self._play = ""
        self._words = catalogue("fr")
        self._warned = False

    @_harmless
    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._playbook = str(playbook._file_name)

    @_harmless
    def v2_playbook_on_play_start(self, play: Any) -> None:
        if self.get_option("mode") == "off":
            self.disabled = True
            return
        SCREEN.ends = True
        SCREEN.look(color=wants_color())
        stations = stations_of(play)
        # Without stations there is nothing to do in it: the last play that had some stays what is shown. The batches of
        # `serial` are told as plays, and are one.
        if stations and play._uuid != self._play:
            self._play = play._uuid
            try:
                language = language_of(play, stations)
            except AnsibleError:
                # Of a file that cannot be read: Ansible ends the run with it.
                return
            self._watch.play(apart(stations), check=bool(play.check_mode), play=play._uuid)
            words = self._words = catalogue(language or self._own_language())
            self._run_end.begin(
                play._uuid,
                stations=lambda: named(stations),
                words=lambda: words,
                password=lambda: password_of(play, stations),
            )

    @_harmless
    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:  # noqa: ARG002  (Ansible's signature)
        SCREEN.look(color=wants_color())

    @_harmless
    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        if task.action in WORK | SURVEYS:
            self._watch.start(
                live=shows_live(str(self.get_option("mode"))),
                color=wants_color(),
                interval=float(self.get_option("interval")),
                words=self._words,
            )
        if task.action in WORK:
            with self._watch.progress() as (progress, now):
                progress.begin(host.get_name(), now=now)

    @_harmless
    def v2_runner_on_ok(self, result: Any) -> None:
        returned = result.result
        self._gather(result)
        if result.task.action == "rentree.pronote.ring_step" and "ring" in returned:
            with self._watch.progress() as (progress, now):
                progress.step(returned["ring"], returned["rings"], returned["go"], now=now)
        elif returned.get("deferred"):
            with self._watch.progress() as (progress, _now):
                progress.leave(result.host.get_name())
        elif result.task.action in WORK:
            # An audit never fails: what it found is in its record.
            record = returned.get("record") or {}
            lost = record.get("status") in SILENT
            why = sourced(str(record.get("reason") or ""), record.get("reason_source"))
            self._end(result, "unreachable" if lost else end_of(returned), why)

    @_harmless
    def v2_runner_on_skipped(self, result: Any) -> None:
        if result.task.action in WORK:
            with self._watch.progress() as (progress, _now):
                progress.leave(result.host.get_name())

    @_harmless
    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._gather(result, wrong=not ignore_errors)
        if self._watch.running and not ignore_errors:
            self._end(result, "failed")

    @_harmless
    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._gather(result, wrong=True)
        if self._watch.running:
            self._end(result, "unreachable")

    @_harmless
    def v2_playbook_on_stats(self, stats: Any) -> None:  # noqa: ARG002  (Ansible's signature)
        self._watch.finish(told=self._run_end.told())
        self._run_end.close(self._display, playbook=self._playbook)

    def _gather(self, result: Any, *, wrong: bool = False) -> None:
        self._run_end.returned(self._play, result.task.action, result.host.get_name(), result.result, wrong=wrong)

    def _say(self, line: str) -> None:
        self._display.display(line, stderr=read_by_a_program())

    def _own_language(self) -> str:
        """What the environment or ansible.cfg says, where no variable does."""
        language, origin = self.get_option_and_origin("language")
        if "PROGRESS" in str(origin).upper() and not self._warned:
            self._warned = True
            self._display.deprecated(
                catalogue(str(language)).of(
                    Message(
                        "{origin}: set the variable pronote_language, RENTREE_LANGUAGE, or {setting} in ansible.cfg",
                        origin=origin,
                        setting="[rentree] language",
                    )
                ),
                version="0.3.0",
                collection_name="rentree.pronote",
            )
        return str(language)

    def _end(self, result: Any, end: End, why: str = "") -> None:
        returned = result.result
        with self._watch.progress() as (progress, _now):
            progress.end(result.host.get_name(), end, self._words.of(why or told_of(returned)))

    def give_up(self, exc: Exception) -> None:
        """End the view; the run goes on."""
        self.disabled = True
        SCREEN.ends = False
        try:
            self._watch.abandon()
            self._display.warning(
                self._words.of(Message("The progress view ended by itself, the run goes on: {error}", error=repr(exc)))
            )
        except Exception:  # noqa: BLE001, S110  (the terminal may be what is gone)
            pass
