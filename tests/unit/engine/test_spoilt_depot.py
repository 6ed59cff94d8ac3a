"""A depot that is broken or tampered with: nothing is run, nothing stays on the station."""

from __future__ import annotations

import pytest

from tests.station.fixtures import MakeStation


@pytest.mark.parametrize(
    ("faults", "says"),
    [
        ({"install.cmd": "corrupt"}, "install.cmd from the depot does not have the digest"),
        ({"install.cmd": "missing"}, "cannot fetch install.cmd from the depot"),
        ({"setup.exe": "corrupt"}, "setup.exe from the depot does not have the digest that was published"),
        ({"response.iss": "corrupt"}, "response.iss from the depot does not have the digest"),
        ({"response.iss": "missing"}, "the station could not fetch response.iss: the depot answered an HTTP error"),
    ],
)
def test_a_tampered_or_broken_depot_stops_the_installation(
    make_station: MakeStation, faults: dict[str, str], says: str
) -> None:
    pc = make_station()
    before = pc.snapshot()
    pc.depot_faults.by_name.update(faults)
    result = pc.client()
    assert says in result["fact"]
    assert result["remedy"]
    assert pc.starts() == 0
    # Nothing is left on the station.
    assert pc.snapshot() == before


def test_a_depot_that_stays_full_is_told(make_station: MakeStation) -> None:
    pc = make_station()
    before = pc.snapshot()
    pc.depot_faults.by_name["setup.exe"] = "unavailable"
    result = pc.client()
    assert "had no place for setup.exe for longer than a station waits" in result["fact"]
    assert result["remedy"]
    assert pc.snapshot() == before
    pc.depot_faults.by_name.clear()
    assert pc.client()["changed"]


@pytest.mark.parametrize("name", ["install.cmd", "setup.exe", "response.iss"])
def test_a_file_that_a_scanner_holds_for_a_moment_is_no_tampered_one(make_station: MakeStation, name: str) -> None:
    pc = make_station(scanner_holds=[[rf"*\{name}.*", 2]])
    assert pc.client()["changed"]
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert len([event for event in pc.events("web") if event["path"].endswith("/setup.exe")]) == 1


@pytest.mark.parametrize("name", ["install.cmd", "setup.exe", "response.iss"])
def test_a_file_that_cannot_be_read_accuses_no_depot(make_station: MakeStation, name: str) -> None:
    pc = make_station(scanner_holds=[[rf"*\{name}.*", 1000]])
    before = pc.snapshot()
    result = pc.client()
    assert f"{name} was fetched, and cannot be read" in result["fact"]
    assert "antivirus" in result["remedy"]
    assert pc.starts() == 0
    assert pc.snapshot() == before
