# SPDX-License-Identifier: GPL-3.0-or-later
"""A text said far from who knows the reader's language: English, and what another is made from. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

__all__ = ["Message", "Source", "filled"]


class Source(NamedTuple):
    """What is looked up in a catalogue, and what is put into it. ``plural`` and ``number``: of a counted thing."""

    text: str
    plural: str = ""
    number: int = 0
    context: str = ""


class Message(str):
    """An English text, which it is to JSON, logs and comparisons, with its source for ``Words.of``.

    ``Message("{release} instead of {wanted}", release=…, wanted=…)``: the text is a literal, since the catalogue is
    extracted from the code; a value is data, or a Message, which is translated too. Pickled and copied it stays
    one; what goes through JSON is its English text.
    """

    __slots__ = ("source", "values")

    source: Source
    values: dict[str, Any]

    def __new__(cls, text: str, /, **values: Any) -> Self:
        """A text with named placeholders. Raises KeyError for one that has no value."""
        return cls._of(Source(text), values)

    @classmethod
    def plural(cls, one: str, many: str, number: int, /, **values: Any) -> Self:
        """The text for a counted thing; ``{n}`` is the number."""
        return cls._of(Source(one, many, number), {**values, "n": number})

    @classmethod
    def context(cls, context: str, text: str, /, **values: Any) -> Self:
        """A text that is one in English and several elsewhere: ``context`` says which."""
        return cls._of(Source(text, context=context), values)

    @classmethod
    def _of(cls, source: Source, values: dict[str, Any]) -> Self:
        english = source.plural if source.plural and source.number != 1 else source.text
        made = super().__new__(cls, filled(english, values))
        made.source, made.values = source, values
        return made

    def given(self, **values: Any) -> Self:
        """The same text with values: a table has texts, and who takes one from it knows what goes into it."""
        return self._of(self.source, {**self.values, **values})

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, (type(self), self.source, self.values))


def _again(kind: type[Message], source: Source, values: dict[str, Any]) -> Message:
    return kind._of(source, values)


def filled(text: str, values: dict[str, Any]) -> str:
    """A text with its values in the place of their names; one without values is as it stands."""
    return text.format(**values) if values else text
