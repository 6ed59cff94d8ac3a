"""The way to a station over real sockets: encryption, client certificates, several transports, what is missing here."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError

from tests.lab.faults import FaultPlan
from tests.lab.station import Account
from tests.lab.wsman import Tls, make_tls
from tests.unit.drivers import Driver, Make, Surveyed, stock_connection
from tests.unit.lab.wsman_fake import ACCOUNT, ServerThread, running_server

_ADDRESS, _BASIC = "127.46.0.1", "127.46.0.2"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return make_tls(tmp_path_factory.mktemp("tls"), addresses=[_ADDRESS, _BASIC], user="admin")


@pytest.fixture(scope="module")
def server(tls: Tls) -> Iterator[ServerThread]:
    account = Account(name=ACCOUNT.name, password=ACCOUNT.password, certificate=tls.client_thumbprint)
    with running_server(tls) as thread:
        thread.add(_ADDRESS, account)
        thread.add(_BASIC, account, auth=frozenset({"basic"}))
        yield thread


@pytest.fixture
def make(driver: str) -> Make:
    return Make(driver=driver, host=_ADDRESS)


@pytest.fixture(autouse=True)
def _no_rules(server: ServerThread) -> Iterator[None]:
    yield
    server.faults[_ADDRESS].faults.clear()


def _error(station: Driver) -> StationError:
    with pytest.raises(StationError) as caught:
        station.run("echo x", doing="trying it")
    return caught.value


def _rule(server: ServerThread, **rule: Any) -> None:
    server.faults[_ADDRESS].faults[:] = FaultPlan.from_data([rule]).faults


def test_messages_are_encrypted_and_a_command_runs(make: Make, server: ServerThread) -> None:
    station = make()
    assert station.run("exit 7", doing="trying it").code == 7
    station.close()


def test_an_answer_that_cannot_be_decrypted_is_said(make: Make, server: ServerThread) -> None:
    _rule(server, effect="garble", match="^Command ")
    error = _error(make())
    assert error.kind == "fault"
    assert error.fact.startswith("the station's answer could not be decrypted while trying it")


def test_an_answer_without_content_type_is_said(make: Make, server: ServerThread) -> None:
    _rule(server, effect="no_content_type", match="^Command ")
    error = _error(make())
    assert (error.kind, error.fact) == (
        "unencrypted",
        "the station answered in the clear while trying it, although messages are encrypted (Content-Type missing, "
        "server 'Microsoft-HTTPAPI/2.0')",
    )


def test_a_fault_with_a_hexadecimal_code_is_a_fault(make: Make, server: ServerThread) -> None:
    detail = '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="0x803381A5"/>'
    fault = f"<s:Body><s:Fault><s:Detail>{detail}</s:Detail></s:Fault></s:Body>"
    _rule(server, effect="edit", match="^Create", find="<s:Body>.*</s:Body>", replace=fault)
    assert _error(make()).kind == "quota"


def test_a_client_certificate_goes_over_tls_1_2(make: Make, server: ServerThread, tls: Tls) -> None:
    """Over TLS 1.3 Windows asks for it too late for some clients."""
    keys = {"cert_pem": str(tls.client), "cert_key_pem": str(tls.client_key), "ca_trust_path": str(tls.authority)}
    station = make("certificate", scheme="https", **keys)
    assert station.run("exit 3", doing="trying it").code == 3
    station.close()


def test_a_certificate_of_another_authority(make: Make, server: ServerThread, tls: Tls) -> None:
    error = _error(make("ntlm", scheme="https", ca_trust_path=str(tls.client)))
    assert error.kind == "fault"
    assert error.fact.startswith("the station's TLS certificate is not trusted by the controller (")
    assert "ignore certificates" in error.remedy


@pytest.mark.parametrize(
    ("options", "fact"),
    [
        ({"ca_trust_path": "/nowhere/ca.pem"}, "a file that the connection needs cannot be used on the controller"),
        ({"ca_trust_path": __file__}, "a file that the connection needs cannot be used on the controller"),
        (
            {"cert_pem": "/nowhere/c.pem", "cert_key_pem": "/nowhere/k.pem"},
            "a file that the connection needs cannot be used on the controller",
        ),
    ],
)
def test_a_file_that_is_missing_here_is_no_fault_of_the_station(
    make: Make, server: ServerThread, tls: Tls, options: dict[str, str], fact: str
) -> None:
    keys = {"cert_pem": str(tls.client), "cert_key_pem": str(tls.client_key), "ca_trust_path": str(tls.authority)}
    error = _error(make("certificate", scheme="https", **{**keys, **options}))
    assert error.kind == "controller"
    assert error.fact.startswith(fact)


def test_a_library_that_is_missing_here_is_no_fault_of_the_station(make: Make, server: ServerThread) -> None:
    error = _error(make("kerberos", user="deploy@LYCEE.EXAMPLE.ORG"))
    assert (error.kind, error.as_result()["failed"]) == ("controller", True)
    # Where the library is installed, it is the domain's servers that this controller does not know.
    assert error.fact.startswith(("the controller has no Kerberos library or no kinit", "the controller does not know"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "pc 01"},
        {"host": "pc/../01"},
        {"host": "a..b"},
        {"host": "x" * 70 + ".example"},
        {"message_encryption": "perhaps"},
        {"server_cert_validation": "perhaps"},
        {"operation_timeout_sec": 30, "read_timeout_sec": 20},
        {"operation_timeout_sec": "soon"},
        {"user": ""},
    ],
)
def test_what_the_inventory_says_wrongly_is_told_of_the_inventory(
    make: Make, server: ServerThread, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    lookup = socket.getaddrinfo

    def getaddrinfo(host: str, *args: Any, **options: Any) -> Any:
        if host.startswith("127."):
            return lookup(host, *args, **options)
        raise unknown

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    error = _error(make(**wrong))
    assert error.kind == "configuration" or error.fact == "the station's name has no address"
    assert "powered off" not in error.fact


def test_a_way_to_authenticate_that_is_not_offered(make: Make, server: ServerThread) -> None:
    error = _error(make("ntlm", host=_BASIC))
    assert (error.kind, error.fact) == (
        "refused",
        'the station does not offer the way to authenticate that was asked for (ntlm; it offers Basic realm="WSMAN")',
    )


def test_something_that_asks_nobody_for_a_name(make: Make, server: ServerThread) -> None:
    _rule(server, effect="answer", match="^Post ")
    error = _error(make("ntlm"))
    assert (error.kind, error.fact) == (
        "fault",
        "the station answered the first message without asking who sends it, which WinRM always does, while opening a "
        "shell",
    )


def test_one_that_says_nothing_to_a_connection_is_off(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as stack:
        # Nobody accepts, and its queue is full: nothing comes back, as from a station that is off.
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        error = _error(make("ntlm", host="127.0.0.1", port=listener.getsockname()[1], connecting=0.2))
    assert (error.kind, error.fact) == (
        "unreachable",
        "the station does not answer (powered off, unplugged, or behind a firewall)",
    )


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_a_connection_that_the_station_has_closed_is_opened_anew(server: ServerThread, transport: str) -> None:
    """In a survey; and nothing is sent over the new one before it is proven who asks."""
    station = Surveyed(stock_connection(transport, host=_ADDRESS))
    assert station.run("exit 1", doing="trying it").code == 1
    station.cut()
    assert station.run("exit 2", doing="trying it").code == 2
    station.cut()
    # The first is about the command that is over.
    _rule(server, effect="answer", match="^Post ", status=503, times=2)
    assert _error(station).kind == "fault"
    assert station.run("exit 3", doing="trying it").code == 3
    station.close()


def test_a_token_that_nobody_looked_at_is_sent_again(server: ServerThread) -> None:
    """As IIS does with the first request of all: 401, and no challenge. The worker waits to be asked."""
    _rule(server, effect="answer", match="^Post ", status=401, headers={"WWW-Authenticate": "Negotiate"})
    station = Surveyed(stock_connection("ntlm", host=_ADDRESS))
    assert station.run("exit 7", doing="trying it").code == 7
    station.close()


def test_ntlm_by_its_own_name(server: ServerThread) -> None:
    _rule(server, effect="answer", match="^Post ", status=401, headers={"WWW-Authenticate": "NTLM"})
    station = Surveyed(stock_connection("ntlm", host=_ADDRESS))
    assert station.run("exit 7", doing="trying it").code == 7
    station.close()


def test_several_transports_are_tried_in_turn(make: Make, server: ServerThread) -> None:
    station = make("ntlm", "basic", host=_BASIC)
    assert station.run("exit 5", doing="trying it").code == 5
    station.close()


def test_of_several_transports_the_stations_own_word_is_told(make: Make, server: ServerThread) -> None:
    error = _error(make("ntlm", "basic", host=_BASIC, password="wrong"))
    assert error.kind == "refused"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert _error(make("ntlm", "basic", host="127.0.0.1", port=port)).fact.startswith("the station refuses the conn")


def test_what_failed_can_be_tried_again(make: Make, server: ServerThread) -> None:
    _rule(server, effect="quota_shells_wmi", match="^Create")
    station = make()
    assert _error(station).kind == "quota"
    assert station.run("exit 2", doing="trying it").code == 2
    station.close()
