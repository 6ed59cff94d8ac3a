# SPDX-License-Identifier: GPL-3.0-or-later
"""What every action of ours does: check the arguments, call, and turn what went wrong into Ansible's result.

Two bases: ``ControllerAction`` here, and ``StationAction`` (doors/station.py) for actions that talk to the station of
their task; a survey of all of them and a station's turn after it have theirs on these (doors/survey.py, doors/turn.py).
An action itself is its argument spec and ``act``. I/O.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar, Final

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ...module_utils.base.message import Message, message_of, with_sources
from ...module_utils.base.text import printable_data, printable_line
from ...module_utils.server.answers import cache_notes
from ...module_utils.server.description import HostedServerError
from ..pages.screen import SCREEN, read_by_a_program
from ..places.settle import refuse_tainted
from ..station.errors import StationError
from ..store.errors import StoreError
from ..store.password import give_password
from ..words.words import Words
from .language import LANGUAGE_SPEC, failed, worded, words_of

__all__ = ["ControllerAction", "show", "terminal"]

_ALLOCATIONS: Final = 20_000  # that are not given back, between two looks; Python's own number is 700


class ControllerAction(ActionBase):
    """An action that runs on the controller; it has no connection unless it makes one."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = False

    ARGUMENT_SPEC: ClassVar[dict[str, Any]]
    FAILURE: ClassVar[Message] = Message("{error}")
    """What is said of an error: may name arguments, as in ``{release}``."""

    EARLIER_LANGUAGE: ClassVar[str] = ""
    """The variable that said the language before there was one for all."""

    REFUSES_TAINTED: ClassVar[bool] = True
    """Whether an inventory that holds what stations said is the end of it."""

    KEEPS_MUCH: ClassVar[bool] = False
    """Whether it has something of every station in its hands: Python then looks for garbage seldom in its process."""

    variables: dict[str, Any]
    """The task's variables, set before ``act``."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry. Raises AnsibleActionFail for arguments and files that cannot be used."""
        super().run(tmp, task_vars)
        if self.KEEPS_MUCH:
            _collect_seldom()
        self.variables = task_vars or {}
        # Of the store in PostgreSQL. No argument: Ansible shows those of a task.
        password = self.variables.get("pronote_state_password")
        give_password(str(self._templar.template(password)) if password else "")
        _result, args = self.validate_argument_spec(argument_spec=self.ARGUMENT_SPEC)
        try:
            self.begin()
            result = self._noted({"changed": False, **self.act(args)})
        except StationError as exc:
            result = exc.as_result()
        except HostedServerError as exc:
            result = self._noted(exc.as_result())
        except (OSError, StoreError, ValueError) as exc:
            # Alone: Ansible shows the causes of an error as they are, and what a station said is among them.
            told = self.FAILURE.given(**args, error=message_of(exc))
            failure = AnsibleActionFail(printable_line(self.words.of(told)))
            raise failure.with_traceback(exc.__traceback__) from None
        return self._shown(result)

    @cached_property
    def words(self) -> Words:
        """Those of the reader. Raises ValueError for an earlier variable with another value than a language."""
        # What is called so elsewhere is another's, as the language of a setup.
        args = self._task.args if self.ARGUMENT_SPEC.get("language") is LANGUAGE_SPEC else {}
        return words_of(args, self.variables, self._templar.template, earlier=self.EARLIER_LANGUAGE)

    def _shown(self, result: dict[str, Any]) -> dict[str, Any]:
        """A result as it may be shown: Ansible prints warnings, messages and differences as they are."""
        told = failed(worded(result, lambda: self.words), lambda: self.words)
        shown: dict[str, Any] = printable_data(with_sources(told))
        if "warnings" in shown:
            shown["warnings"] = [printable_line(text) for text in shown["warnings"]]
        return shown

    def _noted(self, result: dict[str, Any]) -> dict[str, Any]:
        """A result with what the cache of hosted servers had to say."""
        notes = cache_notes()
        return {**result, "warnings": [*result.get("warnings", []), *notes]} if notes else result

    def begin(self) -> None:
        """What comes before ``act``. Raises StationError, ValueError where there is nothing to be done."""
        if self.REFUSES_TAINTED:
            refuse_tainted()

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        """The task's result; ``changed`` is false unless it says so.

        Raises StationError, HostedServerError, StoreError, ValueError, OSError.
        """
        raise NotImplementedError


def _collect_seldom() -> None:
    """In a worker, which ends with its task: what it was born with, and what it keeps of ten thousand stations, is no
    garbage, and is looked through again and again to find that out (an eighth of a survey, docs/benchmarks.md).
    """
    if multiprocessing.parent_process() is not None:
        gc.freeze()
        gc.set_threshold(_ALLOCATIONS)


def show(lines: Iterable[str], color: str | None = None) -> None:
    """Lines for whoever runs the playbook, beside the task's result; their cells are printable (pages/terminal.py).

    Where a program reads what Ansible prints, they go where it does not read.
    """
    for line in lines:
        Display().display(line, color=color, stderr=read_by_a_program())


def terminal() -> dict[str, Any]:
    """Width and color of a table for whoever runs the playbook."""
    return SCREEN.table()
