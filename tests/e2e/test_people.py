"""People first: the client is in use, a session is open, somebody starts the client in the middle of it all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.test_interrupted import until

CLIENT = {"clients": [{"release": "2026.1.3"}]}
BUSY = {**CLIENT, "session_open": "élève", "running_client": "2026.1.3"}
LOGGED_ON = {**CLIENT, "session_open": "élève"}
STATIONS = [
    {"name": "occupé", **BUSY},
    {"name": "averti", **BUSY},
    {"name": "sourd", **BUSY},
    {"name": "famille", **BUSY, "edition": "home"},
    {"name": "ouvert", **LOGGED_ON},
    {"name": "ouvert-aussi", **LOGGED_ON},
    {"name": "libre", **CLIENT},
]
MESSAGE = "Mise à jour de PRONOTE sur ce poste dans 5 min."


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


def _meanwhile(condition: Callable[[], bool], act: Callable[[], None]) -> threading.Thread:
    """Do something at a station as soon as a condition of the lab holds, while a playbook runs."""

    def work() -> None:
        until(condition)
        act()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_skip_wait_fail_leave_the_station_as_it_was(school: School) -> None:
    before = school.lab.snapshots()
    skipped = deploy(school, "occupé", when_running="skip")
    assert (skipped["action"], skipped["changed"]) == ("skip", False)
    assert "Client PRONOTE.exe" in str(skipped["reason"])
    waited = deploy(school, "occupé", when_running="wait", wait_running_timeout=1)
    assert (waited["action"], waited["changed"]) == ("skip", False)
    assert "still in use after 1 s" in str(waited["reason"])
    failed = deploy(school, "occupé", 2, when_running="fail")
    assert "is running" in str(failed["fact"])
    assert school.lab.snapshots() == before


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


def test_notify_goes_on_as_soon_as_the_client_is_closed(school: School) -> None:
    person = _meanwhile(lambda: bool(_messages(school, "averti")), lambda: school.lab.people("averti", "close"))
    # Without anybody closing it this would take longer than the test may.
    result = deploy(school, "averti", when_running="notify", notify_delay=3600, notify_message=MESSAGE)
    person.join()
    assert result["changed"]
    assert _messages(school, "averti") == [MESSAGE]
    assert _found(school, "averti")["found"] == "2026.2.7 x64"


def test_who_cannot_be_told_is_not_closed(school: School) -> None:
    before = school.lab.snapshots()
    left = deploy(school, "famille", when_running="notify", notify_delay=1, notify_then="close")
    assert (left["action"], left["changed"]) == ("skip", False)
    assert "this Windows has no msg.exe" in left["reason"]
    assert school.lab.snapshots() == before


@pytest.mark.parametrize("message", ["", "x" * 256, "/server:ailleurs", 'dit "bonjour"', "100 %"])
def test_a_message_that_would_not_be_one_is_refused(school: School, message: str) -> None:
    commands = len(school.lab.journal(kind="command"))
    refused = deploy(school, "famille", 2, notify_message=message)
    assert "message" in refused["msg"] or "cannot be passed to cmd.exe" in refused["msg"]
    assert len(school.lab.journal(kind="command")) == commands


def test_a_session_without_the_client(school: School) -> None:
    before = school.lab.snapshots()
    assert deploy(school, "ouvert", when_session="skip")["reason"] == "somebody is logged on: left for a later run"
    assert "is logged on" in deploy(school, "ouvert", 2, when_session="fail")["fact"]
    waited = deploy(school, "ouvert", when_session="wait", wait_running_timeout=1)
    assert waited["reason"] == "somebody was still logged on after 1 s: left for a later run"
    assert school.lab.snapshots() == before
    # Told, and nothing of theirs is touched: the setup goes on beside them.
    assert deploy(school, "ouvert", when_session="notify", notify_delay=1)["changed"]
    assert len(_messages(school, "ouvert")) == 1
    # By default a session stops nothing.
    assert deploy(school, "ouvert-aussi")["changed"]
    assert _messages(school, "ouvert-aussi") == []


def test_the_other_station_was_never_touched(school: School) -> None:
    assert not school.lab.installer_starts(station="libre")


def test_a_client_started_before_the_setup_is_seen_by_the_job(start_school: StartSchool) -> None:
    stations = [{"name": name, **LOGGED_ON} for name in ("laissé", "fermé", "refusé")]
    school = start_school(stations)
    before = school.lab.snapshots()
    # The task is there: the plan was made, and the script has not come to its setup.
    started = {name: _start_client(school, name) for name in ("laissé", "fermé", "refusé")}
    left = deploy(school, "laissé")
    assert (left["action"], left["changed"]) == ("skip", False)
    assert "somebody started the program before the setup began; nothing was changed" in left["reason"]
    assert "somebody started the program before" in deploy(school, "refusé", 2, when_running="fail")["fact"]
    closed = deploy(school, "fermé", when_running="close")
    for person in started.values():
        person.join()
    assert closed["changed"]
    assert [event["station"] for event in school.lab.installer_starts()] == ["fermé"]
    for name in ("laissé", "refusé"):
        school.lab.people(name, "close")
        assert school.lab.snapshots()[name] == before[name]
    assert b"Rentree PRONOTE" not in school.lab.snapshot("fermé")


def _start_client(school: School, name: str) -> threading.Thread:
    return _meanwhile(
        lambda: any(e["data"]["event"] == "registered" for e in school.lab.journal(kind="task", station=name)),
        lambda: school.lab.people(name, "start", "2026.1.3"),
    )


def test_a_client_started_during_the_setup_is_told(start_school: StartSchool) -> None:
    slow = [{"release": "2026.2.7", "arch": "x64", "options": {"seconds": 100.0}}]
    stations = [{"name": "verrou", **LOGGED_ON}, {"name": "voisin", **LOGGED_ON, "clients": [{"release": "2025.2.9"}]}]
    school = start_school(stations, releases=slow)
    people = [
        _meanwhile(
            lambda name=name: bool(school.lab.installer_starts(station=name)),  # type: ignore[misc]  # bound here
            lambda name=name, release=release: school.lab.people(name, "start", release),  # type: ignore[misc]
        )
        for name, release in (("verrou", "2026.1.3"), ("voisin", "2025.2.9"))
    ]
    locked = deploy(school, "verrou", 2)
    told = deploy(school, "voisin")
    for person in people:
        person.join()
    assert "somebody started the program meanwhile, which locks its files" in locked["fact"]
    assert told["changed"]
    assert told["job"]["client_running"]
    for name in ("verrou", "voisin"):
        assert b"Rentree PRONOTE" not in school.lab.snapshot(name)
