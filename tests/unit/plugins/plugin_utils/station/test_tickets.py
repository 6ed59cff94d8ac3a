"""Kerberos log-ins of a run: one for each account, as the domain counts them."""

from __future__ import annotations

import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.rentree.pronote.plugins.module_utils.base.deadline import Deadline
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import tickets
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.causes import from_preparation
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.tickets import (
    AGAIN,
    LIFETIME,
    Login,
    login_of,
    share_tickets,
    ticket,
)
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.trials import Trial

_WRONG = "Kerberos auth failure for principal {}: kinit: Password incorrect while getting initial credentials"
_UNKNOWN = "Kerberos auth failure for principal {}: kinit: Client not found in Kerberos database while getting it"
_NO_KDC = "Kerberos auth failure for principal {}: kinit: Cannot contact any KDC for realm 'X' while getting it"


class _Domain:
    """Counts who logs in; a stock connection's part of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.refuses = ""

    def connection(self, **options: Any) -> Any:
        domain = self

        class Connection:
            _kinit_cmd = "kinit"
            _winrm_host = "pc"
            _kerb_ccache: Any = None

            def get_option(self, name: str) -> Any:
                return {"kinit_args": "", "_extras": {}, "kinit_env_vars": ["KRB5_CONFIG"], **options}[name]

            def _kerb_auth(self, principal: str, password: str) -> None:
                domain.asked.append((principal, password))
                if domain.refuses:
                    raise AnsibleConnectionFailure(domain.refuses.format(principal))
                self._kerb_ccache = tempfile.NamedTemporaryFile()  # noqa: SIM115  (as the stock plugin)
                Path(self._kerb_ccache.name).write_text(f"ticket {len(domain.asked)}", encoding="ascii")
                os.environ["KRB5CCNAME"] = f"FILE:{self._kerb_ccache.name}"

        made = Connection()
        share_tickets(made)
        return made

    def log_in(self, principal: str = "deploy@X", password: str = "p", **options: Any) -> str:
        """What the library finds of a new connection, then."""
        connection = self.connection(**options)
        connection._kerb_auth(principal, password)
        return Path(os.environ["KRB5CCNAME"].removeprefix("FILE:")).read_text(encoding="ascii")


@pytest.fixture
def domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Domain:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    monkeypatch.setenv("KRB5CCNAME", "")
    return _Domain()


def test_one_log_in_for_all_stations_of_a_run(domain: _Domain, tmp_path: Path) -> None:
    assert [domain.log_in() for _ in range(24)] == ["ticket 1"] * 24
    assert domain.asked == [("deploy@X", "p")]
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


def test_a_wrong_password_is_one_failed_log_in(domain: _Domain) -> None:
    domain.refuses = _WRONG
    for _ in range(24):
        with pytest.raises(AnsibleConnectionFailure, match="Password incorrect"):
            domain.log_in()
    assert len(domain.asked) == 1


def test_what_is_no_refusal_is_tried_again_after_a_while(domain: _Domain, tmp_path: Path) -> None:
    """Each try of a domain that does not answer takes its time, and the stations wait one after the other."""
    domain.refuses = _NO_KDC
    for _ in range(3):
        with pytest.raises(AnsibleConnectionFailure, match="Cannot contact"):
            domain.log_in()
    assert len(domain.asked) == 1
    domain.refuses = ""
    (failed,) = tmp_path.glob("*.failed")
    assert 0 < failed.stat().st_mtime - time.time() <= AGAIN
    os.utime(failed, (0, 0))
    assert domain.log_in() == "ticket 2"


def test_a_password_that_the_domain_refuses_goes_to_no_station(domain: _Domain) -> None:
    """With ansible_winrm_transport: [kerberos, ntlm] each station would be sent it next."""
    domain.refuses = _WRONG
    with pytest.raises(AnsibleConnectionFailure):
        domain.log_in()
    with pytest.raises(StationError, match=r"the account deploy@X was refused by the domain"):
        next(Trial("deploy@X", "p", "pc").turn("NTLM x", Deadline(1)))
    domain.refuses = _UNKNOWN
    with pytest.raises(AnsibleConnectionFailure):
        domain.log_in(password="q")
    assert [*Trial("deploy@X", "q", "pc").turn("NTLM x", Deadline(1))] == []


def test_who_asks_otherwise_logs_in_for_himself(domain: _Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    domain.log_in()
    others: list[dict[str, Any]] = [{"password": "q"}, {"principal": "pupil@X"}, {"kinit_args": "-f"}]
    for number, other in enumerate(others, 2):
        assert domain.log_in(**other) == f"ticket {number}"
    monkeypatch.setenv("KRB5_CONFIG", "elsewhere")
    assert domain.log_in() == "ticket 5"


def test_an_old_ticket_is_not_copied(domain: _Domain, tmp_path: Path) -> None:
    domain.log_in()
    (kept,) = [path for path in tmp_path.iterdir() if re.fullmatch("krb5-[0-9a-f]+", path.name)]
    assert 0 < kept.stat().st_mtime - time.time() <= LIFETIME
    os.utime(kept, (time.time() - 1,) * 2)
    assert [domain.log_in(), domain.log_in()] == ["ticket 2"] * 2


@pytest.mark.parametrize(("lifetime", "copied"), [(36000, 35400), (900, 450), (60, 30), (None, LIFETIME)])
def test_a_ticket_is_copied_until_near_its_end(
    domain: _Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lifetime: int | None, copied: float
) -> None:
    monkeypatch.setattr(tickets, "_lifetime", lambda _cache: lifetime)
    domain.log_in()
    (kept,) = [path for path in tmp_path.iterdir() if re.fullmatch("krb5-[0-9a-f]+", path.name)]
    assert copied - 60 < kept.stat().st_mtime - time.time() <= copied


def test_without_a_place_to_keep_it_each_connection_logs_in(domain: _Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", "/proc/nowhere")
    assert [domain.log_in(), domain.log_in()] == ["ticket 1", "ticket 2"]


def test_a_connection_that_is_opened_again_shares_once(domain: _Domain) -> None:
    connection = domain.connection()
    share_tickets(connection)
    connection._kerb_auth("deploy@X", "p")
    assert len(domain.asked) == 1


_KINIT = """#!/bin/sh
read -r password
echo "$password $* $KRB5_CONFIG ${{HOME:-nothing}}" >> {told}
[ "$password" = p ] || {{ echo "$password" >&2
  echo "kinit: Password incorrect while getting initial credentials" >&2; exit 1; }}
printf 'ticket of %s' "$password" > "${{KRB5CCNAME#FILE:}}"
"""


@pytest.fixture
def kinit(domain: _Domain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kinit that writes down how it was called, beside itself."""
    program = tmp_path_factory.mktemp("bin") / "kinit"
    program.write_text(_KINIT.format(told=program.with_name("told")), encoding="ascii")
    program.chmod(0o755)
    return program


def _login(kinit: Path, **more: Any) -> Login:
    variables = (("KRB5_CONFIG", "/mine"),)
    return Login(**{"principal": "deploy@X", "password": "p", "command": str(kinit), "variables": variables, **more})


def test_a_ticket_without_a_connection(kinit: Path, domain: _Domain) -> None:
    """Nothing is said in the environment, and nothing of it goes to kinit but what is meant for it."""
    login = _login(kinit, arguments=("-f",))
    assert [ticket(login).cache for _ in range(3)] == [b"ticket of p"] * 3
    assert kinit.with_name("told").read_text(encoding="ascii") == "p -f deploy@X /mine nothing\n"
    assert os.environ["KRB5CCNAME"] == ""


def test_workers_and_a_survey_share_a_log_in(kinit: Path, domain: _Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5_CONFIG", "/mine")
    connection = domain.connection(kinit_args="-f -l 1h")
    connection._kinit_cmd = str(kinit)
    connection._kerb_auth("deploy@X", "p")
    assert ticket(login_of(connection, "deploy@X", "p")).cache == b"ticket 1"
    assert login_of(connection, "deploy@X", "p").arguments == ("-f", "-l", "1h")
    assert not kinit.with_name("told").exists()


def test_a_refusal_without_a_connection_is_one_failed_log_in(kinit: Path) -> None:
    """And tells no password."""
    for _ in range(3):
        with pytest.raises(AnsibleConnectionFailure) as caught:
            ticket(_login(kinit, password="secret"))
        assert from_preparation(caught.value).fact == "the domain refuses the password of the account"
        assert str(caught.value).startswith("Kerberos auth failure for principal deploy@X: <redacted>\nkinit: Password")
    assert len(kinit.with_name("told").read_text(encoding="ascii").splitlines()) == 1


def test_a_kinit_that_is_not_there(kinit: Path) -> None:
    with pytest.raises(AnsibleConnectionFailure) as caught:
        ticket(_login(kinit, command="/nowhere/kinit"))
    assert from_preparation(caught.value).fact.startswith("the controller has no Kerberos library or no kinit: ")


def test_a_ticket_without_a_place_to_keep_it(kinit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", "/proc/nowhere")
    assert ticket(_login(kinit)).cache == b"ticket of p"


def test_no_password_is_in_the_words_of_a_log_in(kinit: Path) -> None:
    assert "Lab-only" not in repr(_login(kinit, password="Lab-only-7"))
