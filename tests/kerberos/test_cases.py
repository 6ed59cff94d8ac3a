"""What keeps an account of a domain out, as a real KDC and the library say it: each has its words."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey import access
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import access_of

from tests.kerberos.conftest import ACCOUNTS, Domain
from tests.kerberos.kdc import DOMAIN, REALM
from tests.lab.station import Account, Power
from tests.unit.drivers import Driver, Make, driver, only, stock_connection
from tests.unit.lab.wsman_fake import ServerThread, running_server

__all__ = ["driver"]

pytestmark = pytest.mark.usefixtures("folder")

_ADDRESS = "127.45.4.1"
_DEPLOY = f"deploy@{REALM}"


@pytest.fixture(scope="module")
def server(domain: Domain) -> Iterator[ServerThread]:
    account = Account(name="deploy", password=ACCOUNTS["deploy"], principal=_DEPLOY)
    keytab = domain.realm.keytabs / "http.keytab"
    with running_server() as thread:
        thread.add(_ADDRESS, account, auth=frozenset({"kerberos"}), keytab=keytab, allow_unencrypted=False)
        yield thread


def _station(driver: str, **more: Any) -> Driver:
    options = {"user": _DEPLOY, "password": ACCOUNTS["deploy"], "kerberos_hostname_override": f"http.{DOMAIN}"}
    return Make(driver=driver, host=_ADDRESS)("kerberos", **{**options, **more})


def _error(station: Driver) -> StationError:
    with pytest.raises(StationError) as caught:
        station.connect()
    return caught.value


def test_no_kdc_answers(
    server: ServerThread, domain: Domain, driver: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked once, and not again by each of the others."""
    monkeypatch.setenv("KRB5_CONFIG", str(domain.realm.without_kdc()))
    for _ in range(3):
        error = _error(_station(driver))
        assert (error.kind, error.fact) == ("controller", "no Kerberos server of the domain answers the controller")
    assert len([*folder.glob("*.failed")]) == 1
    assert server.requests(_ADDRESS, legs=True) == []


def test_clocks_that_differ(server: ServerThread, domain: Domain, driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with domain.realm.wrong_clock() as config:
        monkeypatch.setenv("KRB5_CONFIG", str(config))
        error = _error(_station(driver))
    assert (error.kind, error.fact.partition(" and the domain differ")[0]) == (
        "refused",
        "the clocks of the controller, the station",
    )
    assert server.requests(_ADDRESS, legs=True) == []


def test_a_realm_in_small_letters(server: ServerThread, driver: str) -> None:
    error = _error(_station(driver, user=f"deploy@{REALM.lower()}"))
    assert error.kind in {"controller", "configuration"}
    assert "capitals in ansible_user" in error.remedy or "realm in capitals" in error.remedy


def test_a_kinit_that_is_missing(server: ServerThread, driver: str) -> None:
    connection = stock_connection("kerberos", host=_ADDRESS, user=_DEPLOY, password="Lab-only-1!")
    connection.set_option("kerberos_command", "/nowhere/kinit")
    with pytest.raises(StationError) as caught:
        Make(driver=driver, host=_ADDRESS).of(connection).connect()
    assert caught.value.kind == "controller"
    assert caught.value.fact.startswith("the controller has no Kerberos library or no kinit: ")


@only("survey")
def test_a_library_of_the_survey_that_is_missing(
    server: ServerThread, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pykerberos is there: workers can do it."""
    monkeypatch.setattr(access, "_kerberos", lambda: False)
    with pytest.raises(access.ElsewhereError, match="make kerberos"):
        access_of(stock_connection("kerberos", host=_ADDRESS, user=_DEPLOY, password="Lab-only-1!"))


def _with_keytab(driver: str, keytab: Path) -> Driver:
    """ansible_winrm_kinit_mode: managed, and no password."""
    options = {"user": _DEPLOY, "password": "", "kerberos_hostname_override": f"http.{DOMAIN}"}
    connection = stock_connection("kerberos", host=_ADDRESS, **options)
    connection.set_option("kerberos_mode", "managed")
    connection.set_option("kinit_args", f"-k -t {keytab}")
    return Make(driver=driver, host=_ADDRESS).of(connection)


def test_a_keytab_instead_of_a_password(server: ServerThread, domain: Domain, driver: str) -> None:
    station = _with_keytab(driver, domain.realm.keytabs / "deploy.keytab")
    assert station.get("Win32_Process", Handle="99") is None
    station.close()
    # With somebody else's key in it, what kinit says of it is quoted.
    other = _error(_with_keytab(driver, domain.realm.keytabs / "pupil.keytab"))
    assert other.fact.startswith("Kerberos did not authenticate: Kerberos auth failure for principal deploy@")
    assert "Keytab contains no suitable keys" in other.fact


def _expire(cache: Path) -> None:
    """Let every ticket in a cache have ended a minute ago, as far as the library is told."""
    content, now = bytearray(cache.read_bytes()), int(time.time())
    for at in range(len(content) - 16):
        start, begin, end, _renew = struct.unpack_from(">4I", content, at)
        if now - 3600 < start <= begin <= now < end:
            struct.pack_into(">I", content, at + 8, now - 60)
    cache.write_bytes(content)


def test_a_ticket_that_ends_in_the_middle(
    server: ServerThread, domain: Domain, driver: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is under way goes on; whoever opens another connection asks for a new one, once."""
    station = _station(driver)
    station.connect()
    assert station.get("Win32_Process", Handle="99") is None
    since = len(domain.realm.log())
    for cache in folder.glob("krb5-*-*"):
        _expire(cache)
    assert station.get("Win32_Process", Handle="99") is None
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + 86400)
    for power in (Power.OFF, Power.ON):
        server.power(_ADDRESS, power)
    told = []
    for _ in range(3):
        try:
            station.get("Win32_Process", Handle="99")
        except StationError as exc:
            told.append((exc.kind, exc.fact, exc.passing))
            # As job/follow.py does.
            station.close()
    # A survey knows when it ends; pywinrm hides it behind the station's 401.
    over = ("unreachable", "the station takes no more the Kerberos ticket with which the connection was opened", True)
    assert told == ([over] if driver == "worker" else []), told
    assert domain.realm.issued(since)["AS_REQ", "ISSUE", f"krbtgt/{REALM}"] == 1
    station.close()


def test_a_ticket_that_has_ended_is_told_as_what_it_is(server: ServerThread, driver: str, folder: Path) -> None:
    station = _station(driver)
    station.connect()
    station.close()
    for cache in folder.glob("krb5-*-*"):
        _expire(cache)
    error = _error(station)
    assert (error.kind, error.fact, error.passing) == ("unreachable", "the Kerberos ticket has expired", True)
