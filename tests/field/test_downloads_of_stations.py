"""Downloads of stations that heal: depots behind something that refuses, ignores or misanswers a range."""

from __future__ import annotations

import pytest

from tests.station.fixtures import MakeStation


@pytest.mark.parametrize("curl", ["7.55.1", "7.83.1", "8.4.0", "8.9.0"])
@pytest.mark.parametrize("fault", ["range_refused", "other_part", "no_range"])
def test_the_file_comes_whole_in_the_same_run(make_station: MakeStation, fault: str, curl: str) -> None:
    """Reported of filters and caches between a school and its depot."""
    pc = make_station(curl=curl)
    pc.depot_faults.by_name["setup.exe"] = fault
    assert pc.client()["changed"]
    assert pc.clients() == ["2026.2.7 x64 ok"]
    asked = [event for event in pc.events("web") if event["path"].endswith("setup.exe")]
    assert 1 <= len(asked) <= 4


def test_a_depot_that_refuses_everything_is_told_and_healed_by_the_next_run(make_station: MakeStation) -> None:
    """Reported of filters that learn a new address late."""
    pc = make_station()
    pc.depot_faults.by_name["setup.exe"] = "missing"
    told = pc.client()
    assert told["failed"]
    assert "setup.exe" in told["fact"]
    pc.heal()
    assert pc.client()["changed"]
    assert pc.clients() == ["2026.2.7 x64 ok"]
