"""How often a server that goes on failing is asked: closed for the summer, or having suspended our address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.module_utils.base.times import iso_of, local_minute
from ansible_collections.rentree.pronote.plugins.module_utils.server import answers as _answers
from ansible_collections.rentree.pronote.plugins.module_utils.server.description import HostedServerError
from ansible_collections.rentree.pronote.plugins.module_utils.server.release import read_hosted_release, served_release

from tests.unit.hosted_bench import UAI, HostedBench, hosted_bench, moved_clock

_HOUR = 3600


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[HostedBench]:
    with hosted_bench(tmp_path, address="127.61.0.4") as running:
        yield running


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    return moved_clock(monkeypatch, _answers)


def _said(bench: HostedBench, **options: Any) -> str:
    try:
        return str(read_hosted_release(UAI, bench.url, options=bench.options(**options)).client)
    except HostedServerError as exc:
        return str(exc)


def _asked_in(bench: HostedBench, clock: SimpleNamespace, hours: int, **options: Any) -> list[int]:
    """The hours after which it was asked, when it is looked at every half hour for so long."""
    began, seen = clock.now, []
    for half in range(hours * 2):
        clock.now = began + half * _HOUR / 2
        before = bench.requests
        _said(bench, **options)
        if bench.requests > before:
            seen.append(half // 2 if half % 2 == 0 else -1)
    return seen


def test_a_server_closed_for_weeks_is_asked_less_and_less(bench: HostedBench, clock: SimpleNamespace) -> None:
    """It was asked six times an hour; an application that did so had its school's address banned."""
    bench.school.mode = "unavailable"
    assert _asked_in(bench, clock, 60) == [0, 1, 4, 16, 28, 40, 52]


@pytest.mark.parametrize("mode", ["suspended_fr", "suspended_en"])
def test_a_server_that_suspended_us_is_left_alone_for_half_a_day(
    bench: HostedBench, clock: SimpleNamespace, mode: str
) -> None:
    bench.school.mode = mode
    assert _asked_in(bench, clock, 40, failure_lifetime=10) == [0, 12, 24, 36]


def test_an_answer_ends_the_patience(bench: HostedBench, clock: SimpleNamespace) -> None:
    bench.school.mode = "unavailable"
    assert _asked_in(bench, clock, 5) == [0, 1, 4]
    clock.now += 12 * _HOUR
    bench.school.mode = "ok"
    assert _said(bench) == "2026.2.7"
    clock.now += 2 * _HOUR
    bench.school.mode = "unavailable"
    assert _asked_in(bench, clock, 5) == [0, 1, 4]


def test_when_it_is_asked_again_is_said_in_words(bench: HostedBench, clock: SimpleNamespace) -> None:
    bench.school.mode = "unavailable"
    first, said = clock.now, ""
    for hours in (0, 1, 4):
        clock.now = first + hours * _HOUR
        said = _said(bench)
    again, since = (local_minute(iso_of(at)) for at in (clock.now + 12 * _HOUR, first))
    assert f"It is not asked before {again} (failed 3 times since {since})" in said
    assert "pronote_server_ask_again=true asks at once" in said
    assert _said(bench) == said
    bench.school.mode = "suspended_fr"
    clock.now += 12 * _HOUR
    told = _said(bench)
    assert "(failed 4 times since" in told
    assert "ask_again" not in told


def test_asked_again_by_hand_once_in_each_run(bench: HostedBench, clock: SimpleNamespace) -> None:
    bench.school.mode = "unavailable"
    _asked_in(bench, clock, 5)
    bench.school.mode = "ok"
    before = bench.requests
    assert "not available" in _said(bench)
    hand = {"ask_again": True, "run": "ansible-local-1"}
    assert [_said(bench, **hand) for _ in range(3)] == ["2026.2.7"] * 3
    assert bench.requests == before + 1
    bench.school.release = "2026.2.8"
    # Not hidden behind a young answer; nor asked again by a run that does not want it.
    assert _said(bench) == "2026.2.7"
    assert _said(bench, ask_again=True, run="ansible-local-2") == "2026.2.8"
    assert _said(bench, **hand) == "2026.2.8"
    # A module is a process of its own, which knows of no run.
    before = bench.requests
    _said(bench, ask_again=True)
    assert bench.requests == before + 1


def test_asking_by_hand_is_one_failure_more(bench: HostedBench, clock: SimpleNamespace) -> None:
    bench.school.mode = "unavailable"
    _said(bench)
    assert "failed 2 times" in _said(bench, ask_again=True, run="a")
    assert "failed 2 times" in _said(bench, ask_again=True, run="a")
    clock.now += 2 * _HOUR
    before = bench.requests
    assert "failed 2 times" in _said(bench)
    assert bench.requests == before


def test_patience_is_kept_across_runs_and_read_from_what_0_1_0_kept(bench: HostedBench, clock: SimpleNamespace) -> None:
    bench.school.mode = "unavailable"
    _said(bench)
    kept = json.loads(bench.entry.read_text(encoding="utf-8"))
    old = {name: kept[name] for name in ("info", "read_at", "failed_at", "failure")}
    bench.entry.write_text(json.dumps(old), encoding="utf-8")
    before = bench.requests
    clock.now += _HOUR - 1
    assert "failed 1 time since" in _said(bench)
    assert bench.requests == before
    clock.now += 1
    assert "failed 2 times since" in _said(bench)
    for wrong in ({"failures": "many"}, {"failing_since": "ever"}, {"failures": None}):
        bench.entry.write_text(json.dumps({**kept, **wrong}), encoding="utf-8")
        assert "failed 1 time since" in _said(bench)


def test_a_clock_that_was_set_back_keeps_nobody_waiting(bench: HostedBench, clock: SimpleNamespace) -> None:
    bench.school.mode = "unavailable"
    _said(bench)
    clock.now -= 86_400
    said = _said(bench)
    assert f"failed 2 times since {local_minute(iso_of(clock.now))}" in said


def test_an_audit_says_it_beside_the_last_known_release(bench: HostedBench, clock: SimpleNamespace) -> None:
    _said(bench)
    clock.now += 2 * _HOUR
    bench.school.mode = "unavailable"
    served = served_release(UAI, bench.url, options=bench.options())
    assert (str(served.client), served.stale) == ("2026.2.7", True)
    assert "It is not asked before" in served.warnings[0]
