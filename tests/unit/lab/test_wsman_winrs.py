"""WinRS on the lab's server: streams, ends, quotas, and what happens to processes."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import xmltodict
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import WSMan
from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError
from winrm.protocol import Protocol

from tests.lab.station import Account
from tests.lab.wsman import Quotas
from tests.unit.lab.wsman_fake import ACCOUNT, HTTP_PORT, KILLED, FakeStation, ServerThread, running_server

_FREE, _SMALL, _REFUSED, _SLOTS = "127.41.0.1", "127.41.0.2", "127.41.0.3", "127.41.0.4"
_OTHER = Account(name="autre", password="x")
_SHELL_GONE, _QUOTA_SHELLS, _QUOTA_OPERATIONS, _ABORTED = 2150858843, 2150859173, 2150859174, 995


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with running_server() as thread:
        thread.add(_FREE, ACCOUNT, _OTHER)
        small = Quotas(max_shells_per_user=2, max_operations_per_user=1, max_operations_per_shell=3, max_envelope_kb=16)
        thread.add(_SMALL, ACCOUNT, _OTHER, quotas=small)
        thread.add(_SLOTS, quotas=Quotas(max_processes_per_shell=2))
        thread.add(_REFUSED, deny=frozenset({"shell"}))
        yield thread


@pytest.fixture(scope="module")
def station(server: ServerThread) -> FakeStation:
    return server.stations[_FREE]


def _protocol(address: str = _FREE, account: Account = ACCOUNT, *, seconds: int = 20) -> Protocol:
    return Protocol(
        f"http://{address}:{HTTP_PORT}/wsman",
        transport="basic",
        username=account.name,
        password=account.password,
        operation_timeout_sec=seconds,
        read_timeout_sec=seconds + 20,
    )


@pytest.fixture
def protocol(server: ServerThread) -> Protocol:
    return _protocol()


@pytest.fixture
def shell(protocol: Protocol) -> Iterator[str]:
    shell_id = protocol.open_shell(codepage=65001)
    yield shell_id
    protocol.close_shell(shell_id, close_session=False)


def _run(protocol: Protocol, shell: str, *line: str) -> tuple[bytes, bytes, int]:
    command = protocol.run_command(shell, line[0], line[1:])
    result = protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)
    return result


def test_streams_and_exit_codes(protocol: Protocol, shell: str) -> None:
    assert _run(protocol, shell, "echo", "Réseau ☃ <&>") == ("Réseau ☃ <&>\r\n".encode(), b"", 0)
    assert _run(protocol, shell, "nonsense") == (b"", b"'nonsense' is not recognized\r\n", 9009)
    assert _run(protocol, shell, "exit", "1603") == (b"", b"", 1603)
    # xs:int: the sign is the client's to take away.
    assert _run(protocol, shell, "exit", str(0xC0000005))[2] & 0xFFFFFFFF == 0xC0000005


def test_code_page(protocol: Protocol) -> None:
    shell = protocol.open_shell(codepage=850)
    assert _run(protocol, shell, "echo", "é")[0] == b"\x82\r\n"


def test_a_short_command_costs_three_requests(server: ServerThread, protocol: Protocol, shell: str) -> None:
    before = len(server.requests(_FREE))
    _run(protocol, shell, "echo", "x")
    assert [e.data["operation"] for e in server.requests(_FREE)[before:]] == ["Command", "Receive", "Signal"]


def test_a_command_that_is_over_holds_its_slot_until_that_is_acknowledged(server: ServerThread) -> None:
    protocol = _protocol(_SLOTS)
    shell = protocol.open_shell()
    over = protocol.run_command(shell, "exit", ["1"])
    assert protocol.get_command_output(shell, over)[2] == 1
    protocol.run_command(shell, "hang")
    with pytest.raises(WSManFaultError) as refused:
        protocol.run_command(shell, "exit")
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (2150859241, "w:InternalError")
    protocol.cleanup_command(shell, over)
    assert _run(protocol, shell, "exit", "3")[2] == 3
    # The shell's end gives back every slot.
    protocol.close_shell(shell, close_session=False)
    assert _run(protocol, protocol.open_shell(), "exit", "4")[2] == 4


def test_output_of_a_megabyte(server: ServerThread, protocol: Protocol, shell: str) -> None:
    before = len(server.requests(_FREE))
    stdout, _, code = _run(protocol, shell, "big", str(1 << 20))
    expected = b"".join(
        bytes((s + i) % 251 for i in range(min(50_000, (1 << 20) - s))) for s in range(0, 1 << 20, 50_000)
    )
    assert (code, stdout == expected) == (0, True)
    receives = [e.data for e in server.requests(_FREE)[before:] if e.data["operation"] == "Receive"]
    # pywinrm asks for envelopes of 153600 bytes at most.
    assert len(receives) > 9
    assert max(receive["bytes_out"] for receive in receives) <= 153600
    assert min(receive["bytes_out"] for receive in receives[:-1]) > 100_000


def test_many_small_pieces_fit_the_envelope(server: ServerThread) -> None:
    protocol = _protocol(_SMALL)
    shell = protocol.open_shell()
    stdout, stderr, _ = _run(protocol, shell, "mixed", "2000")
    assert stdout.split() == [b"%d" % n for n in range(0, 2000, 2)]
    assert stderr.split() == [b"%d" % n for n in range(1, 2000, 2)]
    protocol.close_shell(shell)


def test_nothing_within_the_operation_timeout(server: ServerThread, station: FakeStation) -> None:
    protocol = _protocol(seconds=1)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "silent")
    with pytest.raises(WinRMOperationTimeoutError):
        protocol.get_command_output_raw(shell, command)
    # The command goes on, and its end is received later.
    server.run(station.started[-1].terminate())
    assert protocol.get_command_output(shell, command)[2] & 0xFFFFFFFF == KILLED


def test_a_receive_does_not_wait_for_the_end(protocol: Protocol, shell: str) -> None:
    command = protocol.run_command(shell, "hang")
    stdout, _, _, done = protocol.get_command_output_raw(shell, command)
    assert (stdout, done) == (b"started", False)


def test_delete_kills_what_runs(protocol: Protocol, station: FakeStation) -> None:
    shell = protocol.open_shell()
    protocol.run_command(shell, "hang")
    protocol.run_command(shell, "silent")
    protocol.close_shell(shell, close_session=False)
    assert [command.killed.is_set() for command in station.started[-2:]] == [True, True]
    with pytest.raises(WSManFaultError) as gone:
        protocol.run_command(shell, "echo")
    assert gone.value.wsman_fault_code == _SHELL_GONE


def test_a_waiting_receive_is_aborted_by_a_delete(server: ServerThread, station: FakeStation) -> None:
    protocol, other = _protocol(), _protocol()
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "hang")
    protocol.get_command_output_raw(shell, command)
    seen: list[int | None] = []

    def receive() -> None:
        with pytest.raises(WSManFaultError) as aborted:
            protocol.get_command_output_raw(shell, command)
        seen.append(aborted.value.wsman_fault_code)

    thread = threading.Thread(target=receive)
    thread.start()
    other.close_shell(shell)
    thread.join(20)
    # Whichever came first, the wait or the delete.
    assert seen in ([_ABORTED], [_SHELL_GONE])


def test_terminate_kills_and_forgets(protocol: Protocol, shell: str, station: FakeStation) -> None:
    command = protocol.run_command(shell, "hang")
    protocol.cleanup_command(shell, command)
    assert station.started[-1].killed.is_set()
    with pytest.raises(WSManFaultError, match="invalid selectors") as gone:
        protocol.get_command_output(shell, command)
    assert gone.value.wsman_fault_code == _SHELL_GONE
    assert "command identifier that does not exist" in gone.value.response


def test_an_end_is_received_once(protocol: Protocol, shell: str) -> None:
    command = protocol.run_command(shell, "exit", ["3"])
    protocol.get_command_output(shell, command)
    with pytest.raises(WSManFaultError):
        protocol.get_command_output_raw(shell, command)
    protocol.cleanup_command(shell, command)


def test_ctrl_c_leaves_the_exit_code_to_be_read(server: ServerThread) -> None:
    connection = WSMan(_FREE, port=HTTP_PORT, ssl=False, username=_OTHER.name, password=_OTHER.password, auth="ntlm")
    with connection, WinRS(connection) as shell:
        process = Process(shell, "hang")
        process.begin_invoke()
        process.signal(SignalCode.CTRL_C)
        process.end_invoke()
        assert process.stdout == b"started"
        assert (process.rc or 0) & 0xFFFFFFFF == KILLED


def test_idle_shells_die(server: ServerThread, protocol: Protocol, station: FakeStation) -> None:
    shell = protocol.open_shell(idle_timeout="PT0.2S")
    protocol.run_command(shell, "silent")
    # Nobody asks any more: the shell's end is what ends the command.
    server.run(station.started[-1].killed.wait())
    with pytest.raises(WSManFaultError) as gone:
        protocol.run_command(shell, "echo")
    assert gone.value.wsman_fault_code == _SHELL_GONE


def test_shells_are_their_owners(protocol: Protocol, shell: str) -> None:
    with pytest.raises(WSManFaultError) as refused:
        _protocol(account=_OTHER).run_command(shell, "echo")
    assert refused.value.wsman_fault_code == _SHELL_GONE


def test_refusals(server: ServerThread) -> None:
    with pytest.raises(WSManFaultError) as refused:
        _protocol(_REFUSED).open_shell()
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (5, "w:AccessDenied")


@pytest.mark.parametrize(
    ("error", "code", "subcode"), [("5", 5, "w:AccessDenied"), ("2", 2147942402, "w:InternalError")]
)
def test_commands_that_do_not_start(protocol: Protocol, shell: str, error: str, code: int, subcode: str) -> None:
    with pytest.raises(WSManFaultError) as refused:
        protocol.run_command(shell, "refuse", [error])
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == (code, subcode)


def test_quota_of_shells(server: ServerThread) -> None:
    protocol = _protocol(_SMALL)
    shells = [protocol.open_shell() for _ in range(2)]
    with pytest.raises(WSManFaultError) as refused:
        protocol.open_shell()
    assert (refused.value.wmierror_code, refused.value.fault_subcode) == (_QUOTA_SHELLS, "w:QuotaLimit")
    # It is counted by user.
    _protocol(_SMALL, _OTHER).close_shell(_protocol(_SMALL, _OTHER).open_shell())
    for shell in shells:
        protocol.close_shell(shell)


def test_a_shell_is_used_up(server: ServerThread) -> None:
    protocol = _protocol(_SMALL)
    shell = protocol.open_shell()
    for _ in range(3):
        _run(protocol, shell, "exit", "0")
    with pytest.raises(WSManFaultError) as refused:
        protocol.run_command(shell, "echo")
    # Told as a WMI error, which is what ansible.builtin.winrm looks for.
    assert (refused.value.wmierror_code, refused.value.wsman_fault_code) == (0x803381A6, None)
    protocol.close_shell(shell)


def test_quota_of_operations_under_way(server: ServerThread) -> None:
    protocol, other = _protocol(_SMALL), _protocol(_SMALL)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "hang")
    protocol.get_command_output_raw(shell, command)
    waiting = threading.Thread(target=lambda: protocol.get_command_output_raw(shell, command))
    waiting.start()
    # Once the Receive is under way, every further request of this user is one too many.
    codes: set[int | None] = set()
    while not codes:
        try:
            other.close_shell(other.open_shell(), close_session=False)
        except WSManFaultError as exc:
            codes.add(exc.wsman_fault_code)
    assert codes == {_QUOTA_OPERATIONS}
    server.run(server.stations[_SMALL].started[-1].terminate())
    waiting.join(20)


def _message(protocol: Protocol, action: str, uri: str, body: Any = None, **header: Any) -> str:
    envelope = protocol.build_wsman_header(action, uri, "00000000-0000-0000-0000-000000000000")
    envelope["env:Header"] |= header
    envelope["env:Body"] = body
    return xmltodict.unparse({"env:Envelope": envelope})


_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
_CMD = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"


@pytest.mark.parametrize(
    ("what", "body", "header", "fault"),
    [
        (("Create", _CMD.replace("cmd", "tcsh")), None, {}, (0x8033803B, "a:DestinationUnreachable")),
        (("Create", ""), None, {}, (0x8033803B, "a:DestinationUnreachable")),
        (("Put", _CMD), None, {}, (0x80338001, "a:ActionNotSupported")),
        (("Create", _CMD), None, {}, (0x8033803A, "w:InvalidParameter")),
        (
            ("Create", _CMD),
            {"rsp:Shell": None},
            {"w:OptionSet": {"w:Option": {"@Name": "WINRS_CODEPAGE", "#text": "utf"}}},
            (0x80338053, "w:InvalidOptions"),
        ),
        (("Create", _CMD), {"rsp:Shell": {"@ShellId": "7"}}, {}, (0x8033803A, "w:InvalidParameter")),
        (("Delete", _CMD), None, {"w:OperationTimeout": "soon"}, (0x80338041, "w:SchemaValidationError")),
        (("Delete", _CMD), None, {"w:MaxEnvelopeSize": "big"}, (0x80338041, "w:SchemaValidationError")),
    ],
)
def test_requests_that_make_no_sense(
    protocol: Protocol, what: tuple[str, str], body: Any, header: dict[str, Any], fault: tuple[int, str]
) -> None:
    with pytest.raises(WSManFaultError) as refused:
        protocol.send_message(_message(protocol, f"{_TRANSFER}/{what[0]}", what[1], body, **header))
    assert (refused.value.wsman_fault_code, refused.value.fault_subcode) == fault


def test_envelopes_too_small_for_an_answer(protocol: Protocol, shell: str) -> None:
    command = protocol.run_command(shell, "echo", ["x"])
    envelope = protocol.build_wsman_header(f"{_CMD.removesuffix('cmd')}Receive", _CMD, shell)
    envelope["env:Header"]["w:MaxEnvelopeSize"] = "4096"
    envelope["env:Body"] = {"rsp:Receive": {"rsp:DesiredStream": {"@CommandId": command, "#text": "stdout stderr"}}}
    with pytest.raises(WSManFaultError) as refused:
        protocol.send_message(xmltodict.unparse({"env:Envelope": envelope}))
    assert refused.value.fault_subcode == "w:EncodingLimit"
    # Nothing was lost.
    assert protocol.get_command_output(shell, command)[0] == b"x\r\n"


def test_output_stays_when_the_client_of_a_receive_is_gone(protocol: Protocol, shell: str) -> None:
    command = protocol.run_command(shell, "cat")
    envelope = protocol.build_wsman_header(f"{_CMD.removesuffix('cmd')}Receive", _CMD, shell)
    envelope["env:Body"] = {"rsp:Receive": {"rsp:DesiredStream": {"@CommandId": command, "#text": "stdout"}}}
    message = xmltodict.unparse({"env:Envelope": envelope}).encode()
    basic = base64.b64encode(f"{ACCOUNT.name}:{ACCOUNT.password}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(f"http://{_FREE}:{HTTP_PORT}/wsman", data=message, headers=headers, timeout=0.2)
    protocol.send_command_input(shell, command, b"late", end=True)
    assert protocol.get_command_output(shell, command) == (b"late", b"", 0)
