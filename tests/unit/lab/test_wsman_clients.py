"""The lab's WS-Man server as stock clients see it: pywinrm and pypsrp, every authentication."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import winrm
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.guard import Guard
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import WSMan
from winrm.exceptions import InvalidCredentialsError

from tests.lab.station import Account
from tests.lab.wsman import Tls, make_tls
from tests.unit.lab.wsman_fake import ACCOUNT, HTTP_PORT, HTTPS_PORT, ServerThread, running_server

_PLAIN, _TLS_ONLY, _ENCRYPTED, _OTHER = "127.40.0.1", "127.40.0.2", "127.40.0.3", "127.40.0.4"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return make_tls(tmp_path_factory.mktemp("tls"), addresses=[_PLAIN, _TLS_ONLY, _ENCRYPTED, _OTHER], user="admin")


@pytest.fixture(scope="module")
def server(tls: Tls) -> Iterator[ServerThread]:
    account = Account(name=ACCOUNT.name, password=ACCOUNT.password, certificate=tls.client_thumbprint)
    with running_server(tls) as thread:
        thread.add(_PLAIN, account)
        thread.add(_ENCRYPTED, account, allow_unencrypted=False)
        # The same name with another password, in the same process.
        thread.add(_OTHER, Account(name=ACCOUNT.name, password="another"))
        yield thread


def _session(address: str, transport: str, tls: Tls, *, guarded: bool = True, **more: Any) -> winrm.Session:
    over_tls = transport == "certificate" or more.pop("https", False)
    url = f"https://{address}:{HTTPS_PORT}/wsman" if over_tls else f"http://{address}:{HTTP_PORT}/wsman"
    if transport == "certificate":
        more |= {"cert_pem": str(tls.client), "cert_key_pem": str(tls.client_key)}
    credentials = (more.pop("user", ACCOUNT.name), more.pop("password", ACCOUNT.password))
    session = winrm.Session(url, auth=credentials, transport=transport, ca_trust_path=str(tls.authority), **more)
    if guarded and transport == "certificate":
        Guard(connecting=10).mount(session.protocol.transport)
    return session


@pytest.mark.parametrize(
    ("transport", "more"),
    [
        ("basic", {"message_encryption": "never"}),
        ("basic", {"https": True}),
        ("ntlm", {}),
        ("ntlm", {"message_encryption": "never"}),
        ("ntlm", {"https": True}),
        ("ntlm", {"https": True, "send_cbt": False}),
        ("ntlm", {"user": f"ANYWHERE\\{ACCOUNT.name}"}),
        ("certificate", {}),
    ],
)
def test_run_cmd(server: ServerThread, tls: Tls, transport: str, more: dict[str, Any]) -> None:
    answer = _session(_PLAIN, transport, tls, **more).run_cmd("echo", ["deux", "mots"])
    assert (answer.status_code, answer.std_out, answer.std_err) == (0, b"deux mots\r\n", b"")


def test_a_client_certificate_over_tls_1_3_is_reset_as_windows_does(server: ServerThread, tls: Tls) -> None:
    """Windows asks for it after the handshake, which pywinrm's TLS answers or not by the version of urllib3."""
    session = _session(_PLAIN, "certificate", tls, guarded=False)
    with pytest.raises(requests.exceptions.ConnectionError):
        session.run_cmd("echo", ["x"])


def test_a_listener_that_forbids_clear_text(server: ServerThread, tls: Tls) -> None:
    assert _session(_ENCRYPTED, "ntlm", tls).run_cmd("echo", ["x"]).std_out == b"x\r\n"
    with pytest.raises(InvalidCredentialsError):
        _session(_ENCRYPTED, "basic", tls).run_cmd("echo", ["x"])
    # Over TLS the same account and method are fine.
    assert _session(_ENCRYPTED, "basic", tls, https=True).run_cmd("echo", ["x"]).status_code == 0
    with pytest.raises(winrm.exceptions.WinRMTransportError, match="500"):
        _session(_ENCRYPTED, "ntlm", tls, message_encryption="never").run_cmd("echo", ["x"])


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"user": "nobody"}, {"password": ""}])
def test_wrong_credentials(server: ServerThread, tls: Tls, transport: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidCredentialsError):
        _session(_PLAIN, transport, tls, **wrong).run_cmd("echo", ["x"])


def test_passwords_are_each_stations_own(server: ServerThread, tls: Tls) -> None:
    with pytest.raises(InvalidCredentialsError):
        _session(_OTHER, "ntlm", tls).run_cmd("echo", ["x"])
    assert _session(_OTHER, "ntlm", tls, password="another").run_cmd("echo", ["x"]).status_code == 0
    # The certificate is mapped on other stations only.
    with pytest.raises(InvalidCredentialsError):
        _session(_OTHER, "certificate", tls).run_cmd("echo", ["x"])


def test_wrong_channel_bindings(server: ServerThread, tls: Tls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests_ntlm.HttpNtlmAuth._get_server_cert", lambda _self, _response: b"\x01" * 32)
    with pytest.raises(InvalidCredentialsError):
        _session(_PLAIN, "ntlm", tls, https=True).run_cmd("echo", ["x"])


def test_ntlm_bodies_are_encrypted_and_legs_journaled_apart(server: ServerThread, tls: Tls) -> None:
    before = len(server.requests(_PLAIN, legs=True))
    _session(_PLAIN, "ntlm", tls).run_cmd("echo", ["x"])
    events = server.requests(_PLAIN, legs=True)[before:]
    legs = [event.data for event in events if event.data.get("leg")]
    assert [leg["status"] for leg in legs] == [401, 401, 200]
    assert [e.data["operation"] for e in events[3:]] == ["Create", "Command", "Receive", "Signal", "Delete"]
    assert events[4].data["detail"] == "echo x"
    assert all(e.data["bytes_in"] > 1000 and e.data["bytes_out"] > 500 for e in events[3:])


@pytest.fixture
def shell(server: ServerThread) -> Iterator[WinRS]:
    connection = WSMan(
        _PLAIN, port=HTTP_PORT, ssl=False, username=ACCOUNT.name, password=ACCOUNT.password, auth="negotiate"
    )
    with connection, WinRS(connection, codepage=65001, environment={"A": "é"}, working_directory="C:\\Salle") as opened:
        yield opened


def test_pypsrp_with_negotiate(shell: WinRS) -> None:
    process = Process(shell, "echo", ["Salle d'étude ☃"])
    process.invoke()
    process.signal(SignalCode.TERMINATE)
    assert (process.rc, process.stdout.decode()) == (0, "Salle d'étude ☃\r\n")


def test_pypsrp_options_and_input(shell: WinRS) -> None:
    process = Process(shell, "show")
    process.invoke()
    assert process.stdout.decode() == repr(({"A": "é"}, "C:\\Salle"))
    process = Process(shell, "cat")
    process.begin_invoke()
    process.send(b"one ", end=False)
    process.send(b"two", end=True)
    process.end_invoke()
    assert process.stdout == b"one two"


def test_certificates_are_of_this_authority(tmp_path: Path, server: ServerThread, tls: Tls) -> None:
    foreign = make_tls(tmp_path, addresses=[_PLAIN], user="admin")
    with pytest.raises(Exception, match=r"(?i)certificate|ssl"):
        _session(_PLAIN, "basic", foreign, https=True).run_cmd("echo", ["x"])
