"""Files brought in the afternoon, installed in the evening: --tags stage."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.test_interrupted import kill_controller, start_deploy, until

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


def test_stage_matrix(school: School) -> None:
    before = school.lab.snapshots()
    check = school.play("deploy", "--tags", "stage", "--check", "--diff", "-f", "50").assert_code(0)
    assert {host for host, result in check.of("client").items() if result["changed"]} == WANTING
    assert "+staged files: 2026.2.7 x64" in check.output
    assert school.lab.snapshots() == before

    done = school.play("deploy", "--tags", "stage", "-e", "pronote_client_stage_rate=50M").assert_code(0).of("client")
    assert {host for host, result in done.items() if result["changed"]} == WANTING
    assert {result["action"] for host, result in done.items() if host in WANTING} == {"stage"}
    assert school.lab.installer_starts() == []
    settled = school.lab.snapshots()
    assert _changed(school, "--tags", "stage", "--check") == set()
    assert _changed(school, "--tags", "stage") == set()
    assert school.lab.snapshots() == settled


def test_a_later_deployment_fetches_nothing(school: School) -> None:
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


def test_staged_files_that_are_not_wanted_any_more_are_tidied_away(school: School) -> None:
    back = ("-e", "pronote_client_release=2026.1.3", "-e", "pronote_client_allow_downgrade=true", "--limit", "late")
    assert _changed(school, "--tags", "stage", *back) == {"late"}
    assert b"-2026.1.3-x64-" in school.lab.snapshot("late")
    check = school.play("deploy", "--check", "--diff", "--limit", "late").assert_code(0)
    assert check.of("client")["late"]["changed"]
    assert "-staged files: 2026.1.3 x64" in check.output
    assert _changed(school, "--limit", "late") == {"late"}
    assert b"Rentree PRONOTE" not in school.lab.snapshot("late")
    assert _changed(school, "--limit", "late") == set()


def test_staged_files_are_looked_at_again(start_school: StartSchool) -> None:
    school = start_school([{"name": "poste"}])
    assert _changed(school, "--tags", "stage") == {"poste"}
    # An antivirus, or a disk, has changed one of them since.
    school.lab.damage("poste", r"C:\Program Files\Rentree PRONOTE\jobs\*-staged\setup.exe")
    fetched = len(_fetched(school))
    assert _changed(school) == {"poste"}
    assert _fetched(school)[fetched:] == ["setup.exe"]
    assert school.releases(school.play("audit"))["poste"] == "2026.2.7 x64"


def test_an_interrupted_staging_is_picked_up(start_school: StartSchool) -> None:
    school = start_school([{"name": "repris"}, {"name": "installé"}])
    # Slow enough to be caught in the middle: minutes of the stations'.
    slow = ("--tags", "stage", "-e", "pronote_client_stage_rate=20K")
    process = start_deploy(school, "killed", *slow)
    until(lambda: _fetched(school).count("setup.exe") == 2)
    kill_controller(process)
    # One is followed to its end, the other one's files so far are taken over by the installation.
    done = school.play("deploy", "--limit", "installé").assert_code(0).of("client")["installé"]
    assert (done["action"], done["job"]["started"]) == ("install", 1)
    assert b"Rentree PRONOTE" not in school.lab.snapshot("installé")
    again = school.play("deploy", "--limit", "repris", "--tags", "stage").assert_code(0).of("client")["repris"]
    assert (again["action"], again["job"]["followed"]) == ("finish", True)
    assert _changed(school, "--limit", "repris", "--tags", "stage") == set()
    assert _changed(school) == {"repris"}
    assert set(school.releases(school.play("audit")).values()) == {"2026.2.7 x64"}


def test_there_is_nothing_to_stage_for_a_removal(school: School) -> None:
    before = school.lab.snapshots()
    run = school.play("deploy", "--tags", "stage", "-e", "pronote_client_state=absent").assert_code(0)
    assert {result["outcome"] for result in run.of("client").values()} <= {"skipped"}
    assert school.lab.snapshots() == before


@pytest.mark.parametrize("rate", ["fast", "1 M", "2M & calc", "-1"])
def test_a_rate_that_curl_would_not_take_is_refused(school: School, rate: str) -> None:
    run = school.play(
        "deploy", "--tags", "stage", "--limit", "right", "-e", f'{{"pronote_client_stage_rate": "{rate}"}}'
    )
    assert "is not a rate such as 500K or 2M" in run.assert_code(2).of("client")["right"]["msg"]
