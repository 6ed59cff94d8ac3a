# SPDX-License-Identifier: GPL-3.0-or-later
"""The hours and days at which a school may be worked on. I/O: the controller's clock, and its time zones.

The controller's clock, because those of stations are wrong more often, and many. A window belongs to the day on which
it begins: ``fri 22:00 - 06:00`` ends on Saturday. Windows that touch or overlap are one. Everything is worked out in
UTC from the zone's own rules, so that the night of a clock change has the length that it really has.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils.base.clock import utc_now, zone
from ...module_utils.base.message import Message, Moment, message_of

__all__ = ["ALWAYS", "DAYS", "Hours", "Judgement", "Window", "judge", "parse_windows"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FRENCH = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")

_MINUTES = 24 * 60
_TIME = re.compile(r"([01]?\d|2[0-4])[:hH]([0-5]\d)")
# Two weeks hold every weekly window once in full, whatever the moment and the clock changes.
_AHEAD = 15


@dataclass(frozen=True, kw_only=True)
class Window:
    """Days (0 is Monday) and minutes since midnight; an ``end`` that is not after ``start`` is on the next day."""

    days: frozenset[int]
    start: int
    end: int

    @property
    def until(self) -> int:
        """Its end in minutes since the midnight before its start."""
        return self.end if self.end > self.start else self.end + _MINUTES


def _day(value: Any) -> int:
    short = str(value).strip().lower()[:3]
    for names in (DAYS, _FRENCH):
        if short in names:
            return names.index(short)
    raise ValueError(Message("{value} is no day: {names}", value=repr(value), names=", ".join(DAYS)))


def _minutes(value: Any, *, name: str) -> int:
    # YAML 1.1 reads an unquoted 18:00 as a number in base 60, which is just this: minutes since midnight.
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MINUTES:
        return value
    match = _TIME.fullmatch(str(value).strip())
    minutes = int(match[1]) * 60 + int(match[2]) if match else _MINUTES + 1
    if minutes > _MINUTES:
        raise ValueError(Message('{name}: {value} is no time such as "18:00"', name=name, value=repr(value)))
    return minutes


def parse_windows(value: Any) -> tuple[Window, ...]:
    """Read ``[{days: [mon, tue], from: "18:00", to: "22:00"}]``; without days, every day. Raises ValueError."""
    entries = [value] if isinstance(value, Mapping) else value
    if not isinstance(entries, list | tuple):
        raise ValueError(Message("{value} is no list of windows, each with from and to", value=repr(value)))  # noqa: TRY004  (bad value, not type)
    found = []
    for entry in entries:
        if not isinstance(entry, Mapping) or not {"from", "to"} <= set(entry) <= {"days", "from", "to"}:
            raise ValueError(
                Message("{entry} is no window, which has from, to and days (none: every day)", entry=repr(entry))
            )
        days = entry.get("days", DAYS)
        days = [days] if isinstance(days, str) else days
        window = Window(
            days=frozenset(_day(day) for day in days),
            start=_minutes(entry["from"], name="from"),
            end=_minutes(entry["to"], name="to"),
        )
        if window.start in {_MINUTES, window.end} or not window.days:
            raise ValueError(Message("{entry} is never open; a whole day is from 00:00 to 24:00", entry=repr(entry)))
        found.append(window)
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Whether a job may begin now. In the zone that was asked for.

    ``closes_at``: end of the present window, also when the job would not end in it. ``opens_at``: when a job of that
    length may begin next, None when none ever could (or when it may now).
    """

    open: bool
    closes_at: dt.datetime | None = None
    opens_at: dt.datetime | None = None


def _instant(day: dt.date, minutes: int, zone: dt.tzinfo, *, end: bool) -> dt.datetime:
    """The moment in UTC at which the zone's clocks show this time.

    A time that the clocks leave out in spring lies inside the window that it begins or ends (PEP 495: fold 0 gives the
    offset before the change, 1 the one after). One that they show twice in autumn counts the first time.
    """
    extra, minute = divmod(minutes, _MINUTES)
    local = dt.datetime.combine(day + dt.timedelta(days=extra), dt.time(minute // 60, minute % 60), tzinfo=zone)
    moment = local.astimezone(dt.UTC)
    if end and moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        moment = local.replace(fold=1).astimezone(dt.UTC)
    return moment


def _intervals(windows: Sequence[Window], today: dt.date, zone: dt.tzinfo) -> list[tuple[dt.datetime, dt.datetime]]:
    days = [today + dt.timedelta(days=offset) for offset in range(-8, _AHEAD)]
    spans = sorted(
        (_instant(day, each.start, zone, end=False), _instant(day, each.until, zone, end=True))
        for day in days
        for each in windows
        if day.weekday() in each.days
    )
    merged: list[tuple[dt.datetime, dt.datetime]] = []
    for start, end_at in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_at))
        elif start < end_at:
            merged.append((start, end_at))
    return merged


def judge(windows: Sequence[Window], *, now: dt.datetime, zone: dt.tzinfo, seconds: float) -> Judgement:
    """Whether a job of that many seconds may begin at ``now`` (aware), and when it may next. No windows: always."""
    if not windows:
        return Judgement(open=True)
    length = dt.timedelta(seconds=seconds)
    present = now.astimezone(dt.UTC)
    left = [(start, end) for start, end in _intervals(windows, now.astimezone(zone).date(), zone) if end > present]
    closes = next((end.astimezone(zone) for start, end in left if start <= present), None)
    begins = next((max(start, present) for start, end in left if end - max(start, present) >= length), None)
    opens = begins.astimezone(zone) if begins and begins != present else None
    return Judgement(open=begins == present, closes_at=closes, opens_at=opens)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When a job of ``seconds`` may begin. ``now`` is the clock: the controller's, or a test's."""

    windows: tuple[Window, ...] = ()
    zone: dt.tzinfo = dt.UTC
    seconds: float = 0
    now: Callable[[], dt.datetime] = utc_now

    @classmethod
    def read(cls, windows: Any, *, timezone: str, seconds: float) -> Hours:
        """From the variables of a school. Raises ValueError."""
        try:
            parsed = parse_windows(windows)
            return cls(windows=parsed, zone=zone(timezone) if parsed else dt.UTC, seconds=seconds)
        except ValueError as exc:
            raise ValueError(Message("pronote_client_windows: {error}", error=message_of(exc))) from exc

    def judge(self) -> Judgement:
        """Whether it may begin now, when the window closes, and when it may next."""
        return judge(self.windows, now=self.now(), zone=self.zone, seconds=self.seconds)

    def closed(self) -> str:
        """Why it may not begin now and when it may, in words; empty when it may."""
        found = self.judge()
        if found.open:
            return ""
        minutes = Message("{seconds} min", seconds=f"{self.seconds / 60:.0f}")
        if found.opens_at is None:
            return Message("no window is as long as the {minutes} that it is expected to take", minutes=minutes)
        why = (
            Message("it could not end by {closes_at}", closes_at=f"{found.closes_at:%H:%M}")
            if found.closes_at
            else Message("outside its hours")
        )
        return Message("{why}: would wait until {opens_at}", why=why, opens_at=Moment(found.opens_at))


ALWAYS = Hours()
"""At any hour."""
