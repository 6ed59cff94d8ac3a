"""Who is asked, and when: of each room so many, of each account one before the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.rentree.pronote.plugins.plugin_utils.doctor.rounds import (
    Ask,
    Candidate,
    Knock,
    Picked,
    Standing,
    rounds,
)
from hypothesis import given, settings
from hypothesis import strategies as st


class _School:
    """What each station comes to; ``asked`` and ``knocked``: the rounds."""

    def __init__(self, standings: Mapping[str, Standing]) -> None:
        self._standings = standings
        self.asked: list[tuple[str, ...]] = []
        self.knocked: list[tuple[str, ...]] = []

    def examine(self, candidates: list[Candidate], *, of_room: int = 1) -> Picked:
        steps = rounds(candidates, of_room=of_room)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Knock):
                    self.knocked.append(step.names)
                    # One that goes off after its port was tried is told when it is asked.
                    answers = {name: self._standings.get(name, "let_in") for name in step.names}
                else:
                    assert isinstance(step, Ask)
                    self.asked.append(step.names)
                    answers = {name: self._standings.get(name, "let_in") for name in step.names}
                step = steps.send(answers)
        except StopIteration as end:
            picked: Picked = end.value
            return picked


def _room(room: str, number: int, account: str = "a", **more: Any) -> list[Candidate]:
    return [Candidate(name=f"{room}{each}", room=room, account=account, **more) for each in range(1, number + 1)]


def test_one_of_each_room_and_one_of_the_account_first() -> None:
    school = _School({})
    picked = school.examine([*_room("p", 3), *_room("q", 3), *_room("r", 3)])
    assert school.asked == [("p1",), ("q1", "r1")]
    assert picked.asked == {"p": ["p1"], "q": ["q1"], "r": ["r1"]}
    assert picked.untried == {}


def test_accounts_of_their_own_wait_for_nobody() -> None:
    school = _School({})
    school.examine([*_room("p", 1, "a"), *_room("q", 1, "b"), *_room("r", 1, "a")])
    assert school.asked == [("p1", "q1"), ("r1",)]


def test_a_refused_password_is_sent_once() -> None:
    school = _School({"p1": "refused"})
    picked = school.examine([*_room("p", 3), *_room("q", 3), *_room("r", 1, "b")])
    assert school.asked == [("p1", "r1")]
    assert picked.untried == {"q1": "p1"}


def test_a_refusal_after_the_account_was_accepted_is_one_stations() -> None:
    school = _School({"q1": "refused"})
    picked = school.examine([*_room("p", 1), *_room("q", 1), *_room("r", 1)])
    assert school.asked == [("p1",), ("q1", "r1")]
    assert picked.untried == {}


def test_who_is_off_makes_room_for_the_next() -> None:
    """At whose port one knocks, ever more of them at once: nobody who is off is sent a password."""
    school = _School(dict.fromkeys((f"p{each}" for each in range(1, 21)), "off"))
    picked = school.examine(_room("p", 21))
    assert [len(names) for names in school.knocked] == [1, 2, 4, 8, 6]
    assert school.asked == [("p21",)]
    assert picked.asked == {"p": ["p21"]}


def test_a_room_that_is_off_has_nobody() -> None:
    school = _School({"p1": "off", "p2": "off"})
    assert school.examine(_room("p", 2)).asked == {"p": []}
    assert school.asked == []


def test_what_is_no_winrm_counts_for_nothing() -> None:
    school = _School({"p1": "other"})
    assert school.examine(_room("p", 2)).asked == {"p": ["p1", "p2"]}


def test_all_of_a_room() -> None:
    school = _School({"p2": "off"})
    assert school.examine(_room("p", 4), of_room=0).asked == {"p": ["p1", "p3", "p4"]}
    assert school.asked == [("p1",), ("p3", "p4")]


def test_those_that_only_a_process_reaches_are_asked_without_knocking() -> None:
    school = _School({})
    assert school.examine(_room("p", 1, knocked=False)).asked == {"p": ["p1"]}
    assert school.knocked == []


_STANDINGS = st.sampled_from(["let_in", "refused", "off", "other"])


@settings(deadline=None, max_examples=150)
@given(
    stations=st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from("ab"), _STANDINGS), max_size=12),
    of_room=st.integers(0, 3),
)
def test_whatever_stations_come_to(stations: list[tuple[str, str, Standing]], of_room: int) -> None:
    """It ends; nobody is asked twice; a password that was accepted by none is refused by one at most."""
    candidates = [Candidate(name=f"s{n}", room=room, account=account) for n, (room, account, _) in enumerate(stations)]
    standings = {f"s{n}": standing for n, (_, _, standing) in enumerate(stations)}
    school = _School(standings)
    picked = school.examine(candidates, of_room=of_room)
    asked = [name for names in school.asked for name in names]
    assert len(set(asked)) == len(asked)
    assert not set(asked) & picked.untried.keys()
    account = {each.name: each.account for each in candidates}
    for wanted in "ab":
        mine = [standings[name] for name in asked if account[name] == wanted]
        before = mine[: mine.index("let_in")] if "let_in" in mine else mine
        assert before.count("refused") <= 1
