"""One setup of ours at a time: a start, a run and whatever else takes the lock never meet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.station.bench import Bench
from tests.station.fixtures import MakeStation

OLD: dict[str, Any] = {"clients": [{"release": "2026.1.9"}]}
WAITS: dict[str, Any] = {"when": "next_start"}
TOP = r"C:\Program Files\Rentree PRONOTE"
LOCK = rf"{TOP}\lock"


@contextmanager
def _held(pc: Bench) -> Iterator[None]:
    """A start-up script is at its setup."""
    if not pc.station.files.is_directory(TOP):
        pc.command(f'mkdir "{TOP}"')
    handle = pc.station.files.open_write(LOCK, token=pc.station.system)
    yield
    handle.close()


def test_a_run_does_nothing_while_somebody_holds_the_lock(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    with _held(pc):
        told = pc.client()
        assert told["fact"].startswith("another setup of ours was at work on the station")
        assert (pc.starts(), pc.tasks()) == (0, [])
        # Whoever cleans up after himself leaves the lock to the one that holds it.
        assert pc.station.files.is_file(LOCK)
    assert pc.client()["changed"]
    assert (pc.clients(), pc.folders()) == (["2026.2.7 x64 ok"], [])


def test_a_staging_meets_nobody(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    with _held(pc):
        assert pc.client(state="staged")["action"] == "stage"
    assert pc.folders()[0].endswith("-staged")


def test_a_start_does_nothing_while_somebody_holds_the_lock(make_station: MakeStation) -> None:
    pc = make_station(**OLD)
    assert pc.client(**WAITS)["action"] == "arm"
    pc.power(on=False)
    pc.power(on=True)
    with _held(pc):
        pc.time.sleep(120)
    assert (pc.starts(), pc.tasks(), pc.clients()) == (0, [], ["2026.1.9 x64 ok"])
    again = pc.client(**WAITS)
    assert (again["action"], len(pc.tasks())) == ("arm", 1)
    assert any("another setup of ours was at work" in text for text in again["warnings"])


def test_the_lock_is_held_for_the_whole_of_a_setup(make_station: MakeStation) -> None:
    pc = make_station(**OLD, installer_fault={"kind": "slow", "seconds": 300.0})
    assert pc.client(**WAITS)["action"] == "arm"
    pc.power(on=False)
    pc.power(on=True)
    held = []
    for _look in range(10):
        pc.time.sleep(60)
        at_work = bool(pc.station.processes.named("setup.exe"))
        held.append((at_work, pc.station.files.is_held(LOCK)))
    assert (True, True) in held
    assert {lock for at_work, lock in held if at_work} == {True}
    assert held[-1] == (False, False)
    assert not pc.station.files.is_file(LOCK)


def test_a_power_cut_leaves_no_lock_that_holds(make_station: MakeStation) -> None:
    pc = make_station(**OLD, installer_fault={"kind": "slow", "seconds": 300.0, "times": 1})
    assert pc.client(**WAITS)["action"] == "arm"
    for seconds in (60, 900):
        pc.power(on=False)
        pc.power(on=True)
        pc.time.sleep(seconds)
    assert pc.starts() == 2
    assert pc.client(**WAITS)["action"] == "finish"
    assert (pc.clients(), pc.folders()) == (["2026.2.7 x64 ok"], [])
