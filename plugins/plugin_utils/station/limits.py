# SPDX-License-Identifier: GPL-3.0-or-later
"""The time that a session with a station has, and what it is called when it is over. I/O: the clock."""

from __future__ import annotations

from dataclasses import replace

from ...module_utils.base.deadline import Deadline
from ...module_utils.base.message import Message
from .causes import Way, from_exception
from .errors import ForbiddenAnswerError, StationError, UnseenError
from .rules import BreachError

__all__ = ["Limits"]


class Limits:
    """``connecting``: seconds for a connection, with its TLS; ``until``: the end of it all.

    ``server``: what the last answer says to come from; ``answered``: whether there was one.
    """

    def __init__(self, *, connecting: float, until: Deadline | None = None) -> None:
        self.connecting = connecting
        self.until = until
        self.server = ""
        self.answered = False

    def within(self, seconds: float) -> float:
        """So many seconds, or what is left of the whole. Raises BreachError when nothing is."""
        if self.until is None:
            return seconds
        try:
            return min(seconds, self.until.remaining())
        except TimeoutError as exc:
            text = Message("{seconds} s for all that was asked", seconds=format(self.until.seconds, "g"))
            raise BreachError("endless", text, server=self.server) from exc

    def over(self) -> BreachError | None:
        """The end of it all, where somebody answers and takes too long: none for who says nothing from the start."""
        try:
            self.within(0)
        except BreachError as exc:
            return exc if self.answered else None
        return None

    def told(self, exc: Exception, way: Way) -> StationError:
        """The error of what was raised while the station was talked to."""
        known = replace(way, server=self.server)
        error = from_exception(exc, known)
        unseen = isinstance(error, UnseenError) and not isinstance(error, ForbiddenAnswerError)
        if unseen and (over := self.over()) is not None:
            return from_exception(over, known)
        return error
