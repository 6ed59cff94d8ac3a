"""The guard on a session of the worker's: where it is mounted, what it keeps, and proxies."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import guard
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

from tests.unit.drivers import Counted, stock_connection
from tests.unit.lab.wsman_fake import ServerThread, running_server
from tests.unit.web_thread import listening

_ADDRESS, _RAW = "127.47.1.1", "127.47.1.3"


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with running_server() as thread:
        thread.add(_ADDRESS, allow_unencrypted=False)
        yield thread


def _connection(**more: Any) -> Any:
    return stock_connection(host=_ADDRESS, **more)


def _station(**more: Any) -> WinrmStation:
    return WinrmStation(_connection(**more))


def _error(station: WinrmStation) -> StationError:
    with pytest.raises(StationError) as caught:
        station.run("exit 0", doing="trying it")
    return caught.value


def _requests(server: ServerThread) -> int:
    return len(server.requests(_ADDRESS, legs=True))


def test_one_deadline_holds_for_each_request_and_is_that_of_the_connection(server: ServerThread) -> None:
    station = _station(operation_timeout_sec=1, read_timeout_sec=2)
    station.connect()
    assert station._guard.deadline.seconds == 2
    assert station._guard.connecting == PlayContext().timeout


def test_the_guard_is_there_before_anything_is_sent(server: ServerThread) -> None:
    """The stock plugin, told that there is a shell, makes a client and asks nothing of the station.

    On every ansible-core that the collection is for: these names are its own affair (.ci/pythons).
    """
    connection, before = _connection(), _requests(server)
    connection._build_winrm_kwargs()
    assert connection._winrm_transport == ["ntlm"]
    connection.shell_id = "there is one"
    protocol = connection._winrm_connect()
    assert (protocol.transport.session, protocol.transport.encryption) == (None, None)
    assert _requests(server) == before
    made = guard.Guard(connecting=5)
    made.mount(protocol.transport)
    session = protocol.transport.build_session()
    assert guard.guard_of(protocol) is made
    assert {type(adapter) for adapter in session.adapters.values()} == {guard._Adapter}
    assert protocol.transport.encryption is not None
    # What pywinrm makes anew is guarded as well.
    protocol.transport.close_session()
    assert guard.guard_of(protocol) is None
    protocol.transport.build_session()
    assert guard.guard_of(protocol) is made
    for name in ("_winrm_host", "_winrm_transport", "_play_context", "_connected", "protocol", "shell_id", "close"):
        assert hasattr(connection, name), name


def test_a_connection_of_an_earlier_item_keeps_its_guard_and_somebody_elses_gets_one(server: ServerThread) -> None:
    connection = _connection()
    first = WinrmStation(connection)
    first.connect()
    shell = connection.shell_id
    second = WinrmStation(connection)
    second.limit(60)
    second.connect()
    assert (connection.shell_id, second._guard, first._guard.until) == (shell, first._guard, second._until)
    stock = _connection()
    stock._connect()
    own, theirs = stock.protocol, stock.shell_id
    third = WinrmStation(stock)
    third.connect()
    assert stock.protocol is not own
    assert stock.shell_id != theirs
    assert guard.guard_of(stock.protocol) is third._guard
    for station in (second, third):
        station.close()


def test_a_proxy_that_is_not_of_http_is_refused(server: ServerThread) -> None:
    error = _error(_station(proxy="socks5://127.0.0.1:9"))
    assert (error.kind, "a proxy that is not of http: socks5" in error.fact) == ("controller", True)


def test_a_proxy_that_drips_is_over_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "Deadline", Counted)

    def drips(client: socket.socket) -> None:
        client.recv(4096)
        with suppress(OSError):
            while True:
                client.sendall(b"H")
                time.sleep(0.02)

    for scheme in ("http", "https"):
        with listening(_RAW, drips) as port:
            assert _error(_station(proxy=f"http://{_RAW}:{port}", scheme=scheme)).kind == "endless"
