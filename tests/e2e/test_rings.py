"""Rings: pilots first, schools on their own, stop and resume, whatever the limit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun

ONE, TWO = "0310001A", "0310002B"
OLD = {"clients": [{"release": "2026.1.3"}]}
REJECTED = {"installer_fault": {"kind": "rejected", "result_code": -12}}
RINGS = {"pronote_client_rings": [1, 2, "100%"], "pronote_client_ring_max_fail": 0}


def _school(start_school: StartSchool, one: list[dict[str, Any]], two: list[dict[str, Any]]) -> School:
    def numbered(block: int, names: str, stations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"name": f"{names}-{number}", "address": f"{block}.{number}", **OLD, **station}
            for number, station in enumerate(stations, start=1)
        ]

    return start_school(
        [],
        schools=[
            {"uai": ONE, "group": "un", "name": "Un", "release": "2026.2.7"},
            {"uai": TWO, "group": "deux", "name": "Deux", "release": "2026.2.7"},
        ],
        rooms=[
            {"group": "salle_1", "name": "Salle 1", "school": ONE, "stations": numbered(1, "un", one)},
            {"group": "salle_2", "name": "Salle 2", "school": TWO, "stations": numbered(2, "deux", two)},
        ],
    )


def _play(school: School, *arguments: str, **variables: Any) -> PlaybookRun:
    return school.play("deploy", "-f", "50", "-e", json.dumps({**RINGS, **variables}), *arguments)


def _order(school: School) -> list[str]:
    """The stations in the order in which their installers began."""
    return [start["station"] for start in school.lab.installer_starts()]


def test_rings_in_order_stop_and_resume(start_school: StartSchool, tmp_path: Path) -> None:
    # The first station of school one is off; the third will be refused by its setup.
    school = _school(start_school, [{"power": "off"}, {}, REJECTED, {}, {}], [{}, {}, {}, {}])
    state = str(tmp_path / "state.sqlite3")

    before = school.lab.snapshots()
    check = _play(school, "--check", pronote_state=state).assert_code(4)
    assert school.lab.snapshots() == before
    assert not Path(state).exists()
    for line in (
        f"{ONE}: ring 1 of 3 (pilots), 1 stations: un-2",
        f"{ONE}: ring 2 of 3, 2 stations: un-1, un-3",
        f"{ONE}: ring 3 of 3, 2 stations: un-4, un-5",
        f"{ONE}: in a pilot's place, should it be off or in use: un-3, un-4, un-5",
        f"{TWO}: ring 1 of 3 (pilots), 1 stations: deux-1",
    ):
        assert line in check.output
    # A dry run tells of everybody.
    assert {host for host, r in check.of("client").items() if r["action"] == "install"} >= {"un-5", "deux-4"}

    first = _play(school, pronote_state=state).assert_code(4)
    order = _order(school)
    assert set(order[:2]) == {"un-2", "deux-1"}
    assert set(order[2:5]) == {"un-3", "deux-2", "deux-3"}
    # School one stopped after ring 2, school two did not.
    assert order[5:] == ["deux-4"]
    results = first.of("client")
    assert results["un-4"]["action"] == "skip"
    assert "1 of 2 stations of ring 2 failed, more than 0: un-3" in results["un-4"]["reason"]
    assert f"{ONE}: stopped, 1 of 2 stations of ring 2 failed" in first.output
    assert f"{TWO}: stopped" not in first.output
    # The first station of the play has a part in every step; its own result is what stays.
    assert results["un-1"]["outcome"] == "unreachable"

    # Next evening: un-1 is on, and the setup of un-3 is in order.
    school.lab.control("un-1", power="on")
    school.lab.control("un-3", installer_fault=None)
    second = _play(school, pronote_state=state).assert_code(0)
    assert f"{ONE}: resumes at ring 2 of 3" in second.output
    assert "the last run on 2026.2.7 stopped: 1 of 2 stations" in " ".join(second.output.split())
    assert set(_order(school)[6:8]) == {"un-1", "un-3"}
    assert set(_order(school)[8:]) == {"un-4", "un-5"}
    third = _play(school, pronote_state=state).assert_code(0)
    assert {host for host, r in third.of("client").items() if r["changed"]} == set()
    assert "resumes" not in third.output or "ring 3 of 3" in third.output
    assert len(_order(school)) == 10
