"""What a station of a domain may answer, once messages are encrypted and before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

from tests.kerberos.conftest import ACCOUNTS, Domain
from tests.kerberos.kdc import DOMAIN, REALM
from tests.lab.faults import FaultPlan
from tests.lab.station import Account
from tests.unit.lab.wsman_fake import HTTP_PORT, ServerThread, running_server

_ADDRESS, _OTHER = "127.45.1.1", "127.45.1.2"
_ELSEWHERE = f"http://{_OTHER}:{HTTP_PORT}/wsman"


@pytest.fixture(scope="module")
def server(domain: Domain) -> Iterator[ServerThread]:
    account = Account(name="deploy", password=ACCOUNTS["deploy"], principal=f"deploy@{REALM}")
    with running_server() as thread:
        for address in (_ADDRESS, _OTHER):
            keytab = domain.realm.keytabs / "http.keytab"
            thread.add(address, account, auth=frozenset({"kerberos"}), keytab=keytab, allow_unencrypted=False)
        yield thread


@pytest.fixture
def station() -> WinrmStation:
    connection = connection_loader.get("ansible.builtin.winrm", PlayContext())
    variables: dict[str, Any] = {
        "ansible_host": _ADDRESS,
        "ansible_port": HTTP_PORT,
        "ansible_user": f"deploy@{REALM}",
        "ansible_password": ACCOUNTS["deploy"],
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": ["kerberos"],
        "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"],
        "_extras": {"ansible_winrm_kerberos_hostname_override": f"http.{DOMAIN}"},
    }
    connection.set_options(var_options=variables)
    return WinrmStation(connection)


def _error(server: ServerThread, station: WinrmStation, **rule: Any) -> StationError:
    server.faults[_ADDRESS].faults[:] = FaultPlan.from_data([{"times": 0, **rule}]).faults
    try:
        with pytest.raises(StationError) as caught:
            station.get("Win32_Process", Handle="99")
    finally:
        server.faults[_ADDRESS].faults.clear()
    return caught.value


@pytest.mark.parametrize("match", ["^Create", "^Get "])
def test_a_plain_answer_after_kerberos_is_not_believed(server: ServerThread, station: WinrmStation, match: str) -> None:
    error = _error(server, station, effect="in_clear", match=match)
    assert error.kind == "unencrypted"
    # The second is a fault, of an instance that is not there.
    assert "although messages are encrypted (" in error.fact
    assert station.get("Win32_Process", Handle="99") is None
    station.close()


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_each_of_the_first_requests_leads_nowhere_with_a_ticket(
    server: ServerThread, station: WinrmStation, status: int, nth: int
) -> None:
    headers = {"Location": _ELSEWHERE}
    error = _error(server, station, effect="answer", match="^Post ", nth=nth, status=status, headers=headers)
    assert error.kind == "redirect"
    assert f"(to {_ELSEWHERE}, server" in error.fact
    assert server.requests(_OTHER, legs=True) == []


def test_a_library_that_cannot_encrypt_is_none(
    server: ServerThread, station: WinrmStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pywinrm would send everything in the clear, and say nothing."""
    monkeypatch.delattr("kerberos.authGSSWinRMEncryptMessage")
    with pytest.raises(StationError) as caught:
        station.run("exit 0", doing="trying it")
    assert (caught.value.kind, "a Kerberos library that encrypts messages" in caught.value.fact) == ("controller", True)
