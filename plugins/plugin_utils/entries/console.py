# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback ``console`` (plugins/callback/console.py). I/O: Ansible."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible.playbook.task_include import TaskInclude
from ansible.plugins.callback.default import CallbackModule as Default

from ...module_utils.base.message import Message
from ...module_utils.base.text import printable_line
from ..pages.screen import SCREEN
from ..preflight.rights import of_error
from ..progress.play import WORK, language_of, named, password_of, stations_of, wants_color
from ..progress.run_end import RunEnd
from ..progress.said import PLUMBING, failure_of, reason_of_ok
from ..words.catalogue import catalogue
from ..words.early import said_early

_WORK = WORK - {"rentree.pronote.audit", "rentree.pronote.client_info"}
# Whose failures' remedies the block has.
_TURN = "rentree.pronote.client_turn"
# Set at run time, from base.yml.
_COLORS: dict[str, str] = {
    "ok": constants.COLOR_OK,  # type: ignore[attr-defined]
    "changed": constants.COLOR_CHANGED,  # type: ignore[attr-defined]
    "skipping": constants.COLOR_SKIP,  # type: ignore[attr-defined]
    "failed": constants.COLOR_ERROR,  # type: ignore[attr-defined]
    "unreachable": constants.COLOR_UNREACHABLE,  # type: ignore[attr-defined]
}
_OURS = "rentree.pronote."


def _or_default(method: Callable[..., None]) -> Callable[..., None]:
    """Whatever breaks here ends this callback's own way, with one warning: Ansible's is taken from then on."""
    stock = getattr(Default, method.__name__)

    @functools.wraps(method)
    def wrapped(self: CallbackModule, *args: Any, **kwargs: Any) -> None:
        if not self.broken:
            try:
                method(self, *args, **kwargs)
            except Exception as exc:  # noqa: BLE001  (a comfort: no error of it may reach the run)
                self.give_up(exc)
            else:
                return
        stock(self, *args, **kwargs)

    return wrapped


class CallbackModule(Default):
    """Documentation above."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "rentree.pronote.console"

    def __init__(self) -> None:
        super().__init__()
        self.broken = False
        self._run_end = RunEnd()
        self._playbook = self._play_name = ""
        self._words = catalogue("fr")

    @_or_default
    def v2_playbook_on_start(self, playbook: Any) -> None:
        self._playbook = str(playbook._file_name)
        Default.v2_playbook_on_start(self, playbook)

    @_or_default
    def v2_playbook_on_play_start(self, play: Any) -> None:
        Default.v2_playbook_on_play_start(self, play)
        SCREEN.ends = True
        SCREEN.look(color=wants_color())
        if play.hosts and play._uuid != self._play_name:
            self._play_name = play._uuid
            names = play.get_variable_manager().get_vars(play=play).get("ansible_play_hosts_all", [])
            try:
                language = language_of(play, map(str, names)) or "fr"
            except AnsibleError as exc:
                # Ansible ends the run with it, and says which file.
                if (told := of_error(exc)) is not None:
                    self._display.display(printable_line(said_early(told)), color=_COLORS["failed"])
                return
            if names:
                words = self._words = catalogue(language)
                self._run_end.begin(
                    play._uuid,
                    stations=lambda: named(stations_of(play)),
                    words=lambda: words,
                    password=lambda: password_of(play, map(str, names)),
                )

    @_or_default
    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        SCREEN.look(color=wants_color())
        if self._quiet and task.action in PLUMBING:
            # Its name comes with whatever it has to say.
            self._task_type_cache[task._uuid] = "TASK"
            self._last_task_name = task.get_name().strip()
            return
        Default.v2_playbook_on_task_start(self, task, is_conditional)

    @_or_default
    def v2_playbook_on_include(self, included_file: Any) -> None:
        if not self._quiet:
            Default.v2_playbook_on_include(self, included_file)

    @_or_default
    def v2_runner_on_ok(self, result: Any) -> None:
        self._gather(result)
        task, returned = result.task, result.result
        if not self._quiet:
            Default.v2_runner_on_ok(self, result)
        elif isinstance(task, TaskInclude):
            return
        elif task.action in PLUMBING and not returned.get("changed"):
            if returned.get("warnings") or returned.get("deprecations"):
                self._banner(task)
                self._handle_warnings_and_exception(result)
        elif task.action in _WORK and "action" in returned:
            word, reason = reason_of_ok(returned, self._words)
            self._line(result, word, reason)
        else:
            Default.v2_runner_on_ok(self, result)

    @_or_default
    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._gather(result, wrong=not ignore_errors)
        if not self._failure(result, "failed"):
            Default.v2_runner_on_failed(self, result, ignore_errors)
        elif ignore_errors:
            self._display.display("...ignoring", color=_COLORS["skipping"])

    @_or_default
    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._gather(result, wrong=True)
        if not self._failure(result, "unreachable"):
            Default.v2_runner_on_unreachable(self, result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        super().v2_playbook_on_stats(stats)
        if self.broken:
            return
        try:
            self._run_end.close(self._display, playbook=self._playbook)
        except Exception as exc:  # noqa: BLE001  (as above)
            self.give_up(exc)

    @property
    def _quiet(self) -> bool:
        return bool(self._display.verbosity == 0)

    def _banner(self, task: Any) -> None:
        if self._last_task_banner != task._uuid:
            self._print_task_banner(task)

    def _line(self, result: Any, word: str, reason: str) -> None:
        if word == "ok" and not self.get_option("display_ok_hosts"):
            return
        self._banner(result.task)
        self._handle_warnings_and_exception(result)
        host = self.host_label(result)
        self._display.display(f"{word}: [{host}]: {reason}" if reason else f"{word}: [{host}]", color=_COLORS[word])

    def _failure(self, result: Any, word: str) -> bool:
        """Say a failure of ours in its own words; False for any other, and where everything is asked for."""
        task, returned = result.task, result.result
        text = failure_of(returned, remedy=task.action != _TURN)
        if not self._quiet or not task.action.startswith(_OURS) or not text or (task.loop and "results" in returned):
            return False
        self._banner(task)
        # Without the exception: its text is this one, with the line of the role that it is of no use to look at.
        self._handle_warnings(returned)
        stderr = self.get_option("display_failed_stderr")
        self._display.display(f"{word}: [{self.host_label(result)}]: {text}", color=_COLORS[word], stderr=stderr)
        return True

    def _gather(self, result: Any, *, wrong: bool = False) -> None:
        self._run_end.returned(self._play_name, result.task.action, result.host.get_name(), result.result, wrong=wrong)

    def give_up(self, exc: Exception) -> None:
        """Ansible's own output from now on; the run goes on."""
        self.broken = True
        self._display.warning(
            self._words.of(
                Message("The console ended by itself, Ansible's own output follows: {error}", error=repr(exc))
            )
        )
