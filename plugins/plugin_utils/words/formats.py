# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates, numbers and lists as a language writes them, by Babel. Pure.

``words.py`` imports it when it is needed: Babel takes 50 ms, which a worker that only words a fact need not spend.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.numbers import format_decimal

from .words import PLACES

__all__ = ["date", "date_time", "listed", "moment", "number"]


def number(value: float, language: str) -> str:
    """``1 422`` in French, with a space that no line breaks at."""
    return format_decimal(value, locale=PLACES[language])


def date(moment: dt.date, language: str) -> str:
    """``28 août 2026``, which no line breaks."""
    return format_date(moment, "medium", locale=PLACES[language]).replace(" ", "\u00a0")


def date_time(moment: dt.datetime, language: str) -> str:
    """The same, with hours and minutes of the moment's own zone."""
    return f"{date(moment, language)}, {format_time(moment.time(), 'short', locale=PLACES[language])}"


def moment(when: dt.datetime, language: str) -> str:
    """``mer. 2 décembre 2026 18:00``, in its own zone, which no line breaks."""
    told = format_datetime(when.replace(tzinfo=None), "EEE d MMMM y HH:mm", locale=PLACES[language])
    return told.replace(" ", "\u00a0")


def listed(items: Sequence[str], language: str) -> str:
    """``2, 3 et 5``."""
    return format_list(items, locale=PLACES[language])
