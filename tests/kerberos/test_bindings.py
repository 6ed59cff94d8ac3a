"""Log-ins that are bound to their TLS channel, and stations that want it (CbtHardeningLevel)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import CredentialsRefusedError

from tests.kerberos.conftest import ACCOUNTS, Domain
from tests.kerberos.kdc import DOMAIN, REALM
from tests.lab.station import Account
from tests.lab.wsman import Tls, make_tls
from tests.unit.drivers import Make, driver
from tests.unit.lab.wsman_fake import ServerThread, running_server

__all__ = ["driver"]

_LEVELS = {"strict": "127.45.3.1", "relaxed": "127.45.3.2"}
_USERS = {"kerberos": f"deploy@{REALM}", "ntlm": r"LAB\deploy"}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return make_tls(tmp_path_factory.mktemp("tls"), addresses=[*_LEVELS.values()], user="deploy")


@pytest.fixture(scope="module")
def server(domain: Domain, tls: Tls) -> Iterator[ServerThread]:
    account = Account(name="deploy", password=ACCOUNTS["deploy"], domain="LAB", principal=f"deploy@{REALM}")
    with running_server(tls) as thread:
        for level, address in _LEVELS.items():
            thread.add(
                address,
                account,
                auth=frozenset({"kerberos", "ntlm"}),
                keytab=domain.realm.keytabs / "http.keytab",
                allow_unencrypted=False,
                strict=level == "strict",
            )
        yield thread


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run's own."""
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))


def _let_in(driver: str, transport: str, tls: Tls, address: str, **more: Any) -> bool:
    station = Make(driver=driver, host=address)(
        transport,
        user=_USERS[transport],
        password=ACCOUNTS["deploy"],
        kerberos_hostname_override=f"http.{DOMAIN}",
        ca_trust_path=str(tls.authority),
        **more,
    )
    with contextlib.closing(station):
        try:
            station.connect()
        except CredentialsRefusedError:
            return False
    return True


@pytest.mark.parametrize("transport", _USERS)
@pytest.mark.parametrize("level", _LEVELS)
def test_who_is_let_in(server: ServerThread, tls: Tls, driver: str, level: str, transport: str) -> None:
    """Over HTTP there is no channel to be bound to, and nobody asks for it."""
    unbound = {"send_cbt": False}
    ways: list[dict[str, Any]] = [{}, unbound, {"scheme": "https"}, {"scheme": "https", **unbound}]
    found = [_let_in(driver, transport, tls, _LEVELS[level], **way) for way in ways]
    assert found == [True, True, True, level == "relaxed"]
