# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments as the store and the reports write them (UTC, to the second), and as people where the controller is read
them. Pure.

In UTC and of one length, the order of the texts is the order of the times.
"""

from __future__ import annotations

import datetime as dt

from .message import Message

__all__ = ["iso", "iso_of", "local", "local_day", "local_minute", "moment"]


def iso(when: dt.datetime) -> str:
    """A moment as it is written: UTC, to the second."""
    return when.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_of(seconds: float) -> str:
    """The same of a number of seconds since 1970."""
    return iso(dt.datetime.fromtimestamp(seconds, tz=dt.UTC))


def moment(text: str) -> dt.datetime:
    """Read a date or a moment in ISO 8601; without a zone it is in the controller's. Raises ValueError."""
    try:
        return local(text.strip())
    except (ValueError, OverflowError) as exc:
        raise ValueError(
            Message("{given} is not a date, as in 2026-08-25 or 2026-08-25T14:30:00+02:00", given=repr(text))
        ) from exc


def local(text: str, *, zone: dt.tzinfo | None = None) -> dt.datetime:
    """A time of the store as clocks show it; ``zone`` None is the controller's. Raises ValueError, OverflowError."""
    return dt.datetime.fromisoformat(text).astimezone(zone)


def local_day(text: str, *, zone: dt.tzinfo | None = None) -> str:
    """Its day: an audit at 0:30 in France is of the day before in UTC. Raises ValueError."""
    return local(text, zone=zone).date().isoformat()


def local_minute(text: str, *, zone: dt.tzinfo | None = None) -> str:
    """Day and time as a spreadsheet reads them in any language; it knows nothing of ``T`` and ``Z``."""
    return f"{local(text, zone=zone):%Y-%m-%d %H:%M}"
