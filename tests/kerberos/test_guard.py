"""What a station of a domain may answer, once messages are encrypted and before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError

from tests.kerberos.conftest import ACCOUNTS, Domain
from tests.kerberos.kdc import DOMAIN, REALM
from tests.lab.faults import FaultPlan
from tests.lab.station import Account
from tests.unit.drivers import Driver, Make, driver, only
from tests.unit.lab.wsman_fake import HTTP_PORT, ServerThread, running_server

__all__ = ["driver"]

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
def station(driver: str) -> Driver:
    override = f"http.{DOMAIN}"
    make = Make(driver=driver, host=_ADDRESS)
    return make("kerberos", user=f"deploy@{REALM}", password=ACCOUNTS["deploy"], kerberos_hostname_override=override)


def _error(server: ServerThread, station: Driver, **rule: Any) -> StationError:
    server.faults[_ADDRESS].faults[:] = FaultPlan.from_data([{"times": 0, **rule}]).faults
    try:
        with pytest.raises(StationError) as caught:
            station.get("Win32_Process", Handle="99")
    finally:
        server.faults[_ADDRESS].faults.clear()
    return caught.value


@pytest.mark.parametrize("match", ["^Create", "^Get "])
def test_a_plain_answer_after_kerberos_is_not_believed(server: ServerThread, station: Driver, match: str) -> None:
    error = _error(server, station, effect="in_clear", match=match)
    assert error.kind == "unencrypted"
    # The second is a fault, of an instance that is not there.
    assert "although messages are encrypted (" in error.fact
    assert station.get("Win32_Process", Handle="99") is None
    station.close()


# The first is the handshake's.
@pytest.mark.parametrize(
    ("driver", "nth"),
    [*(("worker", nth) for nth in (1, 2, 3)), *(("survey", nth) for nth in (1, 2, 3))],
    indirect=["driver"],
)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_each_of_the_first_requests_leads_nowhere_with_a_ticket(
    server: ServerThread, station: Driver, status: int, nth: int
) -> None:
    headers = {"Location": _ELSEWHERE}
    error = _error(server, station, effect="answer", match="^Post ", nth=nth, status=status, headers=headers)
    assert error.kind == "redirect"
    assert f"(to {_ELSEWHERE}, server" in error.fact
    assert server.requests(_OTHER, legs=True) == []


@only("worker")
def test_a_library_that_cannot_encrypt_is_none(
    server: ServerThread, station: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pywinrm would send everything in the clear, and say nothing."""
    monkeypatch.delattr("kerberos.authGSSWinRMEncryptMessage")
    with pytest.raises(StationError) as caught:
        station.run("exit 0", doing="trying it")
    assert (caught.value.kind, "a Kerberos library that encrypts messages" in caught.value.fact) == ("controller", True)
