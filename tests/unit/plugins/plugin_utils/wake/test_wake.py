"""Waking and giving back, on real sockets of the loopback network."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.rentree.pronote.plugins.module_utils.product.products import PRONOTE_CLIENT
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.memory import Memory
from ansible_collections.rentree.pronote.plugins.plugin_utils.remaining.woken import mark_woken
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import CommandResult
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.options import Resolved
from ansible_collections.rentree.pronote.plugins.plugin_utils.wake import wake as _wake
from ansible_collections.rentree.pronote.plugins.plugin_utils.wake.packet import magic_packet
from ansible_collections.rentree.pronote.plugins.plugin_utils.wake.wake import (
    Sleeper,
    WakeTimes,
    give_back,
    mark,
    send,
    silent,
    sleepers_of,
    wait,
)

TIMES = WakeTimes(connect=20.0, poll=0.01, pause=0.0)


@pytest.fixture
def listening() -> Iterator[int]:
    # Nobody accepts: the system takes that many connections by itself.
    with socket.create_server(("127.0.0.1", 0), backlog=400) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _sleeper(name: str, port: int = 1, **more: Any) -> Sleeper:
    known = {"host": "127.0.0.1", "mac": "00:1a:2b:3c:4d:5e", "broadcast": "127.0.0.1", "wake_port": 9, "relay": ""}
    return Sleeper(name=name, port=port, **{**known, **more})


def test_silent_ones(listening: int, closed: int) -> None:
    asleep = _sleeper("asleep", closed)
    nameless = _sleeper("nameless", listening, host="no-such-station.invalid")
    assert silent([_sleeper("awake", listening), asleep, nameless], TIMES) == [asleep, nameless]


def test_more_stations_than_are_asked_at_once(listening: int, closed: int) -> None:
    sleepers = [_sleeper(f"s{n}", closed if n % 2 else listening) for n in range(300)]
    assert [s.name for s in silent(sleepers, TIMES)] == [f"s{n}" for n in range(300) if n % 2]


def test_waiting_ends_with_those_that_stay_silent(listening: int, closed: int) -> None:
    dead = _sleeper("dead", closed, timeout=0.0)
    # Nobody is waited for any longer, whatever the others' bound.
    assert wait([dead, _sleeper("awake", listening, timeout=10_000.0)], TIMES) == [dead]
    assert wait([_sleeper("awake", listening, timeout=10_000.0)], WakeTimes()) == []


def test_each_is_waited_for_as_long_as_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr("time.monotonic", lambda: clock.now)
    monkeypatch.setattr("time.sleep", lambda seconds: setattr(clock, "now", clock.now + seconds))
    rounds: list[tuple[float, list[str]]] = []

    def look(sleepers: list[Sleeper], _times: WakeTimes) -> list[Sleeper]:
        rounds.append((clock.now - 100.0, [sleeper.name for sleeper in sleepers]))
        return [sleeper for sleeper in sleepers if sleeper.name != "late" or clock.now < 112.0]

    monkeypatch.setattr(_wake, "silent", look)
    short, long, late = (_sleeper(name, timeout=t) for name, t in (("short", 7.0), ("long", 16.0), ("late", 30.0)))
    assert wait([long, short, late], WakeTimes()) == [short, long]
    everybody = ["long", "short", "late"]
    # The last look at each is at its very end.
    assert rounds == [
        *((0.0, everybody), (5.0, everybody), (7.0, everybody)),
        *((12.0, ["long", "late"]), (16.0, ["long"])),
    ]


def test_one_packet_a_station() -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(20)
        port = udp.getsockname()[1]
        sleepers = [
            _sleeper("a", wake_port=port),
            _sleeper("b", wake_port=port, mac="00:1a:2b:3c:4d:5f", relay="relais"),
            _sleeper("c", relay="windows"),
        ]
        relays = {"relais": {"ansible_connection": "local"}, "windows": {"ansible_connection": "winrm"}}
        done, problems = send(sleepers, relays, TIMES)
        assert [udp.recv(200) for _ in done] == [magic_packet(s.mac) for s in sleepers[:2]]
    assert [s.name for s in done] == ["a", "b"]
    assert problems == [
        "the relay windows woke nobody (c): its connection is 'winrm'; a relay is a Linux host reached with ssh"
    ]


def test_schools_do_not_wait_for_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(_wake, "_send_packet", lambda sleeper: order.append(sleeper.name))
    sleepers = [_sleeper(f"{school}{n}", school=school) for school in ("a", "b") for n in range(3)]
    done, problems = send(sleepers, {}, WakeTimes(pause=0.01))
    assert (sorted(s.name for s in done), problems) == (["a0", "a1", "a2", "b0", "b1", "b2"], [])
    # One of each school, then the pause.
    assert [set(order[at : at + 2]) for at in (0, 2, 4)] == [{"a0", "b0"}, {"a1", "b1"}, {"a2", "b2"}]


def test_a_packet_that_cannot_be_sent_is_told() -> None:
    done, (problem,) = send([_sleeper("a", wake_port=0)], {}, TIMES)
    assert done == []
    assert "no magic packet could be sent to 127.0.0.1 for a: Invalid argument" in problem


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(str(tmp_path / "s.sqlite3"), station="a", product="pronote_client")


def _give_back(memory: Memory, *, still_at_work: bool = False) -> dict[str, Any]:
    # No station: none of these cases may ask it anything.
    return give_back(None, PRONOTE_CLIENT, memory, still_at_work=still_at_work)  # type: ignore[arg-type]


def test_what_was_not_woken_is_left_alone(memory: Memory) -> None:
    assert _give_back(memory) == {}


def test_a_job_that_goes_on_keeps_it_on_and_ours(memory: Memory, tmp_path: Path) -> None:
    mark_woken(str(tmp_path / "s.sqlite3"), ["a"], woken=True)
    assert _give_back(memory, still_at_work=True)["left_on"] == "its job goes on; the next run switches it off"
    assert memory.woken()


def test_yesterdays_wake_is_not_ours_any_more(memory: Memory) -> None:
    yesterday = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=13)).strftime("%Y-%m-%dT%H:%M:%SZ")
    memory.set_woken(yesterday)
    assert yesterday in _give_back(memory)["left_on"]
    assert memory.woken() is None


class _Unreadable(dict[str, Any]):
    """As Ansible's hostvars of a station whose variable names another one that is nowhere."""

    def get(self, name: str, default: Any = None) -> Any:
        raise AnsibleError(f"'salle' is undefined in {name}")


def _resolved(name: str, **more: Any) -> Resolved:
    return Resolved(name=name, arguments={"enabled": True, "timeout": 20.0, "store": "", **more})


def test_a_station_whose_variables_cannot_be_read_stops_nobody() -> None:
    about = {"bad": _Unreadable(), "worse": _Unreadable(), "good": {}, "port": {"ansible_port": 0.5}}
    stations = [_resolved(name) for name in about]
    found, warnings = sleepers_of([*stations, Resolved(name="unknown", arguments={}, error="enabled: no")], about.get)  # type: ignore[arg-type]
    assert [sleeper.name for sleeper in found] == ["good"]
    # What is wrong with several is said once.
    assert [warning.split(":")[0] for warning in warnings] == [
        *("bad, worse cannot be woken", "port cannot be woken", "unknown cannot be woken")
    ]


def test_nothing_is_asked_about_a_station_that_is_not_to_be_woken() -> None:
    asked: list[str] = []

    def about(name: str) -> dict[str, Any]:
        asked.append(name)
        return {"pronote_uai": "0310001a"}

    found, warnings = sleepers_of([_resolved("no", enabled=False), _resolved("yes", timeout=7.0, store="/s")], about)
    assert [(s.name, s.timeout, s.store, s.school) for s in found] == [("yes", 7.0, "/s", "0310001A")]
    assert (asked, warnings) == (["yes"], [])


def test_each_store_remembers_its_own_stations(tmp_path: Path) -> None:
    stores = [str(tmp_path / name) for name in ("one", "other")]
    sleepers = [_sleeper(f"s{n}", store=store) for n, store in enumerate([*stores, stores[0], ""])]
    assert mark(sleepers, woken=True) == []
    woken = [
        [name for name in ("s0", "s1", "s2", "s3") if Memory(store, station=name, product="pronote_client").woken()]
        for store in stores
    ]
    assert woken == [["s0", "s2"], ["s1"]]


def test_a_station_is_looked_for_where_winrm_is(listening: int) -> None:
    variables = {"ansible_winrm_host": "127.0.0.1", "ansible_winrm_port": listening, "ansible_host": "nom.invalid"}
    found, _warnings = sleepers_of([_resolved("a")], {"a": variables}.__getitem__)
    assert silent(found, TIMES) == []


def test_a_relay_whose_variables_cannot_be_read_stops_nobody() -> None:
    done, (problem,) = send([_sleeper("a", relay="r")], {"r": _Unreadable()}, TIMES)
    assert done == []
    assert "the relay r woke nobody (a): " in problem


_JOB = "pronote-client-2026.2.7-x64-0123456789ab"


@pytest.mark.parametrize(
    ("jobs", "off"),
    [
        ([], True),
        ([f"{_JOB}-staged"], True),
        ([f"{_JOB}-install"], False),
        ([f"{_JOB}-staged", f"{_JOB}-stage"], False),
        # Whoever made it: nothing is known of what goes on in it.
        (["x-staged"], False),
    ],
)
def test_files_that_wait_for_the_evening_keep_no_station_on(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: list[str], off: bool
) -> None:
    mark_woken(str(tmp_path / "s.sqlite3"), ["a"], woken=True)
    monkeypatch.setattr(_wake, "probe", lambda *_: SimpleNamespace(session_open=False, jobs=jobs))
    lines: list[str] = []

    def run(line: str, **_more: Any) -> CommandResult:
        lines.append(line)
        return CommandResult(code=0, stdout=b"", stderr=b"")

    told = give_back(SimpleNamespace(run=run), PRONOTE_CLIENT, memory, still_at_work=False)  # type: ignore[arg-type]
    assert told["switched_off"] is off
    assert [line.startswith("%SystemRoot%") and "/s /t 60" in line for line in lines] == [True] * off
