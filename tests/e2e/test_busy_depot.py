"""More stations than the depot serves at once: each waits for its turn, none fails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool

# On Wine the pauses last as long as on Windows, and a station takes a second to start: one of each is enough.
_MANY = {"simulated": 20, "wine": 2}
_LIMITS = {
    "simulated": {"transfers": 3, "rate": 3_000_000, "retry_after": 1},
    # Seven seconds for the installer: the other station comes meanwhile, however busy the machine.
    "wine": {"transfers": 1, "rate": 20_000, "retry_after": 1},
}


@pytest.fixture(
    scope="module",
    params=["simulated", pytest.param("wine", marks=pytest.mark.wine)],
)
def school(request: pytest.FixtureRequest, start_school: StartSchool) -> School:
    backend = request.param
    if backend == "wine":
        request.getfixturevalue("wine")
    stations = [{"name": f"poste-{number:02}"} for number in range(_MANY[backend])]
    return start_school(stations, backend=backend, depot=_LIMITS[backend])


def _installers(school: School) -> list[dict[str, Any]]:
    events = school.lab.journal(kind="web", since=school.lab.info["journal_start"])
    return [e["data"] for e in events if e["data"]["server"] == "depot" and e["data"]["path"].endswith("setup.exe")]


def test_every_station_is_served_in_the_end(school: School) -> None:
    run = school.play("deploy", "-f", "30").assert_code(0)
    results = run.of("client")
    assert all(result["changed"] for result in results.values())
    asked = _installers(school)
    statuses = [request["status"] for request in asked]
    # The limit was met, nobody was let past it, and nobody fetched the installer twice.
    assert 503 in statuses
    assert statuses.count(200) == len(results)
    assert set(statuses) == {200, 503}
    assert not any(result["changed"] for result in school.play("deploy").assert_code(0).of("client").values())
