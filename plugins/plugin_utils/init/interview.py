# SPDX-License-Identifier: GPL-3.0-or-later
"""One answer after another: from a file, or asked until it is right. Pure; who asks and who tells is given to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, TypeVar

from ...module_utils.base.message import Message, joined, message_of
from .questions import Question

__all__ = ["Ask", "Interview", "Tell"]

Ask = Callable[[Message | str, bool], str]
"""Asks with a text, and without showing what is typed; gives the answer."""

Tell = Callable[[Sequence[Message | str]], None]

_Value = TypeVar("_Value")

_WRONG: Final = Message("That cannot be: {error}")
_WITH_DEFAULT = Message("{text} [{default}]")
_WITH_EXAMPLE = Message("{text} (for example {example})")
_NOTHING = Message("nothing")


class Interview:
    """``given``: answers of a file, by their variables. With none, everything is asked; with some, only what is missing
    and has no default. ``asks``: tells who asks, when the first question comes; None where nobody is there to answer:
    what is wrong or missing is a fault then. ``known``: what an inventory that is there already says; no
    answer, and the default of its question.
    """

    def __init__(
        self,
        given: Mapping[str, Any],
        *,
        asks: Callable[[], Ask | None],
        tell: Tell,
        known: Mapping[str, str] | None = None,
    ) -> None:
        self._given = {key: value for key, value in given.items() if value not in (None, "", [])}
        self._known = {key: value for key, value in (known or {}).items() if value}
        self._asks, self.tell = asks, tell
        self._faults: list[Message] = []

    @cached_property
    def _ask(self) -> Ask | None:
        return self._asks()

    @property
    def asks_all(self) -> bool:
        """Whether somebody is there, who has given no file."""
        return not self._given and self._ask is not None

    def given(self, key: str) -> Any:
        """What a file says; None for nothing."""
        return self._given.get(key)

    def fault(self, key: str, error: str) -> None:
        """Note what is wrong with an answer of a file."""
        self._faults.append(Message("{key}: {error}", key=key, error=error))

    def stop(self) -> None:
        """Raises ValueError with every fault so far, a line each."""
        if self._faults:
            raise ValueError(joined(list(dict.fromkeys(self._faults)), "\n"))

    def answer(
        self, question: Question, check: Callable[[str], _Value], *, default: str | None = None, **values: str
    ) -> _Value | None:
        """The value of an answer; None for a fault. ``values``: what the question's text names."""
        if (given := self.given(question.key)) is not None:
            return self._of_file(question, check, str(given))
        default = self._known.get(question.key, default)
        if self.asks_all or (default is None and self._ask is not None):
            return self.asked(question, check, default=default, **values)
        if default is None:
            self.fault(question.key, Message("it is missing. {text}", text=question.text.given(**values)))
            return None
        return self._of_file(question, check, default)

    def asked(
        self, question: Question, check: Callable[[str], _Value], *, default: str | None = None, **values: str
    ) -> _Value | None:
        """Ask until the answer is right; None where nobody is there."""
        if self._ask is None:
            return None
        told: Message = question.text.given(**values)
        if question.example:
            told = _WITH_EXAMPLE.given(text=told, example=question.example)
        if default is not None:
            told = _WITH_DEFAULT.given(text=told, default=default or _NOTHING)
        while True:
            try:
                text = self._ask(told, question.private)
                if not question.private:
                    text = text.strip() or (default or "")
                value = check(text)
                if not question.private:
                    # Ansible takes the line away as soon as it is typed.
                    self.tell([f"    {text or '-'}"])
                if not question.private or self._ask(Message("The same again:"), True) == text:
                    return value
                raise ValueError(Message("they are not the same"))  # noqa: TRY301  (told as any other)
            except ValueError as exc:
                self.tell([_WRONG.given(error=message_of(exc))])

    def _of_file(self, question: Question, check: Callable[[str], _Value], text: str) -> _Value | None:
        try:
            return check(text)
        except ValueError as exc:
            self.fault(question.key, message_of(exc))
            return None
