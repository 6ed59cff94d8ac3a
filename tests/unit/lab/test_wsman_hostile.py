"""Requests that no client sends by mistake: refused as Windows refuses, without a traceback or anything left behind."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator, Iterator

import pytest
import requests
import spnego
from lxml import etree
from requests.auth import HTTPBasicAuth
from winrm.exceptions import WSManFaultError

from tests.lab.station import Account, Power
from tests.lab.wsman.encryption import decrypt
from tests.lab.wsman.ntlm import Acceptor
from tests.unit.lab.wsman_fake import (
    ACCOUNT,
    HTTP_PORT,
    FakeCommand,
    FakeStation,
    ServerThread,
    new_address,
    running_server,
)
from tests.unit.lab.wsman_messages import RSP, SHELL, TRANSFER, Client, envelope, url

_OTHER = Account(name="other", password="secret")
_SOAP = {"Content-Type": "application/soap+xml;charset=UTF-8"}
_AUTH = HTTPBasicAuth(ACCOUNT.name.encode(), ACCOUNT.password.encode())
_CREATE = envelope(f"{TRANSFER}Create", SHELL, "<rsp:Shell/>").encode()
_LINE = '<rsp:CommandLine CommandId="{}"><rsp:Command>silent</rsp:Command></rsp:CommandLine>'
_UUID = "0D2A3B4C-1111-2222-3333-444455556666"
_PARAMETER, _ALREADY_EXISTS, _UNKNOWN = 0x8033803A, 0x80338033, 0x8033805B


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with running_server() as thread:
        yield thread


@pytest.fixture
def station(server: ServerThread) -> FakeStation:
    return server.add(new_address(), ACCOUNT, _OTHER)


@pytest.fixture
def address(station: FakeStation) -> str:
    return station.name.removeprefix("station-")


def _post(address: str, body: bytes, **headers: str) -> requests.Response:
    return requests.post(url(address), data=body, headers={**_SOAP, **headers}, auth=_AUTH, timeout=10)


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic bm9ib2R5",
        "Negotiate",
        "Negotiate AAAA",
        "Negotiate TlRMTVNTUAADAAAA",
        "Negotiate TlRMTVNTUAABAAAA",
        # pyspnego fails on these with KeyError and StopIteration.
        "NTLM " + "TlRMTVNTUAAD" * 12,
        "Negotiate oV4QPdJHIk4YR7ohbfwWJXmuuXQ9+/eK+U8=",
        "Kerberos AAAA",
        "Bearer x",
        "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual",
    ],
)
def test_a_nonsensical_authorization(address: str, header: str) -> None:
    answer = requests.post(url(address), data=_CREATE, headers={**_SOAP, "Authorization": header}, timeout=10)
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize(
    "body",
    [
        b"hello",
        b"<open>",
        b"\x00\x01",
        b'<!DOCTYPE s [<!ENTITY e SYSTEM "file:///etc/passwd">]><open>&e;',
        _CREATE.replace(b"153600", b"9" * 5000),
    ],
)
def test_no_message(address: str, body: bytes) -> None:
    assert _post(address, body).status_code == 400


@pytest.mark.parametrize("entity", ["<s:Body>&e;</s:Body>", "<s:Header>&e;</s:Header><s:Body/>"])
def test_entities(address: str, entity: str) -> None:
    message = f'<!DOCTYPE s [<!ENTITY e "<x/>">]><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">{entity}'
    answer = _post(address, f"{message}</s:Envelope>".encode())
    assert answer.status_code == 500
    assert etree.fromstring(answer.content).tag.endswith("Envelope")


@pytest.mark.parametrize("duration", ["PT" + "9" * 400 + "S", "P" + "9" * 400 + "D"])
def test_durations_have_an_end(address: str, duration: str) -> None:
    body = f"<rsp:Shell><rsp:IdleTimeOut>{duration}</rsp:IdleTimeOut></rsp:Shell>"
    answer = Client(address).call(f"{TRANSFER}Create", SHELL, body, timeout=duration)
    assert answer.findtext(f".//{{{RSP.rstrip('/')}}}IdleTimeOut") == "PT2147483.647S"


def _refused(client: Client, action: str, body: str, shell: str = "") -> int | None:
    with pytest.raises(WSManFaultError) as refusal:
        client.call(action, SHELL, body, selectors={"ShellId": shell})
    return refusal.value.wsman_fault_code


def test_identifiers_that_are_taken(station: FakeStation, address: str) -> None:
    client = Client(address)
    create = f'<rsp:Shell ShellId="{_UUID}"/>'
    client.call(f"{TRANSFER}Create", SHELL, create)
    client.call(f"{RSP}Command", SHELL, _LINE.format(_UUID), selectors={"ShellId": _UUID})
    assert _refused(client, f"{TRANSFER}Create", create) == _ALREADY_EXISTS
    # Nor may another user take a shell over by its name.
    lower = create.replace(_UUID, _UUID.lower())
    assert _refused(Client(address, _OTHER), f"{TRANSFER}Create", lower) == _ALREADY_EXISTS
    assert _refused(client, f"{RSP}Command", _LINE.format(_UUID.lower()), _UUID) == _ALREADY_EXISTS
    client.protocol.close_shell(_UUID, close_session=False)
    # One command ran, and the shell's end killed it.
    assert [command.killed.is_set() for command in station.started] == [True]


def test_an_identifier_that_is_none_starts_nothing(station: FakeStation, address: str) -> None:
    client = Client(address)
    shell = client.protocol.open_shell()
    assert _refused(client, f"{RSP}Command", _LINE.format("no"), shell) == _PARAMETER
    assert not station.started


class _Broken(FakeCommand):
    """A command whose back end fails: the lab's own mistake."""

    async def output(self) -> AsyncIterator[tuple[str, bytes]]:
        raise RuntimeError("the back end broke")
        yield "stdout", b""


def test_a_broken_command_keeps_no_other_alive(
    server: ServerThread, station: FakeStation, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(address)
    shell = client.protocol.open_shell()
    with monkeypatch.context() as broken:
        broken.setattr("tests.unit.lab.wsman_fake.FakeCommand", _Broken)
        command = client.protocol.run_command(shell, "x")
    with pytest.raises(Exception, match="Code 500"):
        client.receive(shell, command)
    client.protocol.run_command(shell, "silent")
    client.protocol.close_shell(shell, close_session=False)
    assert [started.killed.is_set() for started in station.started] == [True, True]


def test_power_lost_for_no_time_at_all_is_lost(server: ServerThread, station: FakeStation, address: str) -> None:
    client = Client(address)
    shell = client.protocol.open_shell()
    client.protocol.run_command(shell, "silent")

    async def blink() -> None:
        # Off and on before the server's own task gets its turn.
        await station.set_power(Power.OFF)
        await station.set_power(Power.ON)
        await server.server.power_changed(station.name)

    with socket.create_connection((address, HTTP_PORT), timeout=10) as idle:
        # An answer shows that the server has accepted it: until then it is the kernel's, and no power cut resets it.
        idle.sendall(f"POST /wsman HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n".encode())
        assert idle.recv(4096).startswith(b"HTTP/1.1 401")
        server.run(blink())
        with pytest.raises(ConnectionResetError):
            idle.recv(1)
    assert [command.killed.is_set() for command in station.started] == [True]
    assert _refused(client, f"{TRANSFER}Delete", "", shell) == _UNKNOWN


def _body(head: str, data: bytes, end: bytes = b"--Encrypted Boundary--\r\n") -> bytes:
    parts = f"--Encrypted Boundary\r\n{head}--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
    return parts.encode() + data + end


def _handshake() -> tuple[spnego.ContextProxy, spnego.ContextProxy]:
    """Both sides of a complete one: client and server."""
    client = spnego.client(ACCOUNT.name, ACCOUNT.password, protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    acceptor = Acceptor((ACCOUNT,), None)
    challenge = acceptor.step(client.step() or b"")
    acceptor.step(client.step(challenge) or b"")
    assert acceptor.account == ACCOUNT
    return client, acceptor.context


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--Encrypted Boundary--\r\n",
        _body("", struct.pack("<i", 16) + b"s" * 20),
        _body("Length=4\r\n", b""),
        _body("Length=4\r\n", b"\x10"),
        _body("Length=4\r\n", struct.pack("<i", 16) + b"s" * 20, end=b""),
        _body("Length=4\r\n", struct.pack("<i", -5) + b"s" * 20),
        _body("Length=4\r\n", struct.pack("<i", 16)),
        _body("Length=4\r\n", struct.pack("<i", 16) + b"\x01\x00\x00\x00" + b"s" * 16),
    ],
)
def test_an_encrypted_body_that_cannot_be_read(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"encrypted body|signature|not as long"):
        decrypt(_handshake()[1], body)


@pytest.mark.parametrize("damage", ["none", "text", "signature", "length"])
def test_a_damaged_message(damage: str) -> None:
    client, acceptor = _handshake()
    wrapped = client.wrap_winrm(b"<message/>")
    header, data, length = bytearray(wrapped.header), bytearray(wrapped.data), 10
    if damage == "text":
        data[0] ^= 1
    elif damage == "signature":
        header[5] ^= 1
    elif damage == "length":
        length = 11
    body = _body(f"Length={length}\r\n", struct.pack("<i", len(header)) + header + data)
    if damage == "none":
        assert decrypt(acceptor, body) == b"<message/>"
    else:
        with pytest.raises(ValueError, match=r"signature|not as long"):
            decrypt(acceptor, body)
