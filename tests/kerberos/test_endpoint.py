from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import winrm
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError

from tests.kerberos.conftest import ACCOUNTS, Domain
from tests.kerberos.kdc import DOMAIN, REALM
from tests.lab.station import Account
from tests.lab.wsman import Tls, make_tls
from tests.unit.lab.wsman_fake import HTTP_PORT, HTTPS_PORT, ServerThread, running_server

_ADDRESS, _BOTH, _NO_KEYTAB = "127.45.0.1", "127.45.0.2", "127.45.0.3"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return make_tls(tmp_path_factory.mktemp("tls"), addresses=[_ADDRESS, _BOTH], user="deploy")


@pytest.fixture(scope="module")
def server(domain: Domain, tls: Tls) -> Iterator[ServerThread]:
    account = Account(name="deploy", password=ACCOUNTS["deploy"], principal=f"deploy@{REALM}")
    keytab = domain.realm.keytabs / "http.keytab"
    with running_server(tls) as thread:
        thread.add(_ADDRESS, account, auth=frozenset({"kerberos"}), keytab=keytab, allow_unencrypted=False)
        thread.add(_BOTH, account, auth=frozenset({"kerberos", "ntlm"}), keytab=keytab, allow_unencrypted=False)
        thread.add(_NO_KEYTAB, account, auth=frozenset({"kerberos"}), keytab=domain.work / "none.keytab")
        yield thread


@pytest.fixture(scope="module", params=sorted(ACCOUNTS))
def person(request: pytest.FixtureRequest, domain: Domain) -> Iterator[str]:
    """Somebody who has a ticket."""
    name: str = request.param
    cache = f"FILE:{domain.work / name}.ticket"
    subprocess.run(
        ["kinit", "-c", cache, name], input=f"{ACCOUNTS[name]}\n", text=True, check=True, capture_output=True
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KRB5CCNAME", cache)
        yield name


def _session(
    tls: Tls, address: str = _ADDRESS, *, https: bool = False, host: str = "http", **more: Any
) -> winrm.Session:
    return winrm.Session(
        f"https://{address}:{HTTPS_PORT}/wsman" if https else f"http://{address}:{HTTP_PORT}/wsman",
        auth=("", ""),
        transport="kerberos",
        kerberos_hostname_override=f"{host}.{DOMAIN}",
        ca_trust_path=str(tls.authority),
        **more,
    )


@pytest.mark.parametrize("address", [_ADDRESS, _BOTH])
@pytest.mark.parametrize(
    "more",
    [{}, {"message_encryption": "always"}, {"https": True}, {"https": True, "message_encryption": "always"}],
    ids=["http", "http always", "https", "https always"],
)
def test_run_cmd(server: ServerThread, tls: Tls, person: str, address: str, more: dict[str, Any]) -> None:
    session = _session(tls, address, **more)
    if person != "deploy":
        # Of the domain, and no administrator of the station.
        with pytest.raises(InvalidCredentialsError):
            session.run_cmd("echo", ["x"])
        return
    answer = session.run_cmd("echo", ["deux", "mots"])
    assert (answer.status_code, answer.std_out, answer.std_err) == (0, b"deux mots\r\n", b"")
    # A message of many pieces.
    assert len(session.run_cmd("big", ["200000"]).std_out) == 200_000


def test_a_ticket_for_another_station_is_refused(server: ServerThread, tls: Tls, person: str) -> None:
    with pytest.raises(InvalidCredentialsError):
        _session(tls, host="https").run_cmd("echo", ["x"])


def test_messages_on_http_are_encrypted(server: ServerThread, tls: Tls, person: str) -> None:
    status = 500 if person == "deploy" else 401
    with pytest.raises((WinRMTransportError, InvalidCredentialsError), match="500" if status == 500 else "rejected"):
        _session(tls, message_encryption="never").run_cmd("echo", ["x"])


def test_ntlm_goes_on_beside_it(server: ServerThread, tls: Tls) -> None:
    url = f"http://{_BOTH}:{HTTP_PORT}/wsman"
    session = winrm.Session(url, auth=("deploy", ACCOUNTS["deploy"]), transport="ntlm")
    assert session.run_cmd("echo", ["x"]).std_out == b"x\r\n"
    refused = f"http://{_ADDRESS}:{HTTP_PORT}/wsman"
    with pytest.raises(PermissionError, match="NTLM challenge"):
        winrm.Session(refused, auth=("deploy", ACCOUNTS["deploy"]), transport="ntlm").run_cmd("echo", ["x"])


@pytest.mark.parametrize("address", [_ADDRESS, _BOTH])
def test_what_is_offered(server: ServerThread, address: str) -> None:
    answer = requests.post(f"http://{address}:{HTTP_PORT}/wsman", timeout=10)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Negotiate, Kerberos")


@pytest.mark.parametrize("token", ["", "AAAA", "YAkGByqGSIb3EgECAg==", "YAsGCSqGSIb3EgECAgE=", "TlRMTVNTUAABAAAA"])
@pytest.mark.parametrize("scheme", ["Negotiate", "Kerberos"])
def test_tokens_that_nobody_can_read_are_refused(server: ServerThread, scheme: str, token: str) -> None:
    headers = {"Authorization": f"{scheme} {token}"}
    for address in (_ADDRESS, _BOTH):
        assert requests.post(f"http://{address}:{HTTP_PORT}/wsman", headers=headers, timeout=10).status_code == 401


def test_a_station_without_its_keytab_refuses(server: ServerThread, tls: Tls, person: str) -> None:
    with pytest.raises(InvalidCredentialsError):
        _session(tls, _NO_KEYTAB).run_cmd("echo", ["x"])
