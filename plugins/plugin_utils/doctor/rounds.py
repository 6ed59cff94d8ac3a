# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asked, in which order: so many stations of each room, and of each account one before the others. Pure.

``rounds`` is a generator: it says at whose port to knock and whom to ask, and is told what came of it. A password that
a station refuses is sent to no other one; those it would have been sent to are ``untried``. A station that is off makes
room for the next one of its room.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

__all__ = ["Ask", "Candidate", "Knock", "Picked", "Standing", "rounds"]

Standing = Literal["let_in", "refused", "off", "other"]
"""What came of asking: its account was accepted, or refused; it did not answer; it answered something else, or it could
not be asked. A port that is closed is ``off``, one that is open anything else."""

ALL: Final = 0
"""Stations of a room: every one."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A station that can be asked. ``account``: who logs in, the same for the same name and password; ``knocked``:
    whether its port can be tried beforehand."""

    name: str
    room: Hashable
    account: Hashable
    knocked: bool = True


@dataclass(frozen=True)
class Knock:
    """Try the ports of these, all at once."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Ask:
    """Read these, all at once: no two have an account that nobody has accepted yet."""

    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Picked:
    """``asked``: by room; ``untried``: with the station that refused their account."""

    asked: Mapping[Hashable, Sequence[str]]
    untried: Mapping[str, str]


Answers = Mapping[str, Standing]


@dataclass
class _Room:
    waiting: deque[Candidate]
    wanted: int
    ready: deque[Candidate] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)
    # Those that count: who was let in, or refused, and whoever has the account of one that was.
    done: int = 0
    # Knocked at together: a room whose stations are off is through in a few rounds.
    step: int = 1

    def knocks(self) -> list[Candidate]:
        missing = self.wanted - self.done - len(self.ready)
        if missing <= 0:
            return []
        number = max(missing, self.step)
        self.step = number * 2
        return [self.waiting.popleft() for _turn in range(min(number, len(self.waiting)))]


def rounds(candidates: Sequence[Candidate], *, of_room: int) -> Generator[Knock | Ask, Answers, Picked]:
    """Yields what to do and is sent what came of it, for each name. ``of_room``: stations of each room, or ALL."""
    rooms: dict[Hashable, _Room] = {}
    for each in candidates:
        rooms.setdefault(each.room, _Room(waiting=deque(), wanted=0)).waiting.append(each)
    for room in rooms.values():
        room.wanted = len(room.waiting) if of_room == ALL else of_room
    accepted: set[Hashable] = set()
    refused: dict[Hashable, str] = {}
    untried: dict[str, str] = {}
    by_name = {each.name: (each, rooms[each.room]) for each in candidates}
    while True:
        while knocked := [each for room in rooms.values() for each in room.knocks()]:
            tried = tuple(each.name for each in knocked if each.knocked)
            answers = (yield Knock(tried)) if tried else {}
            for each in knocked:
                if not each.knocked or answers[each.name] != "off":
                    by_name[each.name][1].ready.append(each)
        asked = _next(rooms.values(), accepted, refused, untried)
        if not asked:
            return Picked(asked={key: room.asked for key, room in rooms.items()}, untried=untried)
        answers = yield Ask(tuple(each.name for each in asked))
        for each in asked:
            room, standing = by_name[each.name][1], answers[each.name]
            room.asked.append(each.name)
            if standing == "let_in":
                accepted.add(each.account)
            elif standing == "refused" and each.account not in accepted:
                refused[each.account] = each.name
            room.done += standing in {"let_in", "refused"}


def _next(
    rooms: Collection[_Room], accepted: set[Hashable], refused: Mapping[Hashable, str], untried: dict[str, str]
) -> list[Candidate]:
    """Whom to ask now. Whoever has a refused account is done with; of one not yet accepted, one is asked."""
    asked: list[Candidate] = []
    trying: set[Hashable] = set()
    for room in rooms:
        kept: list[Candidate] = []
        taken = 0
        while room.ready and room.done + taken + len(kept) < room.wanted:
            each = room.ready.popleft()
            if each.account in refused:
                untried[each.name] = refused[each.account]
                room.done += 1
            elif each.account in accepted or each.account not in trying:
                trying.add(each.account)
                asked.append(each)
                taken += 1
            else:
                kept.append(each)
        room.ready.extendleft(reversed(kept))
    return asked
