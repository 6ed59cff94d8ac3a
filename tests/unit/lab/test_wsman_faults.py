"""Fault rules, power, and HTTP itself."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import winrm
from winrm.exceptions import WinRMTransportError, WSManFaultError

from tests.lab.faults import FaultPlan
from tests.lab.station import Power
from tests.lab.wsman import Quotas
from tests.unit.lab.wsman_fake import ACCOUNT, HTTP_PORT, ServerThread, running_server

_ONE, _TWO, _BUSY = "127.43.0.1", "127.43.0.2", "127.43.0.3"
_IDENTIFY = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><i:Identify '
    'xmlns:i="http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"/></s:Body></s:Envelope>'
)


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with running_server() as thread:
        thread.add(_ONE, quotas=Quotas(max_envelope_kb=64))
        thread.add(_TWO)
        yield thread


def _url(address: str = _ONE) -> str:
    return f"http://{address}:{HTTP_PORT}/wsman"


def _session(address: str = _ONE) -> winrm.Session:
    return winrm.Session(_url(address), auth=(ACCOUNT.name, ACCOUNT.password), transport="ntlm")


def _rules(server: ServerThread, *rules: dict[str, Any]) -> None:
    server.faults[_ONE].faults[:] = FaultPlan.from_data(list(rules)).faults


@pytest.fixture(autouse=True)
def _no_rules(server: ServerThread) -> Iterator[None]:
    yield
    _rules(server)
    server.power(_ONE, Power.ON)


def _events(server: ServerThread, kind: str) -> int:
    return len(list(server.journal.select(kind=kind, station=f"station-{_ONE}")))


def _post(body: str | bytes | Iterator[bytes], *, content_type: str = "application/soap+xml") -> requests.Response:
    credentials = base64.b64encode(f"{ACCOUNT.name}:{ACCOUNT.password}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": content_type}
    return requests.post(_url(), data=body, headers=headers, timeout=20)


def test_a_cut_before_the_command(server: ServerThread) -> None:
    started = len(server.stations[_ONE].started)
    _rules(server, {"effect": "cut", "match": "^Command echo one"})
    with pytest.raises(requests.exceptions.ConnectionError, match="reset by peer"):
        _session().run_cmd("echo", ["one"])
    assert len(server.stations[_ONE].started) == started
    (request,) = (event for event in server.requests(_ONE) if event.data["detail"] == "echo one")
    assert (request.data["operation"], request.data["status"]) == ("Command", 0)
    fault = list(server.journal.select(kind="fault", station=f"station-{_ONE}"))[-1]
    assert fault.data == {"effect": "cut", "what": "Command echo one"}
    # Once: the next attempt goes through.
    assert _session().run_cmd("echo", ["one"]).status_code == 0


def test_a_cut_after_the_command(server: ServerThread) -> None:
    started = len(server.stations[_ONE].started)
    _rules(server, {"effect": "cut_after", "match": "^Command"})
    with pytest.raises(requests.exceptions.ConnectionError, match="reset by peer"):
        _session().run_cmd("echo", ["one"])
    assert len(server.stations[_ONE].started) == started + 1


@pytest.mark.parametrize(
    ("effect", "match", "wsman", "wmi"),
    [
        ("access_denied", "^Create", 5, None),
        ("quota_shells", "^Create", 2150859173, None),
        ("quota_shells_wmi", "^Create", None, 2150859173),
        ("quota_operations", "^Receive", 2150859174, None),
        ("shell_used_up", "^Command", None, 0x803381A6),
        ("oversize", "^Receive", 0x80338048, None),
    ],
)
def test_faults(server: ServerThread, effect: str, match: str, wsman: int | None, wmi: int | None) -> None:
    _rules(server, {"effect": effect, "match": match})
    with pytest.raises(WSManFaultError) as refused:
        _session().run_cmd("echo", ["x"])
    assert (refused.value.wsman_fault_code, refused.value.wmierror_code) == (wsman, wmi)


def test_http_500(server: ServerThread) -> None:
    _rules(server, {"effect": "http_500", "match": "^Create"})
    with pytest.raises(WinRMTransportError) as refused:
        _session().run_cmd("echo", ["x"])
    assert refused.value.code == 500


def test_a_delay_blocks_nobody_else(server: ServerThread) -> None:
    fired = _events(server, "fault")
    _rules(server, {"effect": "delay", "match": "^Create", "seconds": 3600})
    errors: list[BaseException] = []

    def slow() -> None:
        try:
            _session().run_cmd("exit", ["7"])
        except requests.exceptions.ConnectionError as exc:
            errors.append(exc)

    waiting = threading.Thread(target=slow)
    waiting.start()
    while _events(server, "fault") == fired:
        threading.Event().wait(0.01)
    # The same station's other clients, and another station's.
    for address in (_ONE, _TWO):
        assert _session(address).run_cmd("exit", ["8"]).status_code == 8
    # A power cut ends the wait.
    server.power(_ONE, Power.OFF)
    waiting.join(20)
    assert len(errors) == 1


def test_a_delay_ends(server: ServerThread) -> None:
    _rules(server, {"effect": "delay", "match": "^Create", "seconds": 0.05})
    assert _session().run_cmd("exit", ["7"]).status_code == 7
    assert [e.data["effect"] for e in server.journal.select(kind="fault", station=f"station-{_ONE}")][-1] == "delay"


def test_power_off_refuses_connections_and_resets_the_open_ones(server: ServerThread) -> None:
    protocol = _session().protocol
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "silent")
    running = server.stations[_ONE].started[-1]
    errors: list[BaseException] = []

    def receive() -> None:
        try:
            protocol.get_command_output_raw(shell, command)
        except requests.exceptions.ConnectionError as exc:
            errors.append(exc)

    before = len(server.requests(_ONE))
    waiting = threading.Thread(target=receive)
    waiting.start()
    server.power(_ONE, Power.OFF)
    waiting.join(20)
    assert len(errors) == 1
    assert running.killed.is_set()
    with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        _post(_IDENTIFY)
    assert _session(_TWO).run_cmd("exit", ["0"]).status_code == 0
    server.power(_ONE, Power.BOOTING)
    with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        _post(_IDENTIFY)
    server.power(_ONE, Power.ON)
    assert _session().run_cmd("exit", ["0"]).status_code == 0
    # Its shells are gone.
    with pytest.raises(WSManFaultError) as gone:
        _session().protocol.run_command(shell, "echo")
    assert gone.value.wsman_fault_code == 2150858843
    assert before < len(server.requests(_ONE))


def test_power_is_followed_through_the_journal(server: ServerThread) -> None:
    station = server.stations[_ONE]
    server.run(station.set_power(Power.OFF))
    # The sockets are closed by what the event started on the same loop.
    server.run(asyncio.sleep(0.05))
    with pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        _post(_IDENTIFY)
    server.run(station.set_power(Power.ON))
    server.run(asyncio.sleep(0.05))
    assert _post(_IDENTIFY).status_code == 200


def test_power_is_lost_while_a_command_starts(server: ServerThread) -> None:
    _rules(server, {"effect": "power_off", "match": "^Command"})
    with pytest.raises(requests.exceptions.ConnectionError):
        _session().run_cmd("echo", ["x"])
    assert server.stations[_ONE].power is Power.OFF


def test_reboot(server: ServerThread) -> None:
    _rules(server, {"effect": "reboot", "match": "^Receive"})
    with pytest.raises(requests.exceptions.ConnectionError):
        _session().run_cmd("echo", ["x"])
    server.power(_ONE, Power.ON)
    assert _session().run_cmd("exit", ["0"]).status_code == 0
    powers = [e.data["power"] for e in server.journal.select(kind="power", station=f"station-{_ONE}")]
    assert powers[-3:] == ["off", "on", "on"]


def test_identify() -> None:
    answer = _post(_IDENTIFY)
    assert answer.status_code == 200
    assert b"<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>" in answer.content
    assert answer.headers["Server"] == "Microsoft-HTTPAPI/2.0"


def test_identify_without_credentials() -> None:
    headers = {"WSMANIDENTIFY": "unauthenticated"}
    assert requests.post(_url(), data=_IDENTIFY, headers=headers, timeout=20).status_code == 200
    other = _IDENTIFY.replace("<i:Identify", "<i:Identifying")
    assert requests.post(_url(), data=other, headers=headers, timeout=20).status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("hello", 400),
        ("<unclosed>", 400),
        ("<a/>", 500),
        (_IDENTIFY.replace("2003/05", "1999/01"), 500),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 500),
        (" " * 70_000, 413),
    ],
)
def test_what_is_no_request(body: str, status: int) -> None:
    assert _post(body).status_code == status


def test_chunked_bodies_are_measured_too() -> None:
    assert _post(iter([b" " * 40_000, b" " * 40_000])).status_code == 413


def test_other_paths_and_methods() -> None:
    assert requests.get(_url(), timeout=20).status_code == 405
    assert requests.post(f"{_url()}x", timeout=20).status_code == 404


def test_the_401_lists_what_is_offered(server: ServerThread) -> None:
    server.add(_BUSY, auth=frozenset({"ntlm"}))
    answer = requests.post(_url(_BUSY), data=_IDENTIFY, timeout=20)
    assert (answer.status_code, answer.headers["WWW-Authenticate"], answer.content) == (401, "Negotiate", b"")
    answer = requests.post(_url(), data=_IDENTIFY, timeout=20)
    assert answer.headers["WWW-Authenticate"] == 'Negotiate, Basic realm="WSMAN"'
    for header in ("Basic !", "Negotiate AAAA", "Negotiate TlRMTVNTUAADAAAA", "Kerberos AAAA", "x"):
        answer = requests.post(_url(), data=_IDENTIFY, headers={"Authorization": header}, timeout=20)
        assert (header, answer.status_code) == (header, 401)


def test_encrypted_without_a_handshake() -> None:
    kind = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
    assert _post(b"garbage", content_type=kind).status_code == 400
