"""People first: a client in use, an open session, somebody who starts the client in the middle of it all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.station.bench import Bench
from tests.station.fixtures import MakeStation

CLIENT: dict[str, Any] = {"clients": [{"release": "2026.1.9"}]}
BUSY: dict[str, Any] = {**CLIENT, "session_open": "eleve", "running_client": "2026.1.9"}
LOGGED_ON: dict[str, Any] = {**CLIENT, "session_open": "eleve"}


def _assert_left(pc: Bench, before: str, result: dict[str, Any], reason: str) -> None:
    assert (result["action"], result["changed"], result["reason"]) == ("skip", False, reason)
    assert pc.snapshot() == before
    assert pc.starts() == 0


def test_a_client_in_use_is_left_for_a_later_run(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    before = pc.snapshot()
    result = pc.client()
    assert "Client PRONOTE.exe (pid " in result["reason"]
    _assert_left(pc, before, result, result["reason"])


def test_a_client_in_use_is_a_failure_where_that_was_asked_for(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    before = pc.snapshot()
    result = pc.client(when_running="fail")
    assert result["failed"]
    assert "is running" in result["fact"]
    assert "pronote_client_when_running" in result["remedy"]
    assert pc.snapshot() == before


def test_it_is_waited_for_no_longer_than_asked(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    before, began = pc.snapshot(), pc.time.monotonic()
    result = pc.client(when_running="wait", wait_running_timeout=600)
    _assert_left(pc, before, result, "the client was still in use after 600 s: left for a later run")
    assert 600 <= pc.time.monotonic() - began < 610


def test_it_goes_on_as_soon_as_the_client_is_closed(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    pc.people_later(90, "close")
    began = pc.time.monotonic()
    assert pc.client(when_running="wait", wait_running_timeout=3600)["changed"]
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert pc.time.monotonic() - began < 300


def test_close_loses_what_is_typed_and_says_so_before(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    before = pc.snapshot()
    planned = pc.client(check=True, when_running="close")
    assert planned["conditions"][0].endswith("closes it; what is being typed is lost")
    # Shown without -v too.
    assert planned["conditions"][0] in planned["warnings"]
    assert pc.snapshot() == before
    done = pc.client(when_running="close")
    assert (done["changed"], done["diff"]) == (True, planned["diff"])
    assert pc.clients() == ["2026.2.7 x64 ok"]
    assert not pc.client(when_running="close")["changed"]


def test_a_client_that_cannot_be_closed_stops_the_run(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    pc.fault("access_denied", r"^Start \S*taskkill", times=0)
    result = pc.client(when_running="close")
    assert result["fact"].startswith("the running client could not be closed (exit code ")
    assert pc.starts() == 0


def test_who_uses_it_is_told_first(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    before, began = pc.snapshot(), pc.time.monotonic()
    # The wait is that of the message, not that of when_running: wait.
    result = pc.client(when_running="notify", notify_delay=120, wait_running_timeout=3600)
    _assert_left(pc, before, result, "the client was still in use 120 s after the message: left for a later run")
    assert 120 <= pc.time.monotonic() - began < 130
    (told,) = pc.messages()
    assert told.startswith("Mise à jour de PRONOTE sur ce poste dans 2 min. Merci d'enregistrer")


def test_told_then_closed_when_that_was_asked_for(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    done = pc.client(when_running="notify", notify_delay=120, notify_then="close", notify_message="Dans {minutes}.")
    assert done["changed"]
    assert pc.messages() == ["Dans 2."]
    assert pc.clients() == ["2026.2.7 x64 ok"]


def test_told_and_closed_by_themselves(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    pc.people_later(60, "close")
    assert pc.client(when_running="notify", notify_delay=3600)["changed"]
    assert not any("taskkill" in command for command in pc.commands())


def test_who_cannot_be_told_is_not_closed(make_station: MakeStation) -> None:
    pc = make_station(**BUSY, edition="home")
    before = pc.snapshot()
    result = pc.client(when_running="notify", notify_delay=1, notify_then="close")
    reason = "nobody could be told (this Windows has no msg.exe): left for a later run"
    _assert_left(pc, before, result, reason)


def test_a_message_that_windows_refuses_tells_nobody(make_station: MakeStation) -> None:
    pc = make_station(**BUSY)
    pc.fault("access_denied", r"^Start \S*msg\.exe")
    result = pc.client(when_running="notify", notify_delay=1, notify_then="close")
    assert result["reason"].startswith("nobody could be told (exit code ")
    assert pc.clients() == ["2026.1.9 x64 ok"]


@pytest.mark.parametrize("message", ["", "x" * 256, "/server:ailleurs", 'dit "bonjour"', "100 %"])
def test_a_message_that_would_not_be_one_is_refused(make_station: MakeStation, message: str) -> None:
    pc = make_station(**BUSY)
    with pytest.raises(Exception, match=r"message|cannot be passed to cmd\.exe"):
        pc.client(notify_message=message)
    assert pc.commands() == []


def test_a_session_stops_nothing_by_default(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    assert pc.client()["changed"]
    assert pc.messages() == []


def test_a_session_is_left_alone_where_that_was_asked_for(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    before = pc.snapshot()
    _assert_left(pc, before, pc.client(when_session="skip"), "somebody is logged on: left for a later run")
    failed = pc.client(when_session="fail")
    assert (failed["failed"], failed["fact"]) == (True, "somebody is logged on")
    waited = pc.client(when_session="wait", wait_running_timeout=60)
    _assert_left(pc, before, waited, "somebody was still logged on after 60 s: left for a later run")


def test_the_end_of_a_session_is_waited_for_not_that_of_a_client(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    pc.people_later(100, "log_off")
    began = pc.time.monotonic()
    assert pc.client(when_session="wait", wait_running_timeout=3600)["changed"]
    assert pc.time.monotonic() - began >= 100


def test_who_is_logged_on_is_told_and_the_setup_goes_on_beside_them(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    planned = pc.client(check=True, when_session="notify", notify_delay=120)
    assert planned["conditions"] == ["somebody is logged on: shows the message, waits up to 120 s, then goes on"]
    began = pc.time.monotonic()
    assert pc.client(when_session="notify", notify_delay=120)["changed"]
    assert pc.time.monotonic() - began >= 120
    assert len(pc.messages()) == 1


@pytest.mark.parametrize(("then", "installed"), [("skip", "2026.1.9"), ("close", "2026.2.7")])
def test_who_was_told_and_then_starts_the_client(make_station: MakeStation, then: str, installed: str) -> None:
    pc = make_station(**LOGGED_ON)
    pc.people_later(60, "start", "2026.1.9")
    result = pc.client(when_session="notify", notify_delay=120, notify_then=then)
    assert result["changed"] is (then == "close")
    assert pc.clients() == [f"{installed} x64 ok"]


def _start_client_before_the_setup(pc: Bench) -> None:
    """The plan was made, and the script has not come to its setup."""
    pc.before(r"/Run /TN", lambda: pc.people("start", "2026.1.9"))


def test_a_client_started_after_the_plan_is_left(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    before = pc.snapshot()
    _start_client_before_the_setup(pc)
    result = pc.client()
    reason = "somebody started the program before the setup began; nothing was changed: left for a later run"
    assert (result["action"], result["changed"], result["reason"]) == ("skip", False, reason)
    assert pc.starts() == 0
    pc.people("close")
    assert pc.snapshot() == before


def test_a_client_started_after_the_plan_is_a_failure_where_that_was_asked_for(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    _start_client_before_the_setup(pc)
    result = pc.client(when_running="fail")
    assert result["fact"] == "somebody started the program before the setup began; nothing was changed"
    assert (pc.starts(), pc.folders(), pc.tasks()) == (0, [], [])


def test_a_client_started_after_the_plan_is_closed_where_that_was_asked_for(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    _start_client_before_the_setup(pc)
    result = pc.client(when_running="close")
    assert (result["changed"], result["job"]["started"]) == (True, 2)
    assert pc.clients() == ["2026.2.7 x64 ok"]


def test_what_was_staged_stays_staged_when_the_client_is_started_first(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    assert pc.client(state="staged")["changed"]
    staged = pc.folders()
    _start_client_before_the_setup(pc)
    assert pc.client()["action"] == "skip"
    assert pc.folders() == staged
    assert any(name.endswith("-staged") for name in staged)


def test_a_folder_that_cannot_be_given_back_does_not_hide_why(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON)
    _start_client_before_the_setup(pc)
    pc.fault("http_500", r"^Command .*/Delete /TN", times=0)
    result = pc.client(when_running="fail")
    assert result["fact"] == "somebody started the program before the setup began; nothing was changed"
    assert pc.folders()
    pc.heal()
    pc.people("close")
    assert pc.client()["changed"]
    assert pc.folders() == []


def test_a_client_started_during_the_setup_is_told(make_station: MakeStation) -> None:
    pc = make_station(clients=[{"release": "2025.2.8"}], session_open="eleve")
    pc.before(r"ExecutablePath", lambda: pc.people_later(1, "start", "2025.2.8"))
    result = pc.client()
    assert result["changed"]
    assert result["job"]["client_running"]
    assert any("somebody started the client during the installation" in warning for warning in result["warnings"])


def test_a_client_started_during_the_setup_locks_its_files(make_station: MakeStation) -> None:
    pc = make_station(**LOGGED_ON, installer_fault={"kind": "slow", "seconds": 30})
    pc.before(r"ExecutablePath", lambda: pc.people_later(10, "start", "2026.1.9"))
    result = pc.client()
    assert "somebody started the program meanwhile, which locks its files" in result["fact"]
    assert (pc.folders(), pc.tasks()) == ([], [])
