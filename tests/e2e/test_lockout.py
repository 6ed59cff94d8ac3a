"""A domain locks an account after a few wrong passwords: a run must not be those few."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.e2e.conftest import School, StartSchool

_STATIONS = [f"s101-{number:02}" for number in range(1, 25)]
_PLAYS = {
    "survey": ("audit",),
    "workers": ("audit", "-e", "pronote_survey_parallel=0"),
    "deployment": ("deploy",),
}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    """A room of stations that take one account of a domain, and each a local one of its own password (LAPS)."""
    domain = {"name": "deploy", "password": "Lab-only-1!", "domain": "LYCEE"}
    return start_school(
        [
            {
                "name": name,
                "clients": [{"release": "2026.2.7"}],
                "accounts": [domain, {"name": "laps", "password": f"Laps-{name}!"}],
            }
            for name in _STATIONS
        ]
    )


def _play(school: School, way: str, *arguments: str) -> tuple[Counter[str], Counter[tuple[str, bool]]]:
    """What is said of stations, and their log-ins: the station, and whether it accepted."""
    since = len(school.lab.journal())
    run = school.play(*_PLAYS[way], "-f", "24", *arguments)
    events = school.lab.journal(kind="login", since=since)
    found = run.of("client" if way == "deployment" else "audit").values()
    facts = Counter(str(each.get("fact") or each.get("record", {}).get("reason", "")) for each in found)
    assert "Lab-only" not in run.output
    assert "Laps-" not in run.output
    return facts, Counter((event["station"], event["data"]["accepted"]) for event in events)


@pytest.mark.parametrize("way", _PLAYS)
def test_a_wrong_password_of_a_domain_is_three_failed_logins(school: School, way: str) -> None:
    """Of a run with 24 stations, each of which is told what happened."""
    facts, logins = _play(school, way, "-e", r"ansible_user=LYCEE\deploy", "-e", "ansible_password=Lab-only-2!")
    assert sorted(logins.values()) == [1, 1, 1]
    assert {accepted for _, accepted in logins} == {False}
    assert sorted(facts.values()) == [3, 21]
    (stopped,) = [fact for fact in facts if facts[fact] == 21]
    assert stopped.startswith(r"the account LYCEE\deploy was refused by 3 stations (127.")


@pytest.mark.parametrize("way", ["survey", "deployment"])
def test_stations_with_passwords_of_their_own_stop_nobody(school: School, way: str) -> None:
    """As LAPS gives them, by a lookup. Four are wrong, more than a domain's account may be: each is one failed login of
    its own station. And no password is kept or shown.
    """
    wrong, right = _STATIONS[:4], _STATIONS[4:8]
    directory = school.work.parent / "directory.csv"
    directory.write_text(
        "".join(f"{name},Laps-{name}{'?' if name in wrong else '!'}\n" for name in _STATIONS), encoding="utf-8"
    )
    lookup = f"lookup('ansible.builtin.csvfile', inventory_hostname, file='{directory}', delimiter=',')"
    variables = {
        "ansible_user": "laps",
        "ansible_password": f"{{{{ {lookup} }}}}",
        "pronote_state": str(school.work / "store.sqlite3"),
    }
    facts, logins = _play(school, way, "-vvvv", "-e", json.dumps(variables), "--limit", ",".join(_STATIONS[:8]))
    assert {station for station, accepted in logins if accepted} == {*right}
    assert [logins[station, False] for station in _STATIONS] == [1] * 4 + [0] * 20
    assert facts["the station refuses the user name or the password"] == len(wrong)
    kept = [
        path for top in (school.work, school.written, school.inventory) for path in top.rglob("*") if path.is_file()
    ]
    assert school.work / "store.sqlite3" in kept
    assert [path for path in kept if b"Laps-" in path.read_bytes()] == []


def test_what_this_machine_lacks_is_told_once(school: School) -> None:
    """Not once for each of 24 stations, which have nothing to do with it; and none of them is asked."""
    before = len(school.lab.journal(kind="request"))
    variables = {
        "ansible_winrm_transport": "kerberos",
        "ansible_user": "deploy@LYCEE.EXAMPLE.ORG",
        "ansible_winrm_kinit_cmd": "/nowhere/kinit",
    }
    run = school.play("audit", "-e", json.dumps(variables))
    missing = "24 of 24 stations cannot be asked from here: the controller has no Kerberos library or no kinit"
    assert " ".join(run.output.split()).count(missing) == 1
    assert run.output.count("make kerberos") == 1
    assert len(school.lab.journal(kind="request")) == before
