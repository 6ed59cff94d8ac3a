"""The policy for people: what is done, and what a dry run says of it, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.deploy.people import (
    People,
    make_way,
    message_command,
    message_text,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.overview import Process

from tests.unit.states import station_state

_TWO = [Process(image="Client PRONOTE.exe", pid=pid, session=1) for pid in (9, 7)]
_WHO = "Client PRONOTE.exe (pid 7), Client PRONOTE.exe (pid 9) is running"


@pytest.mark.parametrize(
    ("policy", "action", "condition"),
    [
        ({"when_running": "skip"}, "skip", ""),
        ({"when_running": "fail"}, "refuse", ""),
        ({"when_running": "close"}, "close", f"{_WHO}: closes it; what is being typed is lost"),
        (
            {"when_running": "wait", "wait": 90},
            "wait",
            f"{_WHO}: waits up to 90 s until it is closed, then leaves the station for a later run",
        ),
        (
            {"when_running": "notify", "notify_delay": 90},
            "notify",
            f"{_WHO}: shows the message, gives 90 s, then leaves the station for a later run if it is still open",
        ),
        (
            {"when_running": "notify", "notify_delay": 90, "notify_then": "close"},
            "notify",
            f"{_WHO}: shows the message, gives 90 s, then closes it",
        ),
    ],
)
def test_a_client_in_use(policy: dict[str, Any], action: str, condition: str) -> None:
    way = make_way(station_state([], running=_TWO, session_open=True), People(**policy))
    assert (way.action, way.subject, way.who, way.condition) == (action, "client", _WHO, condition)


@pytest.mark.parametrize(
    ("policy", "action", "condition"),
    [
        ({}, "go", ""),
        ({"when_session": "skip"}, "skip", ""),
        ({"when_session": "fail"}, "refuse", ""),
        (
            {"when_session": "wait", "wait": 90},
            "wait",
            "somebody is logged on: waits up to 90 s for the end of the session, "
            "then leaves the station for a later run",
        ),
        (
            {"when_session": "notify", "notify_delay": 90},
            "notify",
            "somebody is logged on: shows the message, waits up to 90 s, then goes on",
        ),
    ],
)
def test_an_open_session(policy: dict[str, Any], action: str, condition: str) -> None:
    way = make_way(station_state([], session_open=True), People(**policy))
    assert (way.action, way.subject, way.condition) == (action, "session", condition)


def test_nobody() -> None:
    assert make_way(station_state([]), People(when_running="fail", when_session="fail")).action == "go"


@pytest.mark.parametrize(("delay", "minutes"), [(1, "1"), (89, "1"), (91, "2"), (300, "5")])
def test_a_delay_in_minutes(delay: float, minutes: str) -> None:
    assert message_text(" Dans {minutes} min. ", delay) == f"Dans {minutes} min."


@pytest.mark.parametrize(("length", "shown"), [(1, True), (255, True), (256, False), (0, False)])
def test_as_long_as_msg_shows_it(length: int, shown: bool) -> None:
    if shown:
        assert message_text("x" * length, 60) == "x" * length
    else:
        with pytest.raises(ValueError, match=f"the message has {length} characters; msg.exe shows 1 to 255"):
            message_text("x" * length, 60)


@pytest.mark.parametrize(("seconds", "shown"), [(0, 1), (0.4, 1), (1.6, 2), (300, 300)])
def test_how_long_it_is_shown(seconds: float, shown: int) -> None:
    assert f'msg.exe * /TIME:{shown} "Bonjour"' in message_command("Bonjour", seconds)
