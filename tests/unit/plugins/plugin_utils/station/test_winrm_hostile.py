"""Whatever bytes a server answers, every way to ask a station returns or raises StationError."""

from __future__ import annotations

import base64
import random
import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import exchange
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError

from tests.unit.drivers import DRIVERS, Driver, stock_connection

_SEEDS = 400
_ID = "644983A8-4292-4922-97E9-D569C2170784"
_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_DECLARED = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" '
    f'xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" xmlns:rsp="{_SHELL}" '
    'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" '
    'xmlns:m="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError" '
    'xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Process" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


def _envelope(body: str) -> bytes:
    header = "<s:Header><a:Action>x</a:Action></s:Header>"
    return f"<s:Envelope {_DECLARED}>{header}<s:Body>{body}</s:Body></s:Envelope>".encode()


_FAULT = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code><s:Reason>"
    "<s:Text>Some reason.</s:Text></s:Reason><s:Detail>{detail}</s:Detail></s:Fault>"
)
_VALID = {
    "Create": f'<x:ResourceCreated><w:Selector Name="ShellId">{_ID}</w:Selector></x:ResourceCreated><rsp:Shell/>',
    "Command": f"<rsp:CommandResponse><rsp:CommandId>{_ID}</rsp:CommandId></rsp:CommandResponse>",
    "Receive": f'<rsp:ReceiveResponse><rsp:Stream Name="stdout" CommandId="{_ID}">'
    f'{base64.b64encode(b"out").decode()}</rsp:Stream><rsp:CommandState CommandId="{_ID}" '
    f'State="{_SHELL}/CommandState/Done"><rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>',
    "Signal": "<rsp:SignalResponse/>",
    "Delete": "",
    "Get": "<p:Win32_Process><p:Name>a</p:Name><p:Args>1</p:Args><p:Args>2</p:Args>"
    '<p:N xsi:nil="true"/></p:Win32_Process>',
    "Enumerate": "<n:EnumerateResponse><n:EnumerationContext>c</n:EnumerationContext><w:Items><w:XmlFragment><Name>a"
    "</Name></w:XmlFragment></w:Items></n:EnumerateResponse>",
    "Pull": "<n:PullResponse><n:Items><w:XmlFragment><Name>a</Name></w:XmlFragment></n:Items><n:EndOfSequence/>"
    "</n:PullResponse>",
}
_NUMBERS = (
    "5",
    "2150859173",
    "2150859174",
    "2150858793",
    "2150858843",
    "2147943418",
    "2150858752",
    "0x80338012",
    "-1",
    "no",
)
_STATUS = (
    "200 OK",
    "401 Unauthorized",
    "404 Not Found",
    "407 Proxy",
    "413 Too Large",
    "500 Error",
    "503 No",
    "304 Not",
)
_STATUS_LINES = (
    b"",
    b"HTTP/1.1",
    b"HTTP/1.1 999 \xff\xfe\r\n\r\n",
    b"HTTP/9.9 200 OK\r\n\r\n",
    b"SSH-2.0-x\r\n",
    b"\x15\x03\x01",
)
_HEADERS = (
    "Content-Type: application/soap+xml;charset=UTF-8",
    "Content-Type: text/html; charset=klingon",
    'Content-Type: multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";'
    'boundary="Encrypted Boundary"',
    "WWW-Authenticate: Negotiate",
    "WWW-Authenticate: Negotiate !!!!",
    "WWW-Authenticate: NTLM TlRMTVNTUAACAAAA",
    "WWW-Authenticate: Basic realm=x",
    "Content-Encoding: gzip",
    "Content-Length: 7",
    "Content-Length: minus",
    "Transfer-Encoding: chunked",
    "Location: http://127.0.0.1:1/wsman",
    "Set-Cookie: \x01\x02",
    "Proxy-Authenticate: NTLM",
    "no colon here",
)


def _mutated(random_: random.Random, body: bytes) -> bytes:
    """A body that somebody, or something, damaged."""
    at, length = random_.randrange(len(body) + 1), random_.randrange(1, 60)
    kinds: list[Callable[[], bytes]] = [
        lambda: body[:at],
        lambda: body[at:],
        lambda: body[:at] + body[at + length :],
        lambda: body[:at] + body[at : at + length] * 3 + body[at + length :],
        lambda: body[:at] + random_.randbytes(length) + body[at + length :],
        lambda: re.sub(rb">[^<]+<", b">" + random_.choice([b"", b"\xe9", b"&#0;", b"9" * 999, b"&x;"]) + b"<", body),
        lambda: re.sub(rb'"[^"]*"', b'"\xc3\xa9"', body, count=random_.randrange(1, 30)),
        lambda: random_.randbytes(length),
        lambda: b"",
        lambda: b"<html><title>Printer</title>",
        lambda: b"<a>" * 9999,
        lambda: b'<?xml version="1.0" encoding="utf-16"?>' + body,
        lambda: body.decode().encode("utf-16"),
        lambda: b'<!DOCTYPE a [<!ENTITY e "' + b"x" * 99 + b'">]>' + body.replace(b"Body>", b"Body>&e;", 1),
        lambda: re.sub(rb"</?[a-z]+:", lambda m: m[0].replace(b":", b"z:"), body),
        lambda: body,
    ]
    return random_.choice(kinds)()


def _fault(random_: random.Random) -> bytes:
    code = random_.choice(_NUMBERS)
    shapes = (
        f'<f:WSManFault Code="{code}"/>',
        f"<m:MSFT_WmiError><m:error_Code>{code}</m:error_Code></m:MSFT_WmiError>",
        "",
    )
    subcode = random_.choice(("w:QuotaLimit", "w:TimedOut", "a:DestinationUnreachable", ""))
    return _envelope(_FAULT.format(subcode=subcode, detail=random_.choice(shapes)))


def _reply(random_: random.Random, action: str) -> bytes:
    """A whole HTTP answer to an action."""
    body, status = _envelope(_VALID.get(action, "")), "200 OK"
    headers = [_HEADERS[0]]
    kind = random_.randrange(6)
    if kind == 0:
        return random_.choice(_STATUS_LINES)
    if kind == 1:
        body, status = _fault(random_), random_.choice(("200 OK", "500 Internal Server Error"))
    if kind in {2, 3}:
        body = _mutated(random_, _fault(random_) if random_.random() < 0.3 else body)
    if kind == 4:
        status, body = random_.choice(_STATUS), _mutated(random_, body)
        headers = random_.sample(_HEADERS, random_.randrange(4))
    if not any(header.startswith(("Content-Length", "Transfer")) for header in headers):
        headers.append(f"Content-Length: {len(body)}")
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin-1") + body


class _Server:
    """Answers every action as it should, or, from the ``after``-th request on, as ``random_`` wants."""

    def __init__(self) -> None:
        self.random, self.after = random.Random(0), 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                try:
                    self._answer(connection)
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    continue

    def _answer(self, connection: socket.socket) -> None:
        data = b""
        while True:
            head, found, rest = data.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if found and len(rest) >= int(length[1] if length else 0):
                break
            more = connection.recv(65536)
            if not more:
                return
            data += more
        action = re.search(rb"a:Action[^>]*>[^<]*/(\w+)<", data)
        name = action[1].decode() if action else ""
        self.after -= 1
        whole = _envelope(_VALID.get(name, ""))
        good = f"HTTP/1.1 200 OK\r\n{_HEADERS[0]}\r\nConnection: close\r\nContent-Length: {len(whole)}\r\n\r\n".encode()
        connection.sendall(good + whole if self.after >= 0 else _reply(self.random, name))

    def close(self) -> None:
        self._listener.close()


@pytest.fixture(scope="module")
def server() -> Iterator[_Server]:
    server = _Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_LONGEST_PAUSE", 0.0)


def _station(driver: str, port: int, transport: str) -> Driver:
    settings: dict[str, Any] = {"port": port, "user": "u", "password": "p"}
    connection = stock_connection(transport, host="127.0.0.1", **settings)
    connection.set_option("connection_timeout", 1)
    return DRIVERS[driver](connection)


def _use(station: Driver) -> list[StationError]:
    """Every public method; what they raise."""
    uses: list[Callable[[], Any]] = [
        station.connect,
        lambda: station.run("ver", timeout=0.05, doing="trying it"),
        lambda: station.get("Win32_Process", Handle="4"),
        lambda: station.query("select Name from Win32_Process"),
        station.close,
    ]
    raised = []
    for use in uses:
        try:
            use()
        except StationError as exc:
            raised.append(exc)
    return raised


@pytest.mark.parametrize("block", range(8))
def test_whatever_bytes_a_server_answers(
    driver: str, server: _Server, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    told = 0
    for seed in range(block, _SEEDS, 8):
        server.random = random.Random(seed)
        server.after = server.random.randrange(6)
        raised = _use(_station(driver, server.port, "ntlm" if seed % 5 == 0 else "basic"))
        for error in raised:
            assert error.fact.isprintable(), seed
            assert len(error.fact) < 700, seed
            assert error.remedy, seed
            assert "Switch the station on" not in error.remedy, (seed, error.fact)
        told += bool(raised)
    assert told > _SEEDS / 8 / 3


def test_nothing_is_said_of_answers_that_are_right(
    driver: str, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.after = 10**9
    assert _use(_station(driver, server.port, "basic")) == []
