"""Files brought in the afternoon, installed in the evening: --tags stage."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool

STATIONS: list[dict[str, Any]] = [
    {"name": "absent"},
    {"name": "late", "clients": [{"release": "2026.1.3"}]},
    {"name": "busy", "clients": [{"release": "2026.1.3"}], "session_open": "eleve", "running_client": "2026.1.3"},
    {"name": "right", "clients": [{"release": "2026.2.7"}]},
]
WANTING = {"absent", "late", "busy"}
RELEASES = [{"release": "2026.2.7", "arch": "x64"}, {"release": "2026.1.3", "arch": "x64"}]


@pytest.fixture(scope="module", params=["simulated", pytest.param("wine", marks=pytest.mark.wine)])
def school(request: pytest.FixtureRequest, start_school: StartSchool) -> School:
    if request.param == "wine":
        request.getfixturevalue("wine")
    return start_school(STATIONS, releases=RELEASES, backend=request.param)


def _changed(school: School, *arguments: str) -> set[str]:
    run = school.play("deploy", "-f", "50", *arguments).assert_code(0)
    return {host for host, result in run.of("client").items() if result["changed"]}


def _fetched(school: School) -> list[str]:
    """Names of files that stations have fetched from the depot so far."""
    events = [event["data"] for event in school.lab.journal(kind="web")]
    return [event["path"].rpartition("/")[2] for event in events if event["server"] == "depot"]


def test_brought_in_the_afternoon_installed_in_the_evening(school: School) -> None:
    _bring(school)
    _install_what_was_brought(school)


def _bring(school: School) -> None:
    before = school.lab.snapshots()
    check = school.play("deploy", "--tags", "stage", "--check", "--diff", "-f", "50").assert_code(0)
    assert {host for host, result in check.of("client").items() if result["changed"]} == WANTING
    assert "+staged files: 2026.2.7 x64" in check.output
    assert school.lab.snapshots() == before

    done = school.play("deploy", "--tags", "stage", "-e", "pronote_client_rate=50M").assert_code(0).of("client")
    assert {host for host, result in done.items() if result["changed"]} == WANTING
    assert {result["action"] for host, result in done.items() if host in WANTING} == {"stage"}
    assert school.lab.installer_starts() == []
    settled = school.lab.snapshots()
    assert _changed(school, "--tags", "stage", "--check") == set()
    # What there is to do is found in the same way by a dry run.
    if not school.on_wine:
        assert _changed(school, "--tags", "stage") == set()
    assert school.lab.snapshots() == settled


def _install_what_was_brought(school: School) -> None:
    # A run that is turned away by people leaves the files where they are.
    left = school.play("deploy", "--limit", "busy").assert_code(0).of("client")["busy"]
    assert (left["action"], left["changed"]) == ("skip", False)
    fetched = _fetched(school)
    assert fetched
    check = school.play("deploy", "--check", "--diff", "--limit", "late").assert_code(0)
    assert "-staged files: 2026.2.7 x64" in check.output
    assert _changed(school, "-e", "pronote_client_when_running=close") == WANTING
    # Not even install.cmd: its digest is the one the controller knows.
    assert _fetched(school) == fetched
    assert sorted(start["station"] for start in school.lab.installer_starts()) == sorted(WANTING)
    for station in STATIONS:
        assert b"Rentree PRONOTE" not in school.lab.snapshot(station["name"])


# A matter of the plan: nothing is asked of a station but what an audit asks.
@pytest.mark.parametrize("school", ["simulated"], indirect=True)
def test_there_is_nothing_to_stage_for_a_removal(school: School) -> None:
    before = school.lab.snapshots()
    run = school.play("deploy", "--tags", "stage", "-e", "pronote_client_state=absent").assert_code(0)
    assert {result["action"] for result in run.of("client").values()} == {"none"}
    assert school.lab.snapshots() == before
