# SPDX-License-Identifier: GPL-3.0-or-later
"""One language: its texts by gettext, its dates, numbers and lists by Babel. Pure; ``catalogue.py`` reads the files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from gettext import NullTranslations
from types import ModuleType
from typing import Any

from ...module_utils.base.message import Day, Message, Moment, filled, linked, sourced

__all__ = ["LANGUAGES", "ONE_OF_THEM", "PLACES", "Words"]

PLACES = {"fr": "fr_FR", "en": "en_GB"}
"""Each language, with the place whose dates and numbers it has: days before months in both."""

LANGUAGES = tuple(PLACES)
"""Those that there are, the default first; English is the language of the sources."""

ONE_OF_THEM = linked(Message("{first} or {then}"), LANGUAGES)


class Words:
    """The words of a language. Texts are literals, with named placeholders: the catalogue is extracted from the code.

    What is counted is ``n``, which is written as the language writes numbers; any other number is data (a year, a code)
    unless it goes through ``number``.
    """

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self._translations = translations

    def __call__(self, text: str, /, **values: Any) -> str:
        """A text with its values: ``words("{station} runs {release}", station=…, release=…)``."""
        return filled(self._translations.gettext(text), self._said(values))

    def plural(self, one: str, many: str, number: int, /, **values: Any) -> str:
        """The text for a counted thing; ``{n}`` is the number."""
        text = self._translations.ngettext(one, many, number)
        return filled(text, {**self._said(values), "n": self.number(number)})

    def context(self, context: str, text: str, /, **values: Any) -> str:
        """A text that is one in English and several elsewhere: ``context`` says which."""
        return filled(self._translations.pgettext(context, text), self._said(values))

    def of(self, text: str) -> str:
        """What a Message says in this language; any other text as it is."""
        if not isinstance(text, Message):
            return text
        source, values = text.source, text.values
        if source.plural:
            return self.plural(source.text, source.plural, source.number, **values)
        return self.context(source.context, source.text, **values) if source.context else self(source.text, **values)

    def field(self, data: Mapping[str, Any], name: str) -> str:
        """A text of data that came through JSON, by the source beside it; empty where there is none.

        What releases before 0.3 have stored has its French beside it instead.
        """
        text = data.get(name) or ""
        told = sourced(text, data.get(f"{name}_source"))
        if not isinstance(told, Message) and self.language == "fr":
            return data.get(f"{name}_fr") or text
        return self.of(told)

    def number(self, value: float) -> str:
        """``1 422`` in French."""
        return str(_formats().number(value, self.language))

    def date(self, moment: dt.date) -> str:
        """``28 août 2026``."""
        return str(_formats().date(moment, self.language))

    def date_time(self, moment: dt.datetime) -> str:
        """The same, with hours and minutes of the moment's own zone."""
        return str(_formats().date_time(moment, self.language))

    def listed(self, items: Sequence[str]) -> str:
        """``2, 3 et 5``."""
        return str(_formats().listed(items, self.language))

    def _said(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: self._one(each) for name, each in values.items()}

    def _one(self, value: Any) -> Any:
        if isinstance(value, Moment):
            return str(_formats().moment(value.moment, self.language))
        if isinstance(value, Day):
            return self.date(value.day)
        return self.of(value) if isinstance(value, Message) else value


def _formats() -> ModuleType:
    from . import formats  # noqa: PLC0415  (its docstring)

    return formats
