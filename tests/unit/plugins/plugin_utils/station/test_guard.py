"""What a station may answer, over real sockets: each way to hurt whoever asks is an error that names it, and soon."""

from __future__ import annotations

import socket
import time
import tracemalloc
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from aiohttp.http import SERVER_SOFTWARE
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.rentree.pronote.plugins.module_utils.base.deadline import Deadline
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import exchange, guard
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import ForbiddenAnswerError, StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.rules import LARGEST, MOST_ROWS
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

from tests.lab.faults import FaultPlan
from tests.lab.web.hostile import HOSTILE_MODES
from tests.lab.wsman import Quotas
from tests.unit.lab.wsman_fake import ACCOUNT, HTTP_PORT, ServerThread, running_server
from tests.unit.web_thread import listening

_ADDRESS, _OTHER, _RAW = "127.47.0.1", "127.47.0.2", "127.47.0.3"
# Its requests are counted: the lab's journal has one that drips once it sees the connection closed.
_COUNTED = "127.47.0.5"
_ELSEWHERE = f"http://{_OTHER}:{HTTP_PORT}/wsman"
_SOON = 0.3  # seconds
_DRIPS = [mode for mode in HOSTILE_MODES if mode.startswith("drip_")]
_FLOODS = [mode for mode in HOSTILE_MODES if mode.startswith(("endless_", "many_"))]


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with running_server() as thread:
        # What is broken off leaves its shell behind.
        for address in (_ADDRESS, _COUNTED):
            thread.add(address, allow_unencrypted=False, quotas=Quotas(max_shells_per_user=1000))
        thread.add(_OTHER, allow_unencrypted=False)
        yield thread


@pytest.fixture(autouse=True)
def _clean(server: ServerThread, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # The first one too.
    monkeypatch.setattr(exchange, "_LONGEST_PAUSE", 0.001)
    yield
    for plan in server.faults.values():
        plan.faults.clear()


def _connection(*transports: str, host: str = _ADDRESS, port: int = HTTP_PORT, **more: Any) -> Any:
    connection = connection_loader.get("ansible.builtin.winrm", PlayContext())
    variables: dict[str, Any] = {
        "ansible_host": host,
        "ansible_port": port,
        "ansible_user": ACCOUNT.name,
        "ansible_password": ACCOUNT.password,
        "ansible_winrm_scheme": more.pop("scheme", "http"),
        "ansible_winrm_transport": list(transports) or ["ntlm"],
    }
    connection.set_options(var_options={**variables, "_extras": {f"ansible_winrm_{k}": v for k, v in more.items()}})
    return connection


def _station(*transports: str, **more: Any) -> WinrmStation:
    return WinrmStation(_connection(*transports, **more))


def _rule(server: ServerThread, address: str = _ADDRESS, **rule: Any) -> None:
    server.faults[address].faults[:] = FaultPlan.from_data([{"times": 0, **rule}]).faults


def _error(station: WinrmStation, *, timeout: float = 120) -> StationError:
    with pytest.raises(StationError) as caught:
        station.run("exit 0", doing="trying it", timeout=timeout)
    assert "Switch the station on" not in caught.value.remedy
    assert caught.value.fact.isprintable()
    return caught.value


class _Counted(Deadline):
    """Passes after so many looks at it, one for each thing that comes: however slow this machine is."""

    looks = 12

    def remaining(self) -> float:
        self.looks -= 1
        if self.looks < 0:
            raise TimeoutError(self.passed())
        return 60


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request has a deadline that is counted."""
    monkeypatch.setattr(guard, "Deadline", _Counted)


def _connected() -> WinrmStation:
    """One whose requests have a moment from now on."""
    station = _station()
    station.connect()
    station._connection.protocol.transport.read_timeout_sec = _SOON
    return station


def _requests(server: ServerThread, address: str = _COUNTED) -> int:
    return len(server.requests(address, legs=True))


# 1 to 3 are the handshake's, 4 the first that holds a message.
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_on_each_of_the_first_requests_leads_nowhere(server: ServerThread, status: int, nth: int) -> None:
    _rule(server, _COUNTED, effect="answer", match="^Post ", nth=nth, status=status, headers={"Location": _ELSEWHERE})
    before, elsewhere = _requests(server), _requests(server, _OTHER)
    error = _error(_station(host=_COUNTED))
    assert error.kind == "redirect"
    assert error.fact == (
        "the station's address redirects elsewhere while opening a shell, which WinRM never does "
        f"(to {_ELSEWHERE}, server {SERVER_SOFTWARE!r})"
    )
    assert (_requests(server), _requests(server, _OTHER)) == (before + nth, elsewhere)


def test_whoever_redirects_is_not_tried_with_the_next_transport(server: ServerThread) -> None:
    """Basic would hand him the password."""
    _rule(server, _COUNTED, effect="answer", match="^Post ", status=307, headers={"Location": _ELSEWHERE})
    before = _requests(server)
    assert _error(_station("ntlm", "basic", host=_COUNTED)).kind == "redirect"
    assert _requests(server) == before + 1


@pytest.mark.parametrize(("match", "asked"), [("^Command ", 2), ("^Receive", 3), ("^Signal", 1)])
def test_a_redirect_in_the_middle_ends_it_and_nothing_more_is_asked(
    server: ServerThread, match: str, asked: int
) -> None:
    """Neither the end of the command nor that of the shell."""
    station = _station(host=_COUNTED)
    assert station.run("exit 0", doing="trying it").code == 0
    _rule(server, _COUNTED, effect="answer", match=match, status=307, headers={"Location": _ELSEWHERE})
    before, elsewhere = _requests(server), _requests(server, _OTHER)
    assert _error(station).kind == "redirect"
    station.close()
    assert (_requests(server), _requests(server, _OTHER)) == (before + asked, elsewhere)


@pytest.mark.parametrize("mode", _DRIPS)
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.usefixtures("counted")
def test_headers_and_bodies_that_drip_do_not_move_the_deadline(server: ServerThread, mode: str, nth: int) -> None:
    _rule(server, effect="hostile", mode=mode, match="^Post ", nth=nth)
    error = _error(_station())
    assert error.kind == "endless"
    assert error.fact.startswith(
        "the station began to answer while opening a shell, and was not done in its time (still "
    )


@pytest.mark.parametrize("mode", ["drip_headers", "drip_body", "drip_continue"])
@pytest.mark.usefixtures("counted")
def test_an_encrypted_answer_that_drips_does_not_move_the_deadline(server: ServerThread, mode: str) -> None:
    station = _station()
    _rule(server, effect="hostile", mode=mode, match="^Command ")
    assert _error(station).kind == "endless"
    # There is nothing over which the end of the command, or of the shell, could be asked and waited for.
    assert (station._connection.protocol, station._connection.connected) == (None, False)


def test_one_deadline_holds_for_each_request_and_is_that_of_the_connection(server: ServerThread) -> None:
    station = _station(operation_timeout_sec=1, read_timeout_sec=2)
    station.connect()
    assert station._guard.deadline.seconds == 2
    assert station._guard.connecting == PlayContext().timeout


def test_a_station_that_says_nothing_at_all_is_unreachable_as_ever(server: ServerThread) -> None:
    station = _connected()
    _rule(server, effect="delay", match="^Command ", seconds=60)
    with pytest.raises(StationError) as caught:
        station.run("exit 0", doing="trying it")
    assert (caught.value.kind, caught.value.fact) == ("unreachable", "the station stopped answering while trying it")


@pytest.mark.parametrize("first", [True, False])
def test_a_gzip_bomb_is_not_unpacked(server: ServerThread, first: bool) -> None:
    _rule(server, effect="hostile", mode="gzip_bomb", match="^Post " if first else "^Command ")
    tracemalloc.start()
    try:
        error = _error(_station())
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert error.kind == "packed"
    assert error.fact.endswith("which was not asked for (gzip, server 'Lab-Hostile/1.0')")


@pytest.mark.parametrize("mode", _FLOODS)
@pytest.mark.parametrize("first", [True, False])
def test_an_answer_without_end_fills_no_memory(server: ServerThread, mode: str, first: bool) -> None:
    _rule(server, effect="hostile", mode=mode, match="^Post " if first else "^Command ")
    tracemalloc.start()
    try:
        error = _error(_station())
        assert tracemalloc.get_traced_memory()[1] < 4 * LARGEST
    finally:
        tracemalloc.stop()
    assert error.kind == "oversize"
    assert error.fact.startswith("the station answers more than any answer may hold while ")


def test_an_endless_pull_ends_at_its_rows(server: ServerThread) -> None:
    _rule(server, _COUNTED, effect="endless", size=2000, match="^(Enumerate|Pull)")
    before = _requests(server)
    with pytest.raises(StationError) as caught:
        _station(host=_COUNTED).query("select Name from Win32_Process")
    assert caught.value.kind == "oversize"
    assert f"more than {MOST_ROWS} rows" in caught.value.fact
    assert _requests(server) - before <= 4 + MOST_ROWS // 2000 + 1


def test_an_endless_pull_of_nothing_ends_in_its_time(server: ServerThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "TIMEOUT", _SOON)
    _rule(server, effect="endless", match="^(Enumerate|Pull)")
    with pytest.raises(StationError) as caught:
        _station().query("select Name from Win32_Process")
    assert caught.value.kind == "endless"


def test_an_endless_receive_ends_in_the_time_of_its_command(server: ServerThread) -> None:
    _rule(server, effect="endless", match="^Receive")
    error = _error(_station(), timeout=_SOON)
    assert (error.kind, error.fact) == ("timeout", "trying it took more than 0 s on the station and was stopped")


def test_an_endless_receive_ends_at_its_size(server: ServerThread) -> None:
    _rule(server, effect="endless", size=1 << 20, match="^Receive")
    error = _error(_station())
    assert error.kind == "oversize"
    assert "more than 8 MiB in several answers" in error.fact


@pytest.mark.parametrize("match", ["^Create", "^Command ", "^Receive"])
def test_a_plain_answer_after_ntlm_is_not_believed(server: ServerThread, match: str) -> None:
    _rule(server, effect="in_clear", match=match)
    error = _error(_station())
    assert error.kind == "unencrypted"
    assert "although messages are encrypted (Content-Type application/soap+xml;charset=UTF-8, server" in error.fact


def test_a_plain_fault_after_ntlm_makes_nothing_absent(server: ServerThread) -> None:
    """A file of which somebody says in the clear that it is not there."""
    station = _station()
    assert station.get("Win32_Process", Handle="99") is None
    _rule(server, effect="in_clear", match="^Get ")
    with pytest.raises(StationError) as caught:
        station.get("Win32_Process", Handle="99")
    assert caught.value.kind == "unencrypted"
    assert "(a fault with HTTP 500, server 'Microsoft-HTTPAPI/2.0')" in caught.value.fact


def test_an_http_error_in_the_clear_keeps_its_own_words(server: ServerThread) -> None:
    """HTTP.sys says so before WinRM does."""
    _rule(server, effect="answer", match="^Command ", status=503, body="<title>Service Unavailable</title>")
    error = _error(_station())
    assert (error.kind, "answered HTTP 503 while trying it" in error.fact) == ("fault", True)


@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/encrypted;protocol=application/HTTP-SPNEGO-session-encrypted;boundary="Encrypted Boundary"',
        'multipart/encrypted;protocol="application/http-spnego-session-encrypted";boundary="Encrypted Boundary"',
        'text/plain;protocol="application/HTTP-SPNEGO-session-encrypted"',
    ],
)
def test_an_answer_that_only_looks_encrypted_is_not_believed(server: ServerThread, content_type: str) -> None:
    """pywinrm takes the first two for plain text."""
    message = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><x/></s:Body></s:Envelope>'
    _rule(server, effect="answer", match="^Command ", headers={"Content-Type": content_type}, body=message)
    assert _error(_station()).kind == "unencrypted"


def test_encryption_that_holds_no_part_is_not_believed(server: ServerThread) -> None:
    sealed = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
    for body in ("", "<s:Envelope/>", "--Encrypted Boundary\r\nLength=3\r\n--Encrypted Boundary\r\nabc"):
        _rule(server, effect="answer", match="^Command ", headers={"Content-Type": sealed}, body=body)
        assert _error(_station()).kind == "fault"


def _drips(client: socket.socket) -> None:
    client.recv(4096)
    with suppress(OSError):
        client.sendall(b"\x16\x03\x03\x40\x00")  # the beginning of a record of 16 KiB
        while True:
            client.sendall(b"X")
            time.sleep(0.02)


def test_a_tls_handshake_that_drips_is_over_when_a_connection_has_to_be() -> None:
    with listening(_RAW, _drips) as port:
        station = _station(scheme="https", host=_RAW, port=port)
        station._connection._play_context.timeout = 1
        error = _error(station)
    assert error.kind == "endless"
    assert "(its TLS handshake is still not complete after 1 s)" in error.fact


def test_what_a_station_drips_is_over_with_all_that_was_asked(server: ServerThread) -> None:
    """Each answer in its time, and never the last one."""
    station = _station()
    station.connect()
    station.limit(_SOON)
    with pytest.raises(ForbiddenAnswerError) as caught:
        deque((station.run("exit 0", doing="trying it") for _ in count()), maxlen=0)
    assert (caught.value.kind, f"{_SOON:g} s for all that was asked" in caught.value.fact) == ("endless", True)
    assert station._connection.protocol is None


def test_the_guard_is_there_before_anything_is_sent(server: ServerThread) -> None:
    """The stock plugin, told that there is a shell, makes a client and asks nothing of the station.

    On every ansible-core that the collection is for: these names are its own affair (.ci/pythons).
    """
    connection, before = _connection(host=_COUNTED), _requests(server)
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


@pytest.mark.parametrize("nth", [1, 3])
def test_a_connection_that_is_opened_again_is_guarded(server: ServerThread, nth: int) -> None:
    station = _station()
    assert station.run("exit 0", doing="trying it").code == 0
    station.close()
    _rule(server, effect="answer", match="^Post ", nth=nth, status=307, headers={"Location": _ELSEWHERE})
    assert _error(station).kind == "redirect"


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


@pytest.mark.usefixtures("counted")
def test_a_proxy_that_drips_is_over_in_its_time() -> None:
    def drips(client: socket.socket) -> None:
        client.recv(4096)
        with suppress(OSError):
            while True:
                client.sendall(b"H")
                time.sleep(0.02)

    for scheme in ("http", "https"):
        with listening(_RAW, drips) as port:
            assert _error(_station(proxy=f"http://{_RAW}:{port}", scheme=scheme)).kind == "endless"
