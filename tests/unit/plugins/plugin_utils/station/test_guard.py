"""What a station may answer, over real sockets: each way to hurt whoever asks is an error that names it, and soon."""

from __future__ import annotations

import re
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
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import exchange, guard
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import ForbiddenAnswerError, StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.rules import LARGEST, MOST_ROWS
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import session

from tests.lab.faults import FaultPlan
from tests.lab.web.hostile import HOSTILE_MODES
from tests.lab.wsman import Quotas
from tests.unit.drivers import Counted, Driver, Make, Surveyed
from tests.unit.lab.wsman_fake import HTTP_PORT, ServerThread, running_server
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


@pytest.fixture
def make(driver: str) -> Make:
    return Make(driver=driver, host=_ADDRESS)


@pytest.fixture(autouse=True)
def _clean(server: ServerThread, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # The first one too.
    monkeypatch.setattr(exchange, "_LONGEST_PAUSE", 0.001)
    yield
    for plan in server.faults.values():
        plan.faults.clear()


def _rule(server: ServerThread, address: str = _ADDRESS, **rule: Any) -> None:
    server.faults[address].faults[:] = FaultPlan.from_data([{"times": 0, **rule}]).faults


def _error(station: Driver, *, timeout: float = 120) -> StationError:
    with pytest.raises(StationError) as caught:
        station.run("exit 0", doing="trying it", timeout=timeout)
    assert "Switch the station on" not in caught.value.remedy
    assert caught.value.fact.isprintable()
    return caught.value


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request has a deadline that is counted."""
    for module in (guard, session):
        monkeypatch.setattr(module, "Deadline", Counted)


def _connected(make: Make) -> Driver:
    """One whose requests have a moment from now on."""
    station = make()
    station.connect()
    if isinstance(station, Surveyed):
        station.hurry(_SOON)
    elif isinstance(station, WinrmStation):
        station._connection.protocol.transport.read_timeout_sec = _SOON
    return station


def _open(station: Driver) -> bool:
    """Whether it keeps a connection."""
    if isinstance(station, Surveyed):
        return station.client is not None and station.client._session is not None
    assert isinstance(station, WinrmStation)
    return bool(station._connection.protocol is not None or station._connection.connected)


def _requests(server: ServerThread, address: str = _COUNTED) -> int:
    return len(server.requests(address, legs=True))


# The last of each is the first that holds a message, those before are the handshake's.
@pytest.mark.parametrize(
    ("driver", "nth"),
    [*(("worker", nth) for nth in (1, 2, 3, 4)), *(("survey", nth) for nth in (1, 2, 3))],
    indirect=["driver"],
)
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_on_each_of_the_first_requests_leads_nowhere(
    make: Make, server: ServerThread, status: int, nth: int
) -> None:
    _rule(server, _COUNTED, effect="answer", match="^Post ", nth=nth, status=status, headers={"Location": _ELSEWHERE})
    before, elsewhere = _requests(server), _requests(server, _OTHER)
    error = _error(make(host=_COUNTED))
    assert error.kind == "redirect"
    assert error.fact == (
        "the station's address redirects elsewhere while opening a shell, which WinRM never does "
        f"(to {_ELSEWHERE}, server {SERVER_SOFTWARE!r})"
    )
    assert (_requests(server), _requests(server, _OTHER)) == (before + nth, elsewhere)


def test_whoever_redirects_is_not_tried_with_the_next_transport(make: Make, server: ServerThread) -> None:
    """Basic would hand him the password."""
    _rule(server, _COUNTED, effect="answer", match="^Post ", status=307, headers={"Location": _ELSEWHERE})
    before = _requests(server)
    assert _error(make("ntlm", "basic", host=_COUNTED)).kind == "redirect"
    assert _requests(server) == before + 1


@pytest.mark.parametrize(("match", "asked"), [("^Command ", 2), ("^Receive", 3), ("^Signal", 1)])
def test_a_redirect_in_the_middle_ends_it_and_nothing_more_is_asked(
    make: Make, server: ServerThread, match: str, asked: int
) -> None:
    """Neither the end of the command nor that of the shell."""
    station = make(host=_COUNTED)
    assert station.run("exit 0", doing="trying it").code == 0
    _rule(server, _COUNTED, effect="answer", match=match, status=307, headers={"Location": _ELSEWHERE})
    before, elsewhere = _requests(server), _requests(server, _OTHER)
    assert _error(station).kind == "redirect"
    station.close()
    assert (_requests(server), _requests(server, _OTHER)) == (before + asked, elsewhere)


@pytest.mark.parametrize("mode", _DRIPS)
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.usefixtures("counted")
def test_headers_and_bodies_that_drip_do_not_move_the_deadline(
    make: Make, server: ServerThread, mode: str, nth: int
) -> None:
    _rule(server, effect="hostile", mode=mode, match="^Post ", nth=nth)
    error = _error(make())
    assert error.kind == "endless"
    assert error.fact.startswith(
        "the station began to answer while opening a shell, and was not done in its time (still "
    )


@pytest.mark.parametrize("mode", ["drip_headers", "drip_body", "drip_continue"])
@pytest.mark.usefixtures("counted")
def test_an_encrypted_answer_that_drips_does_not_move_the_deadline(make: Make, server: ServerThread, mode: str) -> None:
    station = make()
    _rule(server, effect="hostile", mode=mode, match="^Command ")
    assert _error(station).kind == "endless"
    # There is nothing over which the end of the command, or of the shell, could be asked and waited for.
    assert not _open(station)


def test_a_station_that_says_nothing_at_all_is_unreachable_as_ever(make: Make, server: ServerThread) -> None:
    station = _connected(make)
    _rule(server, effect="delay", match="^Command ", seconds=60)
    with pytest.raises(StationError) as caught:
        station.run("exit 0", doing="trying it")
    assert (caught.value.kind, caught.value.fact) == ("unreachable", "the station stopped answering while trying it")


@pytest.mark.parametrize("first", [True, False])
def test_a_gzip_bomb_is_not_unpacked(make: Make, server: ServerThread, first: bool) -> None:
    _rule(server, effect="hostile", mode="gzip_bomb", match="^Post " if first else "^Command ")
    tracemalloc.start()
    try:
        error = _error(make())
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert error.kind == "packed"
    assert error.fact.endswith("which was not asked for (gzip, server 'Lab-Hostile/1.0')")


@pytest.mark.parametrize("mode", _FLOODS)
@pytest.mark.parametrize("first", [True, False])
def test_an_answer_without_end_fills_no_memory(make: Make, server: ServerThread, mode: str, first: bool) -> None:
    _rule(server, effect="hostile", mode=mode, match="^Post " if first else "^Command ")
    tracemalloc.start()
    try:
        error = _error(make())
        assert tracemalloc.get_traced_memory()[1] < 4 * LARGEST
    finally:
        tracemalloc.stop()
    assert error.kind == "oversize"
    assert error.fact.startswith("the station answers more than any answer may hold while ")


def test_an_endless_pull_ends_at_its_rows(make: Make, server: ServerThread) -> None:
    _rule(server, _COUNTED, effect="endless", size=2000, match="^(Enumerate|Pull)")
    before = _requests(server)
    with pytest.raises(StationError) as caught:
        make(host=_COUNTED).query("select Name from Win32_Process")
    assert caught.value.kind == "oversize"
    assert f"more than {MOST_ROWS} rows" in caught.value.fact
    assert _requests(server) - before <= 4 + MOST_ROWS // 2000 + 1


def test_an_endless_pull_of_nothing_ends_in_its_time(
    make: Make, server: ServerThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "TIMEOUT", _SOON)
    _rule(server, effect="endless", match="^(Enumerate|Pull)")
    with pytest.raises(StationError) as caught:
        make().query("select Name from Win32_Process")
    assert caught.value.kind == "endless"


def test_an_endless_receive_ends_in_the_time_of_its_command(make: Make, server: ServerThread) -> None:
    _rule(server, effect="endless", match="^Receive")
    error = _error(make(), timeout=_SOON)
    assert (error.kind, error.fact) == ("timeout", "trying it took more than 0 s on the station and was stopped")


def test_an_endless_receive_ends_at_its_size(make: Make, server: ServerThread) -> None:
    _rule(server, effect="endless", size=1 << 20, match="^Receive")
    error = _error(make())
    assert error.kind == "oversize"
    assert "more than 8 MiB in several answers" in error.fact


@pytest.mark.parametrize("match", ["^Create", "^Command ", "^Receive"])
def test_a_plain_answer_after_ntlm_is_not_believed(make: Make, server: ServerThread, match: str) -> None:
    _rule(server, effect="in_clear", match=match)
    error = _error(make())
    assert error.kind == "unencrypted"
    assert "although messages are encrypted (Content-Type application/soap+xml;charset=UTF-8, server" in error.fact


def test_a_plain_fault_after_ntlm_makes_nothing_absent(make: Make, server: ServerThread) -> None:
    """A file of which somebody says in the clear that it is not there."""
    station = make()
    assert station.get("Win32_Process", Handle="99") is None
    _rule(server, effect="in_clear", match="^Get ")
    with pytest.raises(StationError) as caught:
        station.get("Win32_Process", Handle="99")
    assert caught.value.kind == "unencrypted"
    assert "(a fault with HTTP 500, server 'Microsoft-HTTPAPI/2.0')" in caught.value.fact


def test_an_http_error_in_the_clear_keeps_its_own_words(make: Make, server: ServerThread) -> None:
    """HTTP.sys says so before WinRM does."""
    _rule(server, effect="answer", match="^Command ", status=503, body="<title>Service Unavailable</title>")
    error = _error(make())
    assert (error.kind, "answered HTTP 503 while trying it" in error.fact) == ("fault", True)


@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/encrypted;protocol=application/HTTP-SPNEGO-session-encrypted;boundary="Encrypted Boundary"',
        'multipart/encrypted;protocol="application/http-spnego-session-encrypted";boundary="Encrypted Boundary"',
        'text/plain;protocol="application/HTTP-SPNEGO-session-encrypted"',
    ],
)
def test_an_answer_that_only_looks_encrypted_is_not_believed(
    make: Make, server: ServerThread, content_type: str
) -> None:
    """pywinrm takes the first two for plain text."""
    message = '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><x/></s:Body></s:Envelope>'
    _rule(server, effect="answer", match="^Command ", headers={"Content-Type": content_type}, body=message)
    assert _error(make()).kind == "unencrypted"


def test_encryption_that_holds_no_part_is_not_believed(make: Make, server: ServerThread) -> None:
    sealed = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
    for body in ("", "<s:Envelope/>", "--Encrypted Boundary\r\nLength=3\r\n--Encrypted Boundary\r\nabc"):
        _rule(server, effect="answer", match="^Command ", headers={"Content-Type": sealed}, body=body)
        assert _error(make()).kind == "fault"


def _drips(client: socket.socket) -> None:
    client.recv(4096)
    with suppress(OSError):
        client.sendall(b"\x16\x03\x03\x40\x00")  # the beginning of a record of 16 KiB
        while True:
            client.sendall(b"X")
            time.sleep(0.02)


def test_a_tls_handshake_that_drips_is_over_when_a_connection_has_to_be(make: Make) -> None:
    with listening(_RAW, _drips) as port:
        error = _error(make(scheme="https", host=_RAW, port=port, connecting=1))
    assert error.kind == "endless"
    # Of its second, what was left when the handshake began.
    assert re.search(r"\(its TLS handshake is still not complete after (?:1|0\.[1-9]) s\)", error.fact)


def test_what_a_station_drips_is_over_with_all_that_was_asked(make: Make, server: ServerThread) -> None:
    """Each answer in its time, and never the last one."""
    station = make()
    station.connect()
    station.limit(_SOON)
    with pytest.raises(ForbiddenAnswerError) as caught:
        deque((station.run("exit 0", doing="trying it") for _ in count()), maxlen=0)
    assert (caught.value.kind, f"{_SOON:g} s for all that was asked" in caught.value.fact) == ("endless", True)
    # Who had no more time is asked to take the shell back, in a moment of its own.
    assert isinstance(station, Surveyed) or not _open(station)
    station.close()
    assert not _open(station)


@pytest.mark.parametrize("nth", [1, 3])
def test_a_connection_that_is_opened_again_is_guarded(make: Make, server: ServerThread, nth: int) -> None:
    station = make()
    assert station.run("exit 0", doing="trying it").code == 0
    station.close()
    _rule(server, effect="answer", match="^Post ", nth=nth, status=307, headers={"Location": _ELSEWHERE})
    assert _error(station).kind == "redirect"
