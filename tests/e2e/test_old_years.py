"""Earlier years are removed once this one is proven; an older release of the same year goes back when allowed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool

RELEASES = [
    {"release": "2024.3.11", "arch": "x64"},
    {"release": "2025.2.9", "arch": "x64"},
    {"release": "2026.1.3", "arch": "x64"},
    # Going over an earlier release of the year has answers of its own.
    {"release": "2026.2.7", "arch": "x64", "options": {"update_iss": {}}},
]
# What was installed need not be the very release that was published: the year counts.
STATIONS: list[dict[str, Any]] = [
    {"name": "deux-ans", "clients": [{"release": "2024.3.9"}, {"release": "2025.2.9"}]},
    {"name": "un-an", "clients": [{"release": "2025.1.3"}, {"release": "2026.2.7"}]},
    {"name": "entree-seule", "clients": [{"release": "2025.2.9", "exe": False}]},
    {"name": "programme-seul", "clients": [{"release": "2025.2.9", "entry": False}]},
    {"name": "neuf", "clients": [{"release": "2026.2.7"}]},
]
CHANGING = {"deux-ans", "un-an", "entree-seule", "programme-seul"}


@pytest.fixture(scope="module", params=["simulated", pytest.param("wine", marks=pytest.mark.wine)])
def school(request: pytest.FixtureRequest, start_school: StartSchool) -> School:
    if request.param == "wine":
        request.getfixturevalue("wine")
    # The hot fix of the server is no other client; the older release of the year is for putting back.
    return start_school(STATIONS, releases=RELEASES, backend=request.param)


def _play(school: School, *arguments: str, code: int = 0, **variables: Any) -> dict[str, dict[str, Any]]:
    values = {f"pronote_client_{name}": value for name, value in variables.items()}
    return school.play("deploy", "-e", json.dumps(values), *arguments).assert_code(code).of("client")


def _changed(results: dict[str, dict[str, Any]]) -> set[str]:
    return {host for host, result in results.items() if result["changed"]}


def test_years_before_are_removed_once_this_one_is_there(school: School) -> None:
    before = school.lab.snapshots()
    check = school.play("deploy", "--check", "--diff", "-e", "pronote_client_remove_older=true").assert_code(0)
    assert _changed(check.of("client")) == CHANGING
    assert "-Client PRONOTE 2025: 2025.1.3 x64" in check.output
    assert school.lab.snapshots() == before
    planned = {host: result["after"] for host, result in check.of("client").items()}
    assert planned["deux-ans"] == ["Client PRONOTE 2026: 2026.2.7 x64"]

    done = _play(school, remove_older=True)
    assert _changed(done) == CHANGING
    assert {host: result["after"] for host, result in done.items()} == planned
    steps = [name.removeprefix("pronote-client-") for name in done["deux-ans"]["job"]["steps"]]
    assert [(name[:8].rstrip(".x-"), name.rpartition("-")[2]) for name in steps] == [
        ("2026.2.7", "install"),
        ("2024.3.1", "remove"),
        ("2025.2.9", "remove"),
    ]
    settled = school.lab.snapshots()
    assert _changed(_play(school, "--check", remove_older=True)) == set()
    # What there is to do is found in the same way by a dry run.
    if not school.on_wine:
        assert _changed(_play(school, remove_older=True)) == set()
    assert school.lab.snapshots() == settled
    found = school.releases(school.play("audit").assert_code(0))
    # A program without an uninstall entry is nobody's to delete.
    left = "2025.2.9 x64 (program without uninstall entry)"
    assert found.pop("programme-seul") == f"{left}; 2026.2.7 x64"
    assert set(found.values()) == {"2026.2.7 x64"}
    for station in STATIONS:
        assert b"Rentree PRONOTE" not in school.lab.snapshot(station["name"])


@pytest.fixture
def up_to_date(request: pytest.FixtureRequest, start_school: StartSchool) -> School:
    """One Wine station that has the year's last release."""
    request.getfixturevalue("wine")
    return start_school(STATIONS[-1:], releases=RELEASES, backend="wine")


# In process on simulated stations: tests/unit/engine/test_downgrade.py. Here with real installers.
@pytest.mark.wine
def test_an_older_release_of_the_year_goes_back(up_to_date: School) -> None:
    school = up_to_date
    refused = _play(school, "--limit", "neuf", code=2, release="2026.1.3")["neuf"]
    assert "2026.2.7 is installed, newer than 2026.1.3" in refused["fact"]
    for downgrade, steps in (("over", 1), ("remove_first", 3)):
        planned = _play(
            school, "--limit", "neuf", "--check", release="2026.1.3", allow_downgrade=True, downgrade=downgrade
        )["neuf"]
        assert planned["after"] == ["Client PRONOTE 2026: 2026.1.3 x64"]
        done = _play(school, "--limit", "neuf", release="2026.1.3", allow_downgrade=True, downgrade=downgrade)["neuf"]
        assert done["after"] == planned["after"]
        assert len(done["job"]["steps"]) == steps
        run = school.play("audit", "--limit", "neuf").assert_code(0)
        assert school.releases(run)["neuf"] == "2026.1.3 x64"
        assert b"Rentree PRONOTE" not in school.lab.snapshot("neuf")
        back = _play(school, "--limit", "neuf")["neuf"]
        assert (back["changed"], [name.rpartition("-")[2] for name in back["job"]["steps"]]) == (True, ["update"])
