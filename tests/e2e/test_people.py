"""People first, through the role's variables; every case of it in process: tests/unit/engine/test_people.py."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool

CLIENT = {"clients": [{"release": "2026.1.3"}]}
BUSY = {**CLIENT, "session_open": "élève", "running_client": "2026.1.3"}
STATIONS = [
    {"name": "occupé", **BUSY},
    {"name": "sourd", **BUSY},
    {"name": "libre", **CLIENT},
]


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS)


def deploy(school: School, station: str, code: int = 0, *arguments: str, **variables: Any) -> dict[str, Any]:
    """Deploy to one station with variables of the role, named without their prefix."""
    values = {f"pronote_client_{name}": value for name, value in variables.items()}
    run = school.play("deploy", "--limit", station, "-e", json.dumps(values), *arguments)
    result: dict[str, Any] = run.assert_code(code).of("client")[station]
    return result


def _found(school: School, station: str) -> dict[str, Any]:
    record: dict[str, Any] = school.play("audit", "--limit", station).of("audit")[station]["record"]
    return record


def _messages(school: School, station: str) -> list[str]:
    return [event["data"]["text"] for event in school.lab.journal(kind="message", station=station)]


def test_close_closes_and_installs(school: School) -> None:
    checked = school.play("deploy", "--limit", "occupé", "--check", "-e", "pronote_client_when_running=close")
    assert "what is being typed is lost" in " ".join(checked.output.split())
    planned = checked.of("client")["occupé"]
    assert planned["changed"]
    assert "closes it; what is being typed is lost" in planned["conditions"][0]
    assert deploy(school, "occupé", when_running="close")["changed"]
    assert not deploy(school, "occupé", when_running="close")["changed"]
    info = _found(school, "occupé")
    assert info["found"] == "2026.2.7 x64"
    assert info["facts"]["running"] == []
    assert info["facts"]["session_open"]


def test_notify_tells_in_french_then_leaves_or_closes(school: School) -> None:
    before = school.lab.snapshots()
    planned = deploy(school, "sourd", 0, "--check", when_running="notify", notify_delay=2)
    assert planned["changed"]
    assert "shows the message, gives 2 s, then leaves the station" in planned["conditions"][0]
    assert _messages(school, "sourd") == []
    left = deploy(school, "sourd", when_running="notify", notify_delay=1)
    assert (left["action"], left["changed"]) == ("skip", False)
    assert "still in use 1 s after the message" in left["reason"]
    (told,) = _messages(school, "sourd")
    assert told.startswith("Mise à jour de PRONOTE sur ce poste dans 1 min. Merci d'enregistrer")
    assert school.lab.snapshots() == before
    assert deploy(school, "sourd", when_running="notify", notify_delay=1, notify_then="close")["changed"]
    assert _found(school, "sourd")["found"] == "2026.2.7 x64"


def test_the_other_station_was_never_touched(school: School) -> None:
    assert not school.lab.installer_starts(station="libre")
