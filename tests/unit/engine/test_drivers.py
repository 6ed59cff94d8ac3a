"""Whole readings of stations of the lab, recorded and played back: every driver makes the same state of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import exchange, probe
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.state import StationState
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation
from winrm.exceptions import WSManFaultError

from tests.station.bench import Bench, bench
from tests.station.depot import Depot
from tests.station.drivers import DRIVERS
from tests.station.played import CUT, Answer, played

_STATIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "one client": {"clients": [{"release": "2026.2.7"}]},
    "two clients": {"clients": [{"release": "2026.2.7"}, {"release": "2025.2.8"}], "session_open": "eleve"},
    "frozen": {"clients": [{"release": "2026.1.9"}], "freezer": "uwf"},
    "no tasklist": {
        "clients": [{"release": "2026.1.9"}],
        "session_open": "eleve",
        "running_client": "2026.1.9",
        "faults": [{"effect": "access_denied", "match": r"^Start \S*tasklist", "times": 0}],
    },
}
_SENT = re.compile(r"<a:Action[^>]*>[^<]*/(\w+)</a:Action>")


def _recorded(pc: Bench) -> tuple[StationState, dict[str, list[Answer]]]:
    """What is read of a station, and its answers by the names of their operations."""
    station = WinrmStation(pc.connection())
    station.connect()
    answers: dict[str, list[Answer]] = {}
    protocol = station._connection.protocol
    send = protocol.send_message

    def record(message: str) -> bytes:
        found = _SENT.search(message)
        assert found is not None
        said = answers.setdefault(found[1], [])
        try:
            body: bytes = send(message)
        except WSManFaultError as exc:
            said.append(Answer(body=exc.response.encode(), status=500))
            raise
        said.append(Answer(body=body))
        return body

    protocol.send_message = record
    return station.read(probe.probing(PRONOTE_CLIENT)), answers


@pytest.mark.parametrize("name", _STATIONS)
def test_the_same_answers_are_the_same_state(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, depot: Depot, name: str
) -> None:
    monkeypatch.setattr(exchange, "_LONGEST_PAUSE", 0.001)
    with bench(monkeypatch, tmp_path, depot, **_STATIONS[name]) as pc:
        state, answers = _recorded(pc)
    assert (name == "frozen") == bool(state.frozen)
    for drive in DRIVERS.values():
        with played(answers) as told:
            assert drive(told.port, probe.probing(PRONOTE_CLIENT)) == state
        assert {each: len(left) for each, left in told.left.items() if left} == {}


@pytest.mark.parametrize("drive", DRIVERS.values(), ids=DRIVERS)
def test_a_reading_that_is_cut_anywhere_is_an_unreachable_station(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, depot: Depot, drive: Any
) -> None:
    monkeypatch.setattr(exchange, "_LONGEST_PAUSE", 0.001)
    with bench(monkeypatch, tmp_path, depot, **_STATIONS["one client"]) as pc:
        _, answers = _recorded(pc)
    for operation, given in answers.items():
        for number in range(len(given)):
            left = {**answers, operation: [*given[:number], *[CUT] * 9]}
            with played(left) as told, pytest.raises(StationError) as caught:
                drive(told.port, probe.probing(PRONOTE_CLIENT))
            assert caught.value.kind == "unreachable", (operation, number)
            assert caught.value.fact.startswith("the connection was cut while reading ")
