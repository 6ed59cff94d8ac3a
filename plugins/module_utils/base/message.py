# SPDX-License-Identifier: GPL-3.0-or-later
"""A text said far from who knows the reader's language: English, and what another is made from. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any, NamedTuple, Self

__all__ = [
    "Day",
    "Message",
    "Moment",
    "Source",
    "advised",
    "enumerated",
    "filled",
    "joined",
    "linked",
    "message_of",
    "notes",
    "sentences",
    "sourced",
    "with_sources",
]


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
    one. What goes through JSON is its English text, and beside it, as ``<field>_source``, what ``as_dict`` gives
    (``with_sources``): ``sourced`` makes a Message of the two again.
    """

    __slots__ = ("source", "values")

    source: Source
    values: dict[str, Any]

    def __new__(cls, text: str, /, **values: Any) -> Self:
        """A text with named placeholders. Raises KeyError for one that has no value."""
        return cls._of(Source(text), values)

    @classmethod
    def plural(cls, one: str, many: str, number: int | None = None, /, **values: Any) -> Self:
        """The text for a counted thing; ``{n}`` is the number, which a text of a table is given later."""
        return cls._of(Source(one, many, number or 0), values if number is None else {**values, "n": number})

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
        """The same text with values: a table has texts, and who takes one from it knows what goes into it. Of a counted
        thing ``n`` is the number."""
        source = self.source
        if source.plural and "n" in values:
            source = source._replace(number=values["n"])
        return self._of(source, {**self.values, **values})

    def as_dict(self) -> dict[str, Any]:
        """What ``sourced`` reads: ``text``, and ``plural``, ``number``, ``context``, ``values`` where there are any.

        A value that is a Message is such a dict itself; of others, what is no number is a text.
        """
        given = {
            name: each.as_dict()
            if isinstance(each, Message | Moment | Day)
            else each
            if isinstance(each, int)
            else str(each)
            for name, each in self.values.items()
            # A table of texts is given more than each of them says.
            if f"{{{name}}}" in f"{self.source.text}{self.source.plural}"
        }
        source = {name: each for name, each in self.source._asdict().items() if each}
        return {**source, **({"values": given} if given else {})}

    def __reduce__(self) -> tuple[Any, ...]:
        return (_again, (type(self), self.source, self.values))


class Moment(str):
    """A moment as a value of a Message: ``Wed 2026-12-02 18:00 +01:00``, and as each language writes it."""

    __slots__ = ("moment",)

    moment: dt.datetime

    def __new__(cls, moment: dt.datetime, /) -> Self:
        """Of an aware moment, told in its own zone."""
        text = moment.isoformat(sep=" ", timespec="minutes")
        made = super().__new__(cls, f"{_DAYS[moment.weekday()]} {text[:16]} {text[16:]}")
        made.moment = moment
        return made

    def as_dict(self) -> dict[str, str]:
        """What ``sourced`` reads."""
        return {"moment": self.moment.isoformat()}

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.moment,))


class Day(str):
    """A day as a value of a Message: ``2026-11-30``, and as each language writes it."""

    __slots__ = ("day",)

    day: dt.date

    def __new__(cls, day: dt.date, /) -> Self:
        """Of a date."""
        made = super().__new__(cls, day.isoformat())
        made.day = day
        return made

    def as_dict(self) -> dict[str, str]:
        """What ``sourced`` reads."""
        return {"day": str(self)}

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.day,))


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def with_sources(data: Any) -> Any:
    """What goes through JSON: of each Message in mappings, its source beside it."""
    if isinstance(data, Mapping):
        beside = {f"{name}_source": each.as_dict() for name, each in data.items() if isinstance(each, Message)}
        return {**{name: with_sources(each) for name, each in data.items()}, **beside}
    if isinstance(data, list | tuple):
        return [with_sources(each) for each in data]
    # Ansible takes no kind of text but its own.
    return str(data) if isinstance(data, Message) else data


def notes(texts: Sequence[str]) -> dict[str, Any]:
    """What a module returns for its action to warn of; nothing for none."""
    return {"notes": [{"text": text} for text in texts]} if texts else {}


def sourced(text: str, source: object) -> str:
    """A text that came through JSON, as a Message when its source is one of the same text.

    The source may be a stranger's: it says nothing in another language that the text does not say in English.
    """
    try:
        made = _of_dict(source, _DEEPEST)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return text
    return made if made == text else text


_DEEPEST, _MOST_VALUES, _LONGEST = 40, 20, 4000
_PARTS = re.compile(r"[^{}]+|\{([a-z_]+)\}")


def _of_dict(source: Any, deepest: int) -> Message:
    """Raises ValueError, KeyError, TypeError, AttributeError, OverflowError for what is no source."""
    texts = [source.get(name, "") for name in ("text", "plural", "context")]
    number, values = source.get("number", 0), source.get("values", {})
    if not deepest or len(values) > _MOST_VALUES or type(number) is not int:
        raise ValueError("no source")
    given = {name: _value(each, deepest - 1) if isinstance(each, dict) else each for name, each in values.items()}
    if not all(isinstance(each, str | int) for each in given.values()):
        raise ValueError("no source")
    for each in texts:
        # With its values, before it is made: one that is there a thousand times, five deep, is 10¹⁵ characters.
        if len(each) > _LONGEST or len(each) + sum(len(str(given[name])) for name in _fields(each)) > _LONGEST:
            raise ValueError("no source")
    return Message._of(Source(texts[0], texts[1], number, texts[2]), given)


def _value(source: Any, deepest: int) -> Message | Moment | Day:
    if "day" in source:
        return Day(dt.date.fromisoformat(source["day"]))
    if "moment" in source:
        return Moment(dt.datetime.fromisoformat(source["moment"]))
    return _of_dict(source, deepest)


def _fields(text: str) -> list[str]:
    """The placeholders of a text that has nothing else in braces: a format may ask for attributes, or for a gigabyte of
    blanks. Raises ValueError, TypeError."""
    parts = list(_PARTS.finditer(text))
    if sum(len(part[0]) for part in parts) != len(text):
        raise ValueError("no source")
    return [part[1] for part in parts if part[1]]


def message_of(exc: BaseException) -> str:
    """What an error says: the Message that it was raised with, where there is one."""
    only = exc.args[0] if len(exc.args) == 1 else None
    return only if isinstance(only, Message) else str(exc)


def joined(texts: Iterable[str], between: str) -> str:
    """Texts with something between them, as ``str.join`` makes it; with a Message among them, one of them all."""
    known = list(texts)
    if not any(isinstance(each, Message) for each in known):
        return between.join(known)
    return linked(Message("{first}" + between + "{then}"), known)


def advised(fact: str, remedy: str) -> str:
    """A fact, and what to do."""
    return sentences([fact, remedy]) if fact.endswith(".") else Message("{fact}. {remedy}", fact=fact, remedy=remedy)


def sentences(texts: Sequence[str]) -> str:
    """Texts one after another, each of which may be a Message; empty for none."""
    return linked(Message("{first} {then}"), texts)


def enumerated(texts: Sequence[str]) -> str:
    """Texts in one sentence, with semicolons, each of which may be a Message; empty for none."""
    return linked(Message("{first}; {then}"), texts)


def linked(link: Message, texts: Sequence[str]) -> str:
    """Texts, each of which may be a Message, by a text with ``first`` and ``then``; empty for none."""
    return reduce(lambda first, then: link.given(first=first, then=then), texts) if texts else ""


def _again(kind: type[Message], source: Source, values: dict[str, Any]) -> Message:
    return kind._of(source, values)


def filled(text: str, values: dict[str, Any]) -> str:
    """A text with its values in the place of their names; one without values is as it stands."""
    return text.format(**values) if values else text
