"""Whether a run may have a school: of all runs on all nodes one has it, and a dead one not for long."""

from __future__ import annotations

import datetime as dt

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease.decide import (
    LEAST,
    Lease,
    Run,
    claim,
    due,
    lease_of,
)
from hypothesis import given
from hypothesis import strategies as st

_START = dt.datetime(2026, 8, 24, 18, 0, tzinfo=dt.UTC)
_ONE = Run(run="node-1:a", holder="AWX 12", node="node-1")
_TWO = Run(run="node-2:b", holder="AWX 13", node="node-2")


def _after(seconds: float) -> dt.datetime:
    return _START + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("held", "seconds", "alive", "expected"),
    [
        (None, 0, True, "take"),
        (_ONE, 0, True, "keep"),
        # Its own, whatever the time: nobody has taken it meanwhile.
        (_ONE, 9000, True, "keep"),
        (_TWO, 0, True, "leave"),
        (_TWO, 299, True, "leave"),
        (_TWO, 300, True, "take"),
        (_TWO, 0, False, "take"),
    ],
)
def test_claim(held: Run | None, seconds: float, alive: bool, expected: str) -> None:
    there = None if held is None else lease_of("0310001A", held, now=_START, seconds=300)
    assert claim(there, _ONE, now=_after(seconds), alive=alive) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(0, False), (59, False), (60, True), (299, True), (900, True)])
def test_it_is_made_longer_after_a_fifth_of_its_time(seconds: float, expected: bool) -> None:
    assert due(lease_of("0310001A", _ONE, now=_START, seconds=300), now=_after(seconds)) is expected


_STEPS = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from(["one works", "two works", "one asks", "two asks"])), max_size=40
)


@given(st.floats(LEAST, 3600), _STEPS)
def test_one_at_a_time_and_nobody_for_ever(seconds: float, steps: list[tuple[int, str]]) -> None:
    """Two runs work (and so renew) or ask, in any order: a school is taken from a run only once it has written nothing
    for as long as its lease, and then whoever asks gets it."""
    now, held, wrote = _START, None, _START
    for pause, what in steps:
        now += dt.timedelta(seconds=pause)
        run = _ONE if what.startswith("one") else _TWO
        silent = (now - wrote).total_seconds()
        if what.endswith("works"):
            if held is not None and held.run == run.run:
                if due(held, now=now):
                    held = lease_of(held.school, run, now=now, seconds=seconds)
                wrote = now
            continue
        answer = claim(held, run, now=now, alive=True)
        if held is None or held.run == run.run:
            assert answer == ("take" if held is None else "keep")
        elif silent < seconds * 4 / 5 - 1:
            assert answer == "leave"
        elif silent > seconds + 1:
            assert answer == "take"
        if answer == "take":
            held, wrote = lease_of("0310001A", run, now=now, seconds=seconds), now


def test_a_lease_is_its_row() -> None:
    made = lease_of("0310001A", _ONE, now=_START, seconds=300)
    assert Lease(**made.as_dict()) == made
    assert (made.taken, made.expires) == ("2026-08-24T18:00:00Z", "2026-08-24T18:05:00Z")
