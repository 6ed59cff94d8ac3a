"""Leases in the store: of several runs at once one gets a school."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.product.release import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease import run as _module
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease.decide import Run
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease.kept import holders, release, renew, take
from ansible_collections.rentree.pronote.plugins.plugin_utils.lease.run import alive, run_id, this_run
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining import memory as _memory
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import ControllerError
from ansible_collections.rentree.pronote.plugins.plugin_utils.store.store import Store

_NOW = dt.datetime(2026, 8, 24, 18, 0, tzinfo=dt.UTC)
_ONE = Run(run="node-1:a", holder="AWX 12", node="node-1")
_TWO = Run(run="node-2:b", holder="AWX 13", node="node-2")


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with Store(address) as opened:
        yield opened


def _take(store: Store, run: Run, *schools: str, after: float = 0) -> list[str]:
    now = _NOW + dt.timedelta(seconds=after)
    return list(take(store, schools, run, now=now, seconds=300, alive=lambda _run: True))


def test_a_school_is_one_runs_until_it_gives_it_back(store: Store) -> None:
    assert _take(store, _ONE, "A", "B") == []
    assert _take(store, _TWO, "B", "C") == ["B"]
    assert list(holders(store, ["A", "B", "C", "D"], _ONE, now=_NOW, alive=lambda _run: True)) == ["C"]
    release(store, _ONE.run)
    assert _take(store, _TWO, "A", "B", "C") == []


def test_what_a_run_writes_keeps_its_schools(store: Store) -> None:
    _take(store, _ONE, "A", "B")
    for minute in range(1, 20):
        with store.write() as db:
            renew(db, _ONE.run, now=_NOW + dt.timedelta(minutes=minute))
    assert _take(store, _TWO, "A", after=19 * 60 + 299) == ["A"]
    # Killed: five minutes after the last word of it the school is free.
    assert _take(store, _TWO, "A", after=19 * 60 + 300) == []
    with store.write() as db:
        renew(db, _ONE.run, now=_NOW + dt.timedelta(minutes=25))
    assert list(holders(store, ["A", "B"], _ONE, now=_NOW + dt.timedelta(minutes=20), alive=lambda _: True)) == ["A"]


def _compete(address: str, number: int) -> None:
    with Store(address) as store:
        os._exit(1 if _take(store, replace(_ONE, run=f"node:{number}"), "A") else 0)


def test_of_twenty_processes_one_gets_the_school(address: str) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_compete, args=(address, number)) for number in range(20)]
    for each in processes:
        each.start()
    for each in processes:
        each.join()
    assert [each.exitcode for each in processes].count(0) == 1


def test_a_process_that_is_gone_is_seen_where_it_can_be() -> None:
    mine = this_run({"awx_job_id": 12})
    assert (mine.holder, mine.run) == ("AWX 12", run_id())
    assert alive(mine)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    theirs = replace(mine, process=f"{child.pid} {_module._began(child.pid)}")
    assert alive(theirs)
    child.kill()
    child.wait()
    assert not alive(theirs)
    # Its number is another's by now.
    assert not alive(replace(mine, process=f"{os.getpid()} 1"))
    # Another node's, or another container's: nobody can look.
    assert alive(replace(theirs, place="elsewhere"))
    assert alive(replace(theirs, place=""))


def test_a_worker_renews_with_what_it_writes_and_while_it_only_follows(
    store: Store, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, ticks = [_NOW], [0.0]
    monkeypatch.setattr(_memory, "utc_now", lambda: clock[0])
    monkeypatch.setattr(time, "monotonic", lambda: ticks[0])
    mine = replace(_ONE, run=run_id())
    _take(store, mine, "A")
    memory = Memory(address, station="s1", product="pronote_client", school="A")

    def later(seconds: float) -> str:
        clock[0] += dt.timedelta(seconds=seconds)
        ticks[0] += seconds
        return clock[0].strftime("%Y-%m-%dT%H:%M:%SZ")

    def expires() -> str:
        return holders(store, ["A"], _TWO, now=_NOW, alive=lambda _run: True)["A"].expires

    later(30)
    memory.at_work()
    assert expires() == "2026-08-24T18:05:00Z"
    later(40)
    memory.at_work()
    assert expires() == "2026-08-24T18:06:10Z"
    later(70)
    memory.failed(ControllerError("no disk", remedy="Make room."), wanted=Release.parse("2026.2.7"), absent=False)
    assert expires() == "2026-08-24T18:07:20Z"
    assert memory.warnings == []
    memory.close()
