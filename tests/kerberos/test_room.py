"""A room of a domain as it is worked on: over 5985 and 5986, each run with one ticket, and one for each station."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun
from tests.kerberos.conftest import ACCOUNTS, ROOM, Domain
from tests.kerberos.kdc import DOMAIN, REALM

NAMES = ROOM
_LATE = NAMES[:4]
_RUNS = {
    "survey": ("audit",),
    "workers": ("audit", "-e", "pronote_survey_parallel=0"),
    "deployment": ("deploy",),
}
_DEPLOY = f"deploy@{REALM}"


def _connection(info: dict[str, Any]) -> dict[str, Any]:
    return {
        # Every other one over HTTPS.
        "ansible_port": "{{ 5985 + inventory_hostname[-2:] | int % 2 }}",
        "ansible_user": _DEPLOY,
        "ansible_password": ACCOUNTS["deploy"],
        "ansible_winrm_transport": "kerberos",
        "ansible_winrm_kerberos_hostname_override": f"{{{{ inventory_hostname }}}}.{DOMAIN}",
        "ansible_winrm_kinit_env_vars": ["KRB5_CONFIG"],
        "ansible_winrm_ca_trust_path": info["tls"]["authority"],
    }


@pytest.fixture(scope="module")
def school(domain: Domain, start_school: StartSchool) -> School:
    """Four stations that are late, and twenty that are not; Kerberos is all that they take, bound to the channel."""
    account = {"name": "deploy", "password": ACCOUNTS["deploy"], "principal": _DEPLOY}
    sound = {"auth": ["kerberos"], "allow_unencrypted": False, "cbt": "strict"}
    clients = {name: [{"release": "2026.1.3" if name in _LATE else "2026.2.7"}] for name in NAMES}
    return start_school(
        [{"name": name, "clients": clients[name], **sound} for name in NAMES],
        connection=_connection,
        accounts=[account],
        keytabs=str(domain.realm.keytabs),
    )


def _play(school: School, domain: Domain, *arguments: str) -> tuple[PlaybookRun, Counter[tuple[str, str, str]]]:
    """A run, and what the KDC said meanwhile."""
    since = len(domain.realm.log())
    run = school.play(*arguments, "-f", "24")
    return run, domain.realm.issued(since)


def test_check_apply_check_apply(school: School, domain: Domain) -> None:
    """Over both ports; each run asks for one ticket, and for one at each station."""
    limit = ("--limit", ",".join(_LATE))
    for number, mode in enumerate((("--check", "--diff"), (), ("--check", "--diff"), ())):
        before = school.lab.snapshots()
        run, said = _play(school, domain, "deploy", *mode, *limit)
        found = run.assert_code(0).of("client")
        assert {name: found[name]["changed"] for name in _LATE} == dict.fromkeys(_LATE, number < 2)
        if mode:
            assert school.lab.snapshots() == before
        _assert_one_ticket(said, _LATE)
    assert [len(school.lab.installer_starts(station=name)) for name in _LATE] == [1] * 4


def _assert_one_ticket(said: Counter[tuple[str, str, str]], stations: list[str]) -> None:
    issued = {service: count for (_, answer, service), count in said.items() if answer == "ISSUE"}
    assert issued == {f"krbtgt/{REALM}": 1, **{f"HTTP/{name}.{DOMAIN}": 1 for name in stations}}


@pytest.mark.parametrize("way", _RUNS)
def test_a_run_over_a_room_is_one_ticket_and_one_for_each_station(school: School, domain: Domain, way: str) -> None:
    """When all of them are right: the last to be run."""
    run, said = _play(school, domain, *_RUNS[way])
    run.assert_code(0)
    _assert_one_ticket(said, NAMES)
    if way != "deployment":
        records = [result["record"] for result in run.of("audit").values()]
        assert [(record["status"], record["found"]) for record in records] == [("compliant", "2026.2.7 x64")] * 24


@pytest.mark.parametrize("way", _RUNS)
def test_a_wrong_password_is_one_failed_login(school: School, domain: Domain, way: str) -> None:
    """And no station is asked."""
    before = len(school.lab.journal(kind="request"))
    run, said = _play(school, domain, *_RUNS[way], "-e", "ansible_password=Lab-only-9!")
    assert said["AS_REQ", "PREAUTH_FAILED", _DEPLOY] == 1
    assert [key for key in said if key[1] == "ISSUE"] == []
    assert len(school.lab.journal(kind="request")) == before
    found = run.of("client" if way == "deployment" else "audit").values()
    facts = {str(each.get("fact") or each["record"]["reason"]) for each in found}
    assert facts == {"the domain refuses the password of the account"}
    assert "Lab-only-" not in run.output
