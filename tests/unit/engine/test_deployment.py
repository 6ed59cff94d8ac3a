"""A deployment from its first look at a station to its end."""

from __future__ import annotations

from tests.station.fixtures import MakeStation


def test_a_first_installation(make_station: MakeStation) -> None:
    pc = make_station()
    result = pc.client()
    assert result.get("failed") is None, result
    assert (result["changed"], result["action"]) == (True, "install")
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert pc.folders() == pc.tasks() == []
    again = pc.client()
    assert (again["changed"], again["action"]) == (False, "none")
