"""Stations and releases from the data of a scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

import tests.lab
from tests.lab.journal import Journal
from tests.lab.scenario import ReleaseSpec, StationSpec, load_scenario
from tests.lab.simulated.from_scenario import build_release, build_station

from .bench import ADMIN


def test_every_station_of_the_demo() -> None:
    scenario = load_scenario(Path(tests.lab.__file__).parent / "scenarios" / "demo.yml")
    for _, spec in scenario.stations:
        station = build_station(spec, address="127.0.0.1", accounts=(ADMIN,), clock=20, journal=Journal())
        assert station.name == spec.name


def test_files_that_somebody_has() -> None:
    file = {"path": "C:\\EDT\\a.zip", "text": "PK", "size": 10, "modified": "2026-08-25T14:30:15+02:00"}
    spec = StationSpec(name="s", address="1.1", options={"files": [file]})
    station = build_station(spec, address="127.0.0.1", accounts=(ADMIN,), clock=1, journal=Journal())
    node = station.files.require("C:\\EDT\\a.zip")
    assert (node.content.read(), node.modified.isoformat()) == (b"PK" + bytes(8), "2026-08-25T14:30:15+02:00")


def test_unknown_option_is_an_error() -> None:
    spec = StationSpec(name="s", address="1.1", options={"free_spaec": 1})
    with pytest.raises(TypeError, match="free_spaec"):
        build_station(spec, address="127.0.0.1", accounts=(ADMIN,), clock=1, journal=Journal())


def test_release_files() -> None:
    files, code = build_release(ReleaseSpec(release="2023.0.1.2"))
    assert sorted(files) == ["response.iss", "setup.exe", "uninstall.iss"]
    assert code == "{02871376-45F6-4642-9D84-C7681ABE361F}"
    assert code.encode() in files["response.iss"]
