from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.rings.turn import in_ring, keep_back, other_release


def _ring(**values: Any) -> dict[str, Any]:
    return {"plan": "p", "go": False, "release": "", "held": "", "wrong": False, "earlier": {}, **values}


@pytest.mark.parametrize("ring", [None, _ring(go=True), _ring(go=True, held="stopped")])
def test_it_goes(ring: dict[str, Any] | None) -> None:
    assert keep_back(ring) is None


@pytest.mark.parametrize("now", ["2026.2.7", "2026.2.7.3", "garbage"])
def test_the_release_is_the_one_that_the_pilots_have(now: str) -> None:
    assert other_release(_ring(go=True, release="2026.2.7"), now) is None
    assert other_release(None, now) is None


@pytest.mark.parametrize("now", ["2026.3.1", "2027.1.3", "2026.1.3"])
def test_a_server_that_was_updated_meanwhile_has_nothing_installed_untried(now: str) -> None:
    kept = other_release(_ring(go=True, release="2026.2.7"), now)
    assert kept is not None
    assert (kept["action"], kept["changed"], kept["ring_plan"]) == ("skip", False, "p")
    assert f"went from 2026.2.7 to {now} during this run" in kept["reason"]


@pytest.mark.parametrize(
    ("ring", "expected"),
    [
        (_ring(), {"skipped": True}),
        # What an earlier play left in the variable is not this run's.
        (_ring(earlier={"action": "install", "changed": True, "ring_plan": "other"}), {"skipped": True}),
        (
            _ring(earlier={"action": "install", "changed": True, "ring_plan": "p"}),
            {"action": "install", "changed": True, "ring_plan": "p", "skipped": True},
        ),
    ],
)
def test_it_is_not_its_step(ring: dict[str, Any], expected: dict[str, Any]) -> None:
    assert keep_back(ring) == expected


def test_it_is_held() -> None:
    held = keep_back(_ring(held="rings of A stopped"))
    assert held is not None
    assert (held["action"], held["changed"], held["reason"], held["ring_plan"]) == (
        "skip",
        False,
        "rings of A stopped",
        "p",
    )
    wrong = keep_back(_ring(held="the rings of A: 'x' is no ring.", wrong=True))
    assert wrong is not None
    assert wrong["failed"] is True
    assert wrong["msg"] == "the rings of A: 'x' is no ring. Correct the variable in the inventory of this school."


def test_results_are_marked() -> None:
    assert in_ring({"changed": True}, _ring()) == {"changed": True, "ring_plan": "p"}
    assert in_ring({"changed": True}, None) == {"changed": True}
