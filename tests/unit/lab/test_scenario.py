"""Scenarios are read as they look."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.lab.scenario import Scenario, load_scenario

_SCENARIO = """
schools: [{{uai: "0310001A", group: riquet, name: Riquet, release: 2026.2.7}}]
accounts: [{{name: a, password: b}}]
releases: []
clock: {clock}
rooms:
  - group: salle
    name: Salle
    school: "0310001A"
    stations:
      - {{name: one, address: {one}}}
      - {{name: two, address: {two}}}
"""


def _load(folder: Path, *, one: str, two: str = "2.2", clock: str = "60.0") -> Scenario:
    path = folder / "scenario.yml"
    path.write_text(_SCENARIO.format(one=one, two=two, clock=clock), encoding="utf-8")
    return load_scenario(path)


@pytest.mark.parametrize("address", ["1.10", "1.20", "01.5", "1.", "1_0.1"])
def test_an_address_that_is_another_number_to_yaml_is_refused(tmp_path: Path, address: str) -> None:
    """1.10 is 1.1, where another station is."""
    with pytest.raises(yaml.YAMLError, match="write it in quotes"):
        _load(tmp_path, one=address)
    assert _load(tmp_path, one=f'"{address}"').stations[0][1].address == address


def test_an_address_that_is_the_same_number_is_taken(tmp_path: Path) -> None:
    scenario = _load(tmp_path, one="1.1", clock="0.5")
    assert [station.address for _, station in scenario.stations] == ["1.1", "2.2"]
    assert scenario.clock == 0.5


@pytest.mark.parametrize(("one", "two"), [("1.1", "1.1"), ("1.1", '"1.1"')])
def test_two_stations_of_one_address_are_refused(tmp_path: Path, one: str, two: str) -> None:
    with pytest.raises(ValueError, match=r"several stations have the address 1\.1"):
        _load(tmp_path, one=one, two=two)
