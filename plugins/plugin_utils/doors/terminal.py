# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions on the terminal of whoever runs the playbook, from Ansible's worker that has none. I/O: Ansible."""

from __future__ import annotations

from ansible.errors import AnsibleActionFail, AnsiblePromptInterrupt, AnsiblePromptNoninteractive

from ...module_utils.base.message import Message
from ..init.interview import Ask
from ..station.telling import telling
from ..words.words import Words

__all__ = ["asking"]


def asking(words: Words, introduction: Message | str) -> Ask | None:
    """Who asks in these words, once the introduction is shown; None where nobody can be asked, since no terminal is
    there."""
    if not _is_there(words.of(introduction)):
        return None

    def ask(text: Message | str, private: bool) -> str:
        typed = _typed(words.of(text), private=private)
        if typed is None:
            raise AnsibleActionFail(words("Nothing was written."))
        try:
            return typed.decode()
        except UnicodeDecodeError as exc:
            # Ansible takes away one byte for a backspace, and an accented letter has two.
            raise ValueError(Message("a letter of it cannot be read")) from exc

    return ask


def _is_there(text: str) -> bool:
    """Whether there is a terminal; it shows the text then. The worker's own input tells nothing: it has none."""
    try:
        return _typed(text, private=False, seconds=0) is not None
    except AnsiblePromptNoninteractive:
        return False


def _typed(text: str, *, private: bool, seconds: int | None = None) -> bytes | None:
    """What was typed; None for Ctrl+C. Raises AnsiblePromptNoninteractive."""
    try:
        typed = telling.prompt(f"\n{text}", private=private, seconds=seconds)
    except AnsiblePromptInterrupt:
        return None
    # The worker is given an error as an answer, and not raised.
    if isinstance(typed, AnsiblePromptInterrupt):
        return None
    if isinstance(typed, BaseException):
        raise typed
    if not isinstance(typed, bytes):
        raise TypeError(type(typed))
    return typed
