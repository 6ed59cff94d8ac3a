"""Passwords that are sent, by a worker and by a survey: counted together, as a domain counts them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible_collections.rentree.pronote.plugins.module_utils.base.deadline import Deadline
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.trials import Trial, stop
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import access_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.reader import Station, read_all

from tests.lab.faults import FaultPlan
from tests.lab.station import Account
from tests.unit.drivers import DRIVERS, Make, driver, stock_connection
from tests.unit.lab.wsman_fake import ServerThread, new_address, running_server
from tests.unit.plugins.plugin_utils.survey.test_reader import said

__all__ = ["driver"]

_RIGHT = Account(name="deploy", password="Lab-only-1!", domain="LYCEE")
_ELSEWHERE = Account(name="deploy", password="Lab-only-9!", domain="LYCEE")
_OF_THE_DOMAIN = {"user": r"LYCEE\deploy", "password": _RIGHT.password}
_LOCAL = {"user": "laps", "password": "Lab-only-3!"}


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with running_server() as thread:
        yield thread


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The run's own."""
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return tmp_path


def _stations(server: ServerThread, *accounts: Account, auth: str = "ntlm", **more: Any) -> list[str]:
    """New ones, each with one of the accounts."""
    addresses = [new_address() for _ in accounts]
    for address, account in zip(addresses, accounts, strict=True):
        server.add(address, account, auth=frozenset({auth}), **more)
    return addresses


def _connect(driver: str, address: str, transport: str = "ntlm", **options: Any) -> str:
    """``let in``, or why not."""
    station = Make(driver=driver, host=address)(transport, **options)
    try:
        station.connect()
    except StationError as exc:
        return exc.fact
    finally:
        station.close()
    return "let in"


def _logins(server: ServerThread, addresses: list[str]) -> Counter[str]:
    names = {f"station-{address}" for address in addresses}
    return Counter(event.station for event in server.journal.select(kind="login") if event.station in names)


_REFUSED = "the station refuses the user name or the password"
_STOPPED = r"the account LYCEE\deploy was refused by 3 stations"


def test_a_password_that_nobody_takes_is_sent_to_three(server: ServerThread) -> None:
    """Whoever sends it: the fourth is not asked by anybody."""
    stations = _stations(server, *[_ELSEWHERE] * 5)
    said = [_connect([*DRIVERS][i % 2], address, **_OF_THE_DOMAIN) for i, address in enumerate(stations)]
    assert said[:3] == [_REFUSED] * 3
    assert [fact.startswith(_STOPPED) for fact in said[3:]] == [True] * 2
    assert _logins(server, stations).total() == 3


@pytest.mark.parametrize("options", [_OF_THE_DOMAIN, _LOCAL], ids=["domain", "local"])
def test_a_station_that_refused_is_not_asked_again(server: ServerThread, driver: str, options: dict[str, str]) -> None:
    (station,) = _stations(server, _ELSEWHERE)
    assert [_connect(driver, station, **options) for _ in range(3)] == [_REFUSED] * 3
    assert _logins(server, [station]).total() == 1


def test_a_local_account_is_never_stopped(server: ServerThread, driver: str) -> None:
    local = Account(name="laps", password=_LOCAL["password"])
    stations = _stations(server, *[_ELSEWHERE] * 4, local)
    assert [_connect(driver, address, **_LOCAL) for address in stations] == [*[_REFUSED] * 4, "let in"]


def test_after_an_acceptance_a_refusal_is_that_station_s_own(server: ServerThread, driver: str) -> None:
    stations = _stations(server, _ELSEWHERE, _RIGHT, *[_ELSEWHERE] * 4, _RIGHT)
    facts = [_connect(driver, address, **_OF_THE_DOMAIN) for address in stations]
    assert facts == [_REFUSED, "let in", *[_REFUSED] * 4, "let in"]


def test_another_password_is_another_account(server: ServerThread, driver: str) -> None:
    stations = _stations(server, *[_ELSEWHERE] * 4)
    for address in stations:
        _connect(driver, address, **_OF_THE_DOMAIN)
    options = {**_OF_THE_DOMAIN, "password": _ELSEWHERE.password}
    assert _connect(driver, stations[3], **options) == "let in"


def test_basic_is_counted_too(server: ServerThread, driver: str) -> None:
    stations = _stations(server, *[_ELSEWHERE] * 4, auth="basic")
    for address in stations:
        _connect(driver, address, "basic", **_OF_THE_DOMAIN)
    assert _logins(server, stations).total() == 3


def test_a_way_that_is_not_offered_is_no_login(server: ServerThread, driver: str, folder: Path) -> None:
    (station,) = _stations(server, _ELSEWHERE, auth="basic")
    assert "does not offer the way to authenticate" in _connect(driver, station, **_OF_THE_DOMAIN)
    assert [*folder.glob("account-*")] == []


def test_who_does_not_answer_has_not_refused(server: ServerThread, driver: str) -> None:
    """Cut where the password has arrived, with the handshake's last message."""
    stations = _stations(server, *[_ELSEWHERE] * 4, _RIGHT)
    for address in stations[:4]:
        nth = {"worker": 3, "survey": 2}[driver]
        rules = [{"effect": "cut", "match": "^Post ", "nth": nth, "times": 1}]
        server.faults[address].faults[:] = FaultPlan.from_data(rules).faults
    facts = [_connect(driver, address, **_OF_THE_DOMAIN) for address in stations]
    cut = "what answers at the station's address takes the connection and cuts it while opening a shell"
    assert facts == [*[cut] * 4, "let in"]


@pytest.mark.parametrize(
    ("accounts", "logins"),
    [([_ELSEWHERE] * 24, 3), ([_ELSEWHERE] * 2 + [_RIGHT] * 22, 24)],
    ids=["by nobody", "by the third"],
)
def test_a_survey_sends_it_to_one_until_somebody_accepts_it(
    server: ServerThread, accounts: list[Account], logins: int
) -> None:
    addresses = _stations(server, *accounts)
    stations = [
        Station(
            name=address,
            group="",
            access=access_of(stock_connection("ntlm", host=address, **_OF_THE_DOMAIN)),
            reading=said("x"),
        )
        for address in addresses
    ]
    read = read_all(stations)
    assert _logins(server, addresses).total() == logins
    assert [result == "x" for result in read.values()].count(True) == accounts.count(_RIGHT)


def _trial(host: str = "pc", password: str = "p", **more: str) -> Trial:
    return Trial(more.get("name", r"LYCEE\deploy"), password, host)


def _turn(trial: Trial, scheme: str = "NTLM", seconds: float = 60) -> bool:
    """Whether it may be sent at once."""
    return next(trial.turn(f"{scheme} x", Deadline(seconds)), "now") == "now"


def test_others_wait_until_the_first_is_answered(folder: Path) -> None:
    first, second = _trial("one"), _trial("two")
    assert _turn(first)
    assert not _turn(second)
    first.answered(503, "")
    assert _turn(second)
    second.answered(200, "")
    assert all(_turn(_trial(f"pc{number}")) for number in range(9))
    assert not second.asks("Basic eDp5")
    kept = [path for path in folder.iterdir() if path.suffix != ".lock"]
    assert [json.loads(path.read_text(encoding="utf-8")) for path in kept] == [
        {"accepted": True, "stopped": False, "refused": [], "trying": {}}
    ]
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}


def test_nobody_waits_for_ever() -> None:
    assert _turn(_trial("one"))
    with pytest.raises(StationError, match="by no station yet") as caught:
        _turn(_trial("two"), seconds=0)
    assert caught.value.kind == "refused"


def test_what_the_domain_refused_is_sent_nowhere() -> None:
    stop("deploy@LYCEE.EXAMPLE.ORG", "p")
    with pytest.raises(StationError, match="was refused by the domain"):
        _turn(_trial(name="Deploy@lycee.example.org"))
    assert _turn(_trial())
    stop("laps", "p")
    assert _turn(_trial(name="laps"))


@pytest.mark.parametrize(
    ("answers", "refused"),
    [([(401, "CredSSP AAAA"), (401, "CredSSP AAAA"), (200, "")], 0), ([(401, "CredSSP AAAA"), (401, "CredSSP")], 1)],
)
def test_a_log_in_of_several_messages_is_one(folder: Path, answers: list[tuple[int, str]], refused: int) -> None:
    trial = _trial()
    for status, offers in answers:
        assert _turn(trial, "CredSSP")
        trial.answered(status, offers)
    trial.over()
    (kept,) = [path for path in folder.iterdir() if path.suffix != ".lock"]
    standing = json.loads(kept.read_text(encoding="utf-8"))
    assert (len(standing["refused"]), standing["accepted"]) == (refused, not refused)


def test_one_that_is_given_up_in_the_middle_was_refused(folder: Path) -> None:
    """Only the client can read why, and then says nothing more."""
    trial = _trial()
    assert _turn(trial, "CredSSP")
    trial.answered(401, "CredSSP AAAA")
    trial.over()
    (kept,) = [path for path in folder.iterdir() if path.suffix != ".lock"]
    assert json.loads(kept.read_text(encoding="utf-8"))["refused"] == ["pc"]
