# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the actions that run the real module of their name, and say what it returns in the reader's language.

A module runs where AnsiballZ takes it, without catalogues: it returns English texts with their sources. I/O: Ansible.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ...module_utils.base.message import sourced
from ...module_utils.base.text import printable_data, printable_line
from ..words.words import LANGUAGES, ONE_OF_THEM, Words
from .language import words_of

__all__ = ["ModuleAction"]

_SOURCE = "_source"


class ModuleAction(ActionBase):
    """An action that runs the module of its name on the task's host, with the task's arguments but ``language``.

    What the module returns as ``notes`` are warnings.
    """

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ansible's entry. Raises AnsibleActionFail for a language that there is not."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        given = dict(self._task.args)
        language = given.pop("language", None)
        if language and language not in LANGUAGES:
            words = words_of({}, variables, self._templar.template)
            told_language = printable_line(language)
            raise AnsibleActionFail(
                words(
                    "{option} is {languages}, not {value}",
                    option="language",
                    languages=ONE_OF_THEM,
                    value=told_language,
                )
            )
        apart = bool(self._task.async_val) and not self._connection.has_native_async
        result = self._execute_module(module_args=given, task_vars=variables, wrap_async=apart)
        if not apart:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        words = words_of(self._task.args, variables, self._templar.template)
        told = self.said(result, words)
        if f"msg{_SOURCE}" in result:
            # Of the module, and in English: Ansible shows it instead of the message. Of a crash it is what there is.
            told.pop("exception", None)
        notes = [each["text"] for each in told.pop("notes", [])]
        return {**told, "warnings": [*told.get("warnings", []), *notes]} if notes else told

    def said(self, result: dict[str, Any], words: Words) -> dict[str, Any]:
        """The module's result with what is for people in their words."""
        told: dict[str, Any] = _said(result, words)
        return told


def _said(value: Any, words: Words) -> Any:
    """A value with each text that has a source made of it, and without the sources."""
    if isinstance(value, list):
        return [_said(each, words) for each in value]
    if not isinstance(value, Mapping):
        return value
    sources = {name.removesuffix(_SOURCE): each for name, each in value.items() if name.endswith(_SOURCE)}
    return {
        name: printable_data(words.of(sourced(each, sources[name]))) if name in sources else _said(each, words)
        for name, each in value.items()
        if not name.endswith(_SOURCE)
    }
