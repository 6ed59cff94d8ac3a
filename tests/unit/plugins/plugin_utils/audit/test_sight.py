"""Of which schools an audit may say that a station has vanished."""

from __future__ import annotations

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.audit.sight import sight_of
from hypothesis import given
from hypothesis import strategies as st

_SCHOOLS = {"a": [f"a{n:02}" for n in range(9)], "b": [f"b{n:02}" for n in range(6)], "c": ["c00"]}
_EVERYBODY = {name: school for school, names in _SCHOOLS.items() for name in names}


def _of(*schools: str) -> dict[str, str]:
    return {name: school for name, school in _EVERYBODY.items() if school in schools}


@pytest.mark.parametrize(
    ("audited", "stations", "given_", "judged"),
    [
        # All of an inventory that is whole: a school may even be gone from it.
        (_of("a", "b"), list(_of("a", "b")), {}, "abc"),
        # Limited to a school, and to a room of one.
        (_of("a"), list(_EVERYBODY), {}, "a"),
        (dict(list(_of("a").items())[:4]), list(_EVERYBODY), {}, ""),
        # A file of one school, with an id that others have too.
        (_of("b"), list(_of("b")), {"in_parts": True}, "b"),
        # An inventory of AWX, with a school that is not in it (any more, or yet).
        (_of("a", "b"), list(_of("a", "b")), {"may_be_cut": True}, "ab"),
        # The conclusion has read nobody, and its inventory is whole.
        ({}, list(_of("a")), {"in_parts": True, "may_be_cut": True, "whole": True}, "abc"),
    ],
)
def test_schools_that_are_judged(
    audited: dict[str, str], stations: list[str], given_: dict[str, bool], judged: str
) -> None:
    sight = sight_of(_EVERYBODY, audited, stations=stations, **{"in_parts": False, "may_be_cut": False, **given_})
    assert "".join(school for school in _SCHOOLS if sight.judges(school)) == judged
    assert not sight.cut


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
    st.integers(2, 12).flatmap(lambda count: st.tuples(st.integers(0, count - 1), st.just(count))),
)
def test_a_slice_is_never_taken_for_the_whole(sizes: list[int], part: tuple[int, int]) -> None:
    """As AWX cuts: every n-th station by name. What it leaves out has not vanished, and is still shown."""
    known = {f"s{school}-{n:02}": str(school) for school, size in enumerate(sizes) for n in range(size)}
    index, count = part
    seen = sorted(known)[index::count]
    audited = {name: known[name] for name in seen}
    sight = sight_of(known, audited, stations=seen, in_parts=False, may_be_cut=True)
    left_out = known.keys() - set(seen)
    assert not any(sight.judges(known[name]) for name in left_out)
    assert all(name in sight.stations for name in left_out if known[name] in audited.values())


def test_a_station_taken_away_has_vanished_in_awx_too() -> None:
    seen = _of("a", "b") | {"c00": "c"}
    del seen["a00"]
    sight = sight_of(_EVERYBODY, seen, stations=list(seen), in_parts=False, may_be_cut=True)
    assert sight.judges("a")
    assert "a00" not in sight.stations
