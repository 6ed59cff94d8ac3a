"""Dates as cmd writes them."""

from __future__ import annotations

import datetime as dt

__all__ = ["date_text", "file_time", "time_text"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def date_text(now: dt.datetime, language: str) -> str:
    """%DATE%: ``24/11/2025`` in French, ``Mon 11/24/2025`` in US English."""
    return f"{now:%d/%m/%Y}" if language == "fr" else f"{_DAYS[now.weekday()]} {now:%m/%d/%Y}"


def time_text(now: dt.datetime, language: str) -> str:
    """%TIME%: hour padded with a space, hundredths after the locale's decimal sign."""
    return f"{now.hour:2d}:{now:%M:%S}{',' if language == 'fr' else '.'}{now.microsecond // 10000:02d}"


def file_time(at: dt.datetime, language: str) -> str:
    """A file's time as DIR and ``%~t`` write it."""
    return f"{at:%d/%m/%Y %H:%M}" if language == "fr" else f"{at:%m/%d/%Y %I:%M %p}"
