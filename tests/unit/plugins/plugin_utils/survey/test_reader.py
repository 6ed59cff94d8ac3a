"""Many stations at once: each for itself, whatever the others do, and no shell left behind."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import socket
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import exchange
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError, StationFactError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import Question, Reading, Run
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import client, reader, wire
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import access_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.reader import (
    Station,
    default_parallel,
    in_turn,
    read_all,
)

from tests.lab.faults import FaultPlan
from tests.unit.drivers import stock_connection
from tests.unit.lab.wsman_fake import ServerThread, running_server

_COUNT = 100
_ADDRESSES = [f"127.49.0.{number}" for number in range(1, _COUNT + 1)]
_FIRST, _SECOND = _ADDRESSES[:2]


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with running_server() as thread:
        for address in _ADDRESSES:
            thread.add(address)
        yield thread


@pytest.fixture(autouse=True)
def _clean(server: ServerThread, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(exchange, "_LONGEST_PAUSE", 0.001)
    # A hundred give their shells back to one thread here: on a machine with other things to do that takes a while.
    monkeypatch.setattr(client, "_CLOSING", 60.0)
    yield
    for plan in server.faults.values():
        plan.faults.clear()


def said(text: str) -> Callable[[], Reading[str]]:
    def reading() -> Generator[Question, Any, str]:
        result = yield Run(line=f"echo {text}", doing="trying it")
        return str(result.stdout.decode().strip())

    return reading


_X = said("x")


def _station(
    host: str, reading: Callable[[], Reading[str]] = _X, *, seconds: float | None = None, **more: Any
) -> Station[str]:
    transport = more.pop("transport", "basic")
    access = access_of(stock_connection(transport, host=host, **more))
    return Station(name=host, group="school", access=access, reading=reading, seconds=seconds)


def _rule(server: ServerThread, host: str, **rule: Any) -> None:
    server.faults[host].faults[:] = FaultPlan.from_data([{"times": 0, **rule}]).faults


def _asked(server: ServerThread, host: str, verb: str) -> int:
    return sum(event.data["operation"] == verb for event in server.requests(host))


def _left_behind(server: ServerThread, before: dict[str, int]) -> int:
    """Shells that were opened since, and not given back."""
    return sum(_shells(server, host) - before[host] for host in before)


def _shells(server: ServerThread, host: str) -> int:
    return _asked(server, host, "Create") - _asked(server, host, "Delete")


@pytest.fixture
def before(server: ServerThread) -> dict[str, int]:
    return {host: _shells(server, host) for host in _ADDRESSES}


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_a_hundred_stations_at_once(server: ServerThread, before: dict[str, int], transport: str) -> None:
    stations = [_station(host, said(host), transport=transport) for host in _ADDRESSES]
    told: dict[str, object] = {}
    read = read_all(stations, parallel=_COUNT, told=lambda station, result: told.update({station.name: result}))
    assert read == told == {host: host for host in _ADDRESSES}
    assert _left_behind(server, before) == 0


def test_each_has_its_own_end(server: ServerThread, before: dict[str, int]) -> None:
    """Off, a wrong password, a fault in the middle, an answer that may not be, and a bug of ours."""

    def bug() -> Generator[Question, Any, str]:
        yield Run(line="exit 0", doing="trying it")
        raise IndexError("list index\nout of range")

    def senseless() -> Generator[Question, Any, str]:
        yield Run(line="exit 0", doing="trying it")
        raise StationFactError("it makes no sense", remedy="Look at it.")

    _rule(server, _ADDRESSES[4], effect="access_denied", match="^Command ")
    _rule(server, _ADDRESSES[5], effect="answer", match="^Receive", status=302, headers={"Location": "http://x/"})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    stations = [
        _station("127.0.0.1", port=port),
        _station(_ADDRESSES[1], password="wrong"),
        _station(_ADDRESSES[2], bug),
        _station(_ADDRESSES[3], senseless),
        _station(_ADDRESSES[4]),
        _station(_ADDRESSES[5]),
        *(_station(host) for host in _ADDRESSES[6:12]),
    ]
    read = read_all(stations, parallel=3)
    told = [(error.kind, error.fact.partition(" (to")[0]) for error in read.values() if isinstance(error, StationError)]
    assert told == [
        ("unreachable", "the station refuses the connection (WinRM is off, or a firewall rejects it)"),
        ("refused", "the station refuses the user name or the password"),
        ("controller", "this program failed while it read the station (IndexError: list index out of range)"),
        ("fact", "it makes no sense"),
        ("refused", "access denied while trying it (code 5)"),
        ("redirect", "the station's address redirects elsewhere while trying it, which WinRM never does"),
    ]
    assert [read[host] for host in _ADDRESSES[6:12]] == ["x"] * 6
    # Whoever answers what may not be is asked nothing more.
    assert _left_behind(server, before) == 1
    assert _shells(server, _ADDRESSES[5]) - before[_ADDRESSES[5]] == 1


def test_who_is_refused_leaves_no_connection_open(server: ServerThread, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[wire.Connection] = []
    close = wire.Connection.close

    def noted(connection: wire.Connection) -> None:
        closed.append(connection)
        close(connection)

    monkeypatch.setattr(wire.Connection, "close", noted)
    access = access_of(stock_connection("ntlm", "basic", host=_FIRST, password="wrong"))
    (error,) = read_all([Station(name="pc", group="", access=access, reading=_X)]).values()
    assert isinstance(error, StationError)
    assert error.kind == "refused"
    assert len({id(each) for each in closed}) == 2


def test_a_station_that_takes_too_long_gives_its_shell_back(server: ServerThread, before: dict[str, int]) -> None:
    _rule(server, _FIRST, effect="delay", match="^Receive", seconds=60)
    read = read_all([_station(_FIRST, seconds=0.3), _station(_SECOND)])
    error = read[_FIRST]
    assert isinstance(error, StationError)
    assert (error.kind, "0.3 s for all that was asked" in error.fact) == ("endless", True)
    assert (read[_SECOND], _left_behind(server, before)) == ("x", 0)


def test_one_that_keeps_its_shell_keeps_nobody_waiting(server: ServerThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_CLOSING", 0.1)
    _rule(server, _FIRST, effect="delay", match="^Delete", seconds=60)
    assert read_all([_station(_FIRST)]) == {_FIRST: "x"}


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_a_shell_whose_end_was_cut_is_ended_over_another_connection(server: ServerThread, transport: str) -> None:
    _rule(server, _FIRST, effect="cut", match="^Delete", times=1)
    assert read_all([_station(_FIRST, transport=transport)]) == {_FIRST: "x"}
    ends = [event.data["status"] for event in server.requests(_FIRST) if event.data["operation"] == "Delete"]
    assert ends[-2:] == [0, 200]


def test_a_time_of_its_own_begins_with_its_turn(server: ServerThread) -> None:
    _rule(server, _FIRST, effect="delay", match="^Command ", seconds=0.6)
    read = read_all([_station(host, seconds=1.1) for host in (_FIRST, _FIRST + "0", _SECOND)], parallel=1)
    assert list(read.values()) == ["x", "x", "x"]


def _broken() -> None:
    raise RuntimeError("whoever is told has no more room")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C is heard, also where the tests run in the background of a shell, which has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _interrupted_reading(server: ServerThread, end: Callable[[], None]) -> None:
    """One station is done, and the others wait for an answer, when the end comes."""
    for host in _ADDRESSES[1:20]:
        _rule(server, host, effect="delay", match="^Receive", seconds=60)

    def told(_station: Station[str], _result: object) -> None:
        end()

    def slow() -> Generator[Question, Any, str]:
        # The others are at their Receive by then.
        for _ in range(20):
            yield Run(line="exit 0", doing="trying it")
        return "x"

    read_all([_station(_FIRST, slow), *(_station(host) for host in _ADDRESSES[1:20])], told=told)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(
    ("end", "raised"), [(_broken, RuntimeError), (lambda: signal.raise_signal(signal.SIGINT), KeyboardInterrupt)]
)
def test_an_end_in_the_middle_leaves_nothing_open(
    server: ServerThread, before: dict[str, int], end: Callable[[], None], raised: type[BaseException]
) -> None:
    """Whoever is told fails, or somebody presses Ctrl-C."""
    with pytest.raises(raised):
        _interrupted_reading(server, end)
    assert _left_behind(server, before) == 0


@pytest.fixture
def left_at_end(server: ServerThread, before: dict[str, int]) -> Iterator[list[tuple[int, int]]]:
    """As in Ansible's worker, a signal has a handler that ends the process: each, and what was open by then."""
    seen: list[tuple[int, int]] = []
    handlers = {
        number: signal.signal(number, lambda got, _frame: seen.append((got, _left_behind(server, before))))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    yield seen
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT, signal.SIGTERM]])
def test_a_worker_that_is_ended_gives_its_shells_back_first(
    server: ServerThread, left_at_end: list[tuple[int, int]], signals: list[signal.Signals]
) -> None:
    """Ctrl-C is both signals: Ansible passes the one on, and cleans up with the other."""

    def end() -> None:
        for number in signals:
            signal.raise_signal(number)

    with pytest.raises(KeyboardInterrupt):
        _interrupted_reading(server, end)
    assert left_at_end == [(signals[0], 0)]
    # And theirs are the handlers again.
    signal.raise_signal(signal.SIGTERM)
    assert left_at_end[1:] == [(signal.SIGTERM, 0)]


def test_a_worker_without_a_controller_reads_no_further(
    server: ServerThread, left_at_end: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody tells it that the controller was killed."""
    sentinel, of_controller = os.pipe()
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: SimpleNamespace(sentinel=sentinel))
    with pytest.raises(KeyboardInterrupt):
        _interrupted_reading(server, lambda: os.close(of_controller))
    assert left_at_end == [(signal.SIGTERM, 0)]
    os.close(sentinel)


def test_a_command_that_finds_no_shell_gets_another(server: ServerThread, before: dict[str, int]) -> None:
    _rule(server, _FIRST, effect="shell_lost", match="^Command ", times=1)
    assert read_all([_station(_FIRST)]) == {_FIRST: "x"}
    assert _left_behind(server, before) == 0


def test_schools_have_their_turns() -> None:
    stations = [
        Station(name=f"{school}{number}", group=school, access=None, reading=said(""))  # type: ignore[arg-type]
        for school, count in (("a", 4), ("b", 1), ("c", 2))
        for number in range(count)
    ]
    assert [station.name for station in in_turn(stations)] == ["a0", "b0", "c0", "a1", "c1", "a2", "a3"]


@pytest.mark.parametrize(
    ("descriptors", "memory", "wanted"),
    [
        (1 << 20, (8 << 30, "max"), reader.MOST),
        (resource.RLIM_INFINITY, (8 << 30, "max"), reader.MOST),
        (264, (8 << 30, "max"), 100),
        (10, (8 << 30, "max"), 4),
        (1 << 20, (50 << 20, "max"), 25),
        (1 << 20, (8 << 30, f"{100 << 20}"), 45),
        (1 << 20, (8 << 30, f"{1 << 20}"), 4),
        (1 << 20, None, reader.MOST),
    ],
)
def test_as_many_as_this_machine_can_hold(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    descriptors: int,
    memory: tuple[int, str] | None,
    wanted: int,
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _what: (descriptors, descriptors))
    monkeypatch.setattr(reader, "_MEMORY", {name: tmp_path / name for name in reader._MEMORY})
    if memory is not None:
        machine, container = memory
        (tmp_path / "meminfo").write_text(f"MemFree: 7 kB\nMemAvailable:   {machine >> 10} kB\n", encoding="ascii")
        (tmp_path / "memory.max").write_text(f"{container}\n", encoding="ascii")
        (tmp_path / "memory.current").write_text(f"{10 << 20}\n", encoding="ascii")
    assert default_parallel() == wanted


def test_this_machine_can_hold_some() -> None:
    assert default_parallel() > 4
