# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: progress
type: notification
short_description: How far a deployment or an audit is, live on a terminal
version_added: 0.1.0
description:
  - On a terminal, a few lines below Ansible's own output show the rooms, the stations at work with what is done on
    them, the bytes and the time left where they are known, and the last failures. The bytes of a download cost its
    station one request more at each look, which only a live view asks for.
  - Elsewhere (a file, a pipe, CI, cron, AWX), a plain line now and then, without escape codes.
  - The run ends with one block, which says for each deployment, dry run and audit how many stations ended how, by
    school, and for each reason whom it keeps and what to do. P(rentree.pronote.console#callback) prints it when that is
    the callback for stdout. Under any other one this callback does, also when every station of a deployment has failed
    and Ansible ends the play before its last task. The schools of such a deployment are given back here, too.
  - Any other play that had stations to work on ends with one line.
  - Where stdout is for a program (C(json), C(jsonl)), what is printed here goes to stderr.
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
    description:
      - Language of the view.
      - The variable C(pronote_language) of the play's first station comes first, as for everything that people read.
      - C(RENTREE_PROGRESS_LANGUAGE) and C(language) below C([callback_progress]) are deprecated.
    type: str
    choices: [fr, en]
    default: fr
    env: [{name: RENTREE_PROGRESS_LANGUAGE}, {name: RENTREE_LANGUAGE}]
    ini: [{section: callback_progress, key: language}, {section: rentree, key: language}]
requirements:
  - enabled in C(callbacks_enabled), as the C(ansible.cfg) of this repository does
author: rentree.pronote contributors (@rentree)
"""

import functools
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.callback import CallbackBase

from ..module_utils.base.message import Message, sourced
from ..plugin_utils.audit.status import SILENT
from ..plugin_utils.pages.screen import SCREEN, read_by_a_program
from ..plugin_utils.progress.play import (
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
from ..plugin_utils.progress.run_end import RunEnd
from ..plugin_utils.progress.state import End, end_of
from ..plugin_utils.progress.watch import Watch
from ..plugin_utils.rings.judge import told_of
from ..plugin_utils.words.catalogue import catalogue


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
