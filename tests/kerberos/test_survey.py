"""Stations of a domain in a survey: whoever asks, over HTTP and HTTPS, and what the domain refuses."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import Approach, access_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.reader import Station, read_all

from tests.kerberos.conftest import ACCOUNTS, Domain
from tests.kerberos.kdc import DOMAIN, REALM
from tests.kerberos.test_deploy import FACTS
from tests.lab.faults import FaultPlan
from tests.lab.station import Account
from tests.lab.wsman import Tls, make_tls
from tests.unit.drivers import Driver, Make, driver, stock_connection
from tests.unit.lab.wsman_fake import ServerThread, running_server
from tests.unit.plugins.plugin_utils.survey.test_reader import said

__all__ = ["driver"]

pytestmark = pytest.mark.usefixtures("folder")

_ADDRESS, _OTHER = "127.45.2.1", "127.45.2.2"
_DEPLOY = f"deploy@{REALM}"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return make_tls(tmp_path_factory.mktemp("tls"), addresses=[_ADDRESS, _OTHER], user="deploy")


@pytest.fixture(scope="module")
def server(domain: Domain, tls: Tls) -> Iterator[ServerThread]:
    account = Account(name="deploy", password=ACCOUNTS["deploy"], principal=_DEPLOY)
    with running_server(tls) as thread:
        for address in (_ADDRESS, _OTHER):
            keytab = domain.realm.keytabs / "http.keytab"
            thread.add(address, account, auth=frozenset({"kerberos"}), keytab=keytab, allow_unencrypted=False)
        yield thread


def _options(tls: Tls, **more: Any) -> dict[str, Any]:
    return {
        "user": _DEPLOY,
        "password": ACCOUNTS["deploy"],
        "kerberos_hostname_override": f"http.{DOMAIN}",
        "ca_trust_path": str(tls.authority),
        **more,
    }


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"message_encryption": "always"},
        {"kerberos_delegation": "yes"},
        {"scheme": "https"},
        {"scheme": "https", "message_encryption": "always"},
        {"scheme": "https", "send_cbt": False},
    ],
    ids=["http", "http always", "delegated", "https", "https always", "https unbound"],
)
def test_a_station_of_a_domain_is_asked(server: ServerThread, tls: Tls, driver: str, more: dict[str, Any]) -> None:
    station: Driver = Make(driver=driver, host=_ADDRESS)("kerberos", **_options(tls, **more))
    assert station.run("echo deux mots", doing="trying it").stdout == b"deux mots\r\n"
    # A message of many pieces.
    assert len(station.run("big 200000", doing="trying it").stdout) == 200_000
    assert station.get("Win32_Process", Handle="99") is None
    station.close()


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"password": "Lab-only-3!"}, "wrong-password"),
        ({"user": f"nobody@{REALM}"}, "unknown-account"),
        ({"user": f"pupil@{REALM}", "password": ACCOUNTS["pupil"]}, "no-administrator"),
        ({"kerberos_hostname_override": f"https.{DOMAIN}"}, "other-name"),
    ],
)
def test_who_is_not_let_in(server: ServerThread, tls: Tls, driver: str, more: dict[str, Any], wrong: str) -> None:
    with pytest.raises(StationError) as caught:
        Make(driver=driver, host=_ADDRESS)("kerberos", **_options(tls, **more)).connect()
    assert (caught.value.kind, caught.value.fact.startswith(FACTS[wrong])) == ("refused", True), caught.value.fact


def test_a_name_that_the_domain_does_not_know(server: ServerThread, tls: Tls, driver: str) -> None:
    options = _options(tls, kerberos_hostname_override=f"nowhere.{DOMAIN}")
    with pytest.raises(StationError) as caught:
        Make(driver=driver, host=_ADDRESS)("kerberos", **options).connect()
    assert (caught.value.kind, caught.value.fact) == ("refused", "the domain has no station of that name")


def test_accounts_of_one_survey_share_no_ticket(server: ServerThread, tls: Tls, domain: Domain, folder: Path) -> None:
    """Each logs in once, the environment stays as it is, and nothing is left but what the run keeps: the ticket, and
    that with what was asked for at the station.
    """
    since, environment = len(domain.realm.log()), dict(os.environ)
    pupil = {"user": f"pupil@{REALM}", "password": ACCOUNTS["pupil"]}
    stations = [
        Station(
            name=f"{number}",
            group="",
            access=access_of(
                stock_connection("kerberos", host=_ADDRESS, **_options(tls, **(pupil if number % 2 else {})))
            ),
            reading=said("x"),
        )
        for number in range(10)
    ]
    read = read_all(stations)
    assert [result if isinstance(result, str) else result.kind for result in read.values()] == ["x", "refused"] * 5
    assert dict(os.environ) == environment
    assert domain.realm.issued(since)["AS_REQ", "ISSUE", f"krbtgt/{REALM}"] == 2
    assert sorted(path.suffix for path in folder.iterdir()) == [*[""] * 4, ".lock", ".lock"]


def test_a_ticket_that_is_there_already(
    server: ServerThread, tls: Tls, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """ansible_winrm_kinit_mode: manual."""
    options = _options(tls)
    connection = stock_connection("kerberos", host=_ADDRESS, **options)
    connection.set_option("kerberos_mode", "manual")
    access = access_of(connection)
    (approach,) = access.approaches
    assert isinstance(approach, Approach)
    assert approach.login is None
    station = Station(name="pc", group="", access=access, reading=said("x"))
    (refused,) = read_all([station]).values()
    assert isinstance(refused, StationError)
    assert (refused.kind, refused.fact) == ("controller", "the controller has no Kerberos ticket for the account")
    cache = f"FILE:{folder}/mine"
    monkeypatch.setenv("KRB5CCNAME", cache)
    subprocess.run(["kinit", "-c", cache, "deploy"], input=f"{ACCOUNTS['deploy']}\n", text=True, check=True)
    assert read_all([station]) == {"pc": "x"}


def test_a_station_that_proves_nothing_is_not_believed(server: ServerThread, tls: Tls) -> None:
    """Anybody can say HTTP 200 to a ticket that he cannot read."""
    server.faults[_OTHER].faults[:] = FaultPlan.from_data([{"effect": "answer", "match": "^Post ", "times": 0}]).faults
    for more in ({}, {"scheme": "https"}):
        with pytest.raises(StationError) as caught:
            Make(driver="survey", host=_OTHER)("kerberos", **_options(tls, **more)).connect()
        assert (caught.value.kind, caught.value.fact) == (
            "refused",
            "the station did not prove its identity by Kerberos",
        )
