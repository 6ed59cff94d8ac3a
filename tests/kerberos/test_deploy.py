from __future__ import annotations

import pytest

from tests.e2e.conftest import School
from tests.e2e.playbook import PlaybookRun
from tests.kerberos.conftest import SOUND, STATIONS, Domain
from tests.kerberos.kdc import REALM


@pytest.fixture(scope="module")
def deployed(school: School) -> PlaybookRun:
    """A deployment on everybody; who cannot be reached is a failure of his own."""
    return school.play("deploy", "--diff", "-f", "10")


@pytest.mark.parametrize("station", SOUND)
def test_a_station_of_a_domain_is_deployed(school: School, deployed: PlaybookRun, station: str) -> None:
    result = deployed.of("client")[station]
    assert (result["outcome"], result["changed"]) == ("ok", True), result
    assert len(school.lab.installer_starts(station=station)) == 1


@pytest.fixture(scope="module")
def audited(school: School, deployed: PlaybookRun) -> PlaybookRun:
    return school.play("audit", "-f", "10")


@pytest.mark.parametrize("station", SOUND)
def test_a_station_of_a_domain_is_audited(audited: PlaybookRun, station: str) -> None:
    record = audited.of("audit")[station]["record"]
    assert (record["status"], record["found"]) == ("compliant", "2026.2.7 x64")


# What kinit and the station make of it, from a real KDC's answers.
FACTS = {
    "wrong-password": "the domain refuses the password of the account",
    "unknown-account": "the domain does not know the account",
    # Windows answers the same to both (docs/fidelity.md, W29).
    "other-name": "the station refuses the account although the domain gave it a Kerberos ticket",
    "no-administrator": "the station refuses the account although the domain gave it a Kerberos ticket",
}


@pytest.mark.parametrize("station", sorted({*STATIONS} - {*SOUND}))
def test_who_is_not_let_in_is_a_failure_of_one_station(
    school: School, deployed: PlaybookRun, audited: PlaybookRun, station: str
) -> None:
    failed = deployed.of("client")[station]
    assert (failed["outcome"], failed["kind"]) == ("unreachable", "refused"), failed
    assert failed["fact"].startswith(FACTS[station])
    assert audited.of("audit")[station]["record"]["status"] == "refused"
    assert school.lab.installer_starts(station=station) == []
    answered = school.lab.journal(kind="request", station=station)
    assert [event for event in answered if event["data"]["status"] not in {0, 401}] == []


def test_no_password_is_told(deployed: PlaybookRun, audited: PlaybookRun) -> None:
    for run in (deployed, audited):
        assert "Lab-only-" not in run.output


def test_a_run_logs_in_once_with_each_account(deployed: PlaybookRun, audited: PlaybookRun, domain: Domain) -> None:
    """However many stations and tasks: the domain locks an account after a few wrong passwords."""
    said = domain.realm.issued()
    # Of two runs.
    assert said["AS_REQ", "ISSUE", f"krbtgt/{REALM}"] == 4
    assert said["AS_REQ", "PREAUTH_FAILED", f"deploy@{REALM}"] == 2
    assert said["AS_REQ", "CLIENT_NOT_FOUND", f"nobody@{REALM}"] == 2
