"""What goes wrong at each step of a start: the runs after it put the station right, and nothing is left behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.station.bench import Bench
from tests.station.fixtures import MakeStation

OLD: dict[str, Any] = {"clients": [{"release": "2026.1.9"}], "boot_seconds": 10}
WAITS: dict[str, Any] = {"when": "next_start"}
# Whatever a start does: a program that begins, a file that is made.
STEPS = ("^Start ", "^Write ")
EFFECTS = ("power_off", "reboot", "access_denied", "disk_full", "quarantine")
_ROUNDS = 3


def _armed(make_station: MakeStation) -> Bench:
    pc = make_station(**OLD)
    assert pc.client(**WAITS)["action"] == "arm"
    return pc


def _start(pc: Bench, *rules: dict[str, Any]) -> None:
    """Switched off, and on again, with what goes wrong then; and for as long as a start with its setup takes."""
    pc.power(on=False)
    for rule in rules:
        pc.fault(**rule)
    pc.power(on=True)
    pc.time.sleep(400)


def _noted(make_station: MakeStation) -> list[tuple[str, int, str]]:
    """The steps of a start at which nothing goes wrong: of which kind, the how-manieth of it, and what it is."""
    pc = _armed(make_station)
    _start(pc, *({"effect": "note", "match": match, "times": 0} for match in STEPS))
    assert (pc.starts(), pc.tasks()) == (1, [])
    what = [event["what"] for event in pc.events("fault")]
    found: dict[str, tuple[str, int, str]] = {}
    for match in STEPS:
        for number, each in enumerate((step for step in what if step.startswith(match[1:])), start=1):
            # The first of those that are the same: the script looks at the same things again and again.
            found.setdefault(each, (match, number, each))
    return list(found.values())


def _righted(pc: Bench) -> int:
    """Runs and starts without faults until nothing is left to do; how many rounds that took."""
    pc.heal()
    pc.power(on=True)
    for number in range(1, _ROUNDS + 1):
        result = pc.client(**WAITS)
        assert result.get("fact") is None, result
        if not result["changed"] and result["action"] == "none":
            return number
        if result["action"] != "finish":
            _start(pc)
    return 0


@pytest.mark.timeout(600)
@pytest.mark.parametrize("offset", range(len(EFFECTS)))
def test_each_step_of_a_start_goes_wrong(make_station: MakeStation, offset: int) -> None:
    """A fifth of the steps here for each effect, another in each of the five; all with all are the same code."""
    steps = _noted(make_station)
    assert len(steps) > 20
    wrong: dict[str, object] = {}
    for number in range(offset, len(steps), len(EFFECTS)):
        match, nth, what = steps[number]
        effect = EFFECTS[(number // len(EFFECTS)) % len(EFFECTS)]
        if effect == "quarantine" and "jobs" not in what:
            # A Windows without its own programs is no station.
            effect = "power_off"
        pc = _armed(make_station)
        _start(pc, {"effect": effect, "match": match, "nth": nth})
        pc.power(on=True)
        pc.time.sleep(400)
        met = [event["effect"] for event in pc.events("fault")]
        rounds = _righted(pc)
        found = (pc.clients(), pc.folders(), pc.tasks(), met[:1], pc.starts() <= 2, bool(rounds))
        if found != (["2026.2.7 x64 ok"], [], [], [effect], True, True):
            wrong[f"{number} {effect}: {what}"] = found
    assert wrong == {}


@pytest.mark.parametrize("effect", ["power_off", "reboot"])
def test_nothing_goes_on_without_power(make_station: MakeStation, effect: str) -> None:
    """A line whose first program would be the first without power: what comes after it on the line is not done."""
    pc = make_station()
    pc.command(r"md C:\kept\below& echo 1>C:\kept\file")
    pc.fault(effect=effect, match=r"^Start \S*schtasks\.exe /End")
    pc.command(r"%SystemRoot%\System32\schtasks.exe /End /TN x& del C:\kept\file& rd /s /q C:\kept")
    pc.heal()
    pc.power(on=True)
    assert [path for path, _ in pc.station.files.walk(r"C:\kept")] == [r"C:\kept\below", r"C:\kept\file"]
