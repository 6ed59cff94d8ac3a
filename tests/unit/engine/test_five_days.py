"""Five days of a school in which no station is ever on in the evening: each kind of station ends right all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.lab.station import Power
from tests.station.bench import Bench
from tests.station.fixtures import MakeStation

HOUR = 3600.0
OLD: dict[str, Any] = {"clients": [{"release": "2026.1.9"}]}
MONDAY = dt.datetime(2026, 11, 30, 8, 0, tzinfo=dt.UTC)
# The whole day, whoever is at work.
ANSWERS: dict[str, Any] = {"when_running": "next_start", "when_session": "next_start"}


def _nothing(_pc: Bench, _day: int) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A station and its people. ``morning``: what happens as it is switched on, ``evening`` as people leave."""

    station: dict[str, Any] = field(default_factory=dict)
    morning: Callable[[Bench, int], None] = _nothing
    evening: Callable[[Bench, int], None] = lambda pc, _day: pc.power(on=False)
    right_on: int  # the day whose run has nothing left to do


def _logs_on(after: float) -> Callable[[Bench, int], None]:
    def morning(pc: Bench, _day: int) -> None:
        pc.people_later(after, "log_on", "eleve")

    return morning


def _opens_the_client(pc: Bench, day: int) -> None:
    release = "2026.1.9" if day == 0 else "2026.2.7"
    pc.people_later(300, "log_on", "eleve")
    pc.people_later(310, "start", release)


def _quick_on_tuesday(pc: Bench, day: int) -> None:
    pc.people_later(5 if day == 1 else 300, "log_on", "eleve")


def _shut_down(pc: Bench, day: int) -> None:
    # Windows Update restarts it on Wednesday: with fast startup nothing else is a start.
    if day == 2:
        pc.people("restart")
        pc.time.sleep(300)
    pc.people("shut_down")


def _cut_on_tuesday(pc: Bench, day: int) -> None:
    if day == 1:
        pc.power_later(60, on=False)
        pc.power_later(90, on=True)
    pc.people_later(600, "log_on", "eleve")


def _unplugged(pc: Bench, _day: int) -> None:
    pc.people("unplug")
    pc.people_later(1800, "plug")
    pc.people_later(120, "log_on", "eleve")


KINDS = {
    "a client that is open all day": Kind(morning=_opens_the_client, right_on=2),
    "a session that is open all day": Kind(morning=_logs_on(120), right_on=2),
    "somebody who is quicker than the setup, once": Kind(morning=_quick_on_tuesday, right_on=3),
    "fast startup": Kind(station={"fast_startup": True}, morning=_logs_on(120), evening=_shut_down, right_on=4),
    "a breaker that trips in the middle": Kind(
        station={"installer_fault": {"kind": "slow", "seconds": 200.0}}, morning=_cut_on_tuesday, right_on=2
    ),
    "no network in the morning": Kind(
        morning=_unplugged,
        right_on=2,
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_no_station_is_ever_on_in_the_evening(make_station: MakeStation, name: str) -> None:
    kind = KINDS[name]
    pc = make_station(**OLD, **kind.station, start=MONDAY)
    pc.power(on=False)
    actions: list[str] = []
    for day in range(5):
        pc.power(on=True)
        kind.morning(pc, day)
        # Ten o'clock: the run of the day, in the middle of lessons.
        pc.time.sleep(2 * HOUR)
        actions.append(pc.client(**ANSWERS)["action"])
        pc.time.sleep(7 * HOUR)
        if pc.station.power is not Power.OFF:
            kind.evening(pc, day)
        pc.time.sleep(15 * HOUR)
    assert actions[0] == "arm"
    assert actions[kind.right_on :] == ["none"] * (5 - kind.right_on), actions
    assert actions[kind.right_on - 1] == "finish", actions
    pc.power(on=True)
    assert (pc.clients(), pc.folders(), pc.tasks()) == (["2026.2.7 x64 ok"], [], [])
