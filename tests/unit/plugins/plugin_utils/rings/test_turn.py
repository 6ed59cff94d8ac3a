from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.turn import (
    Turn,
    in_ring,
    keep_back,
    other_release,
    turn_of,
)


def _turn(**values: Any) -> Turn:
    return Turn(**{"plan": "p", "go": False, **values})


@pytest.mark.parametrize("turn", [None, _turn(go=True), _turn(go=True, held="stopped")])
def test_it_goes(turn: Turn | None) -> None:
    assert keep_back(turn) is None


@pytest.mark.parametrize("now", ["2026.2.7", "2026.2.7.3", "garbage"])
def test_the_release_is_the_one_that_the_pilots_have(now: str) -> None:
    assert other_release(_turn(go=True, release="2026.2.7"), now) is None
    assert other_release(None, now) is None


@pytest.mark.parametrize("now", ["2026.3.1", "2027.1.3", "2026.1.3"])
def test_a_server_that_was_updated_meanwhile_has_nothing_installed_untried(now: str) -> None:
    kept = other_release(_turn(go=True, release="2026.2.7"), now)
    assert kept is not None
    assert (kept["action"], kept["changed"], kept["ring_plan"]) == ("skip", False, "p")
    assert f"went from 2026.2.7 to {now} during this run" in kept["reason"]


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (_turn(), {"skipped": True}),
        # What an earlier play left in the variable is not this run's.
        (_turn(earlier={"action": "install", "changed": True, "ring_plan": "other"}), {"skipped": True}),
        (
            _turn(earlier={"action": "install", "changed": True, "ring_plan": "p"}),
            {"action": "install", "changed": True, "ring_plan": "p", "skipped": True},
        ),
    ],
)
def test_it_is_not_its_step(turn: Turn, expected: dict[str, Any]) -> None:
    assert keep_back(turn) == expected


def test_it_is_held() -> None:
    held = keep_back(_turn(held="rings of A stopped", by=("a",), remedy="Mend a."))
    assert held is not None
    assert (held["held_by"], held["remedy"]) == (["a"], "Mend a.")
    assert (held["action"], held["changed"], held["reason"], held["ring_plan"]) == (
        "skip",
        False,
        "rings of A stopped",
        "p",
    )
    wrong = keep_back(_turn(held="the rings of A: 'x' is no ring.", wrong=True))
    assert wrong is not None
    assert wrong["failed"] is True
    assert wrong["msg"] == "the rings of A: 'x' is no ring. Correct the variable in the inventory of this school."


def test_results_are_marked() -> None:
    assert in_ring({"changed": True}, _turn()) == {"changed": True, "ring_plan": "p"}
    assert in_ring({"changed": True}, None) == {"changed": True}


def test_a_turn_is_told_by_the_rings_and_their_step() -> None:
    planned = {"id": "p", "releases": {"a": "2026.2.7"}}
    step = {
        "go": ["a"],
        "held": {"b": "rings of A stopped"},
        "go_on": {"b": {"by": ["c"], "remedy": "Mend c."}},
        "wrong": ["b"],
    }
    assert turn_of("a", planned, step, earlier=None) == Turn(plan="p", release="2026.2.7")
    assert turn_of("b", planned, step, earlier={"changed": True}) == Turn(
        plan="p",
        go=False,
        held="rings of A stopped",
        by=("c",),
        remedy="Mend c.",
        wrong=True,
        earlier={"changed": True},
    )
