"""An audit by survey beside one by workers: the same stations in every state, the same report and store."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import ACCOUNT, UAI, School, StartSchool
from tests.e2e.playbook import PlaybookRun

_OTHER = "0310002B"
STATIONS: list[dict[str, Any]] = [
    {"name": "compliant", "clients": [{"release": "2025.2.9"}, {"release": "2026.2.7"}]},
    {"name": "late", "clients": [{"release": "2026.1.3"}]},
    {"name": "ahead", "clients": [{"release": "2026.3.1"}]},
    {"name": "older_year_only", "clients": [{"release": "2024.3.11"}, {"release": "2025.2.9"}]},
    {"name": "several", "clients": [{"release": "2026.2.7"}, {"release": "2026.1.3", "arch": "x86"}]},
    {"name": "absent", "uninstall_entries": 300},
    {"name": "frozen", "freezer": "uwf", "frozen": True, "clients": [{"release": "2026.2.7"}]},
    {"name": "off", "power": "off"},
    {"name": "stranger", "stranger": "dripping"},
    {"name": "printer", "stranger": "printer_login"},
    {"name": "refused", "accounts": [{**ACCOUNT, "password": "another one"}]},
    {"name": "refused-wmi", "deny_wmi": True},
    {"name": "refused-shells", "deny_shells": True},
    {"name": "cut", "faults": [{"effect": "cut", "match": "Uninstall", "times": 0}]},
    {"name": "oversize", "faults": [{"effect": "oversize", "match": "Uninstall", "times": 0}]},
    {"name": "busy", "faults": [{"effect": "busy", "match": "^Command", "times": 0}]},
    {"name": "no-shell", "faults": [{"effect": "quota_shells", "match": "^Create", "times": 0}]},
    {"name": "moved", "faults": [{"effect": "answer", "status": 302, "match": "^Post", "times": 0}]},
    {"name": "bomb", "faults": [{"effect": "hostile", "mode": "gzip_bomb", "match": "^Receive", "times": 0}]},
    {"name": "in-clear", "allow_unencrypted": False, "faults": [{"effect": "in_clear", "match": "^Get ", "times": 0}]},
    {"name": "pinned", "clients": [{"release": "2026.1.3"}]},
    {"name": "nowhere"},
    {"name": "local"},
    {"name": "telepathic"},
    {"name": "basic", "clients": [{"release": "2026.2.7"}]},
    {"name": "refused-basic", "auth": ["ntlm"]},
    {"name": "credssp"},
]
# Beside them: Ansible has no password for it.
UNREAD = {"name": "undefined"}
# What the inventory has of its own for some of them.
OWN: dict[str, dict[str, Any]] = {
    "pinned": {"pronote_client_release": "2026.1.3"},
    "nowhere": {"ansible_host": "nowhere.invalid"},
    "stranger": {"ansible_winrm_scheme": "https"},
    "local": {"ansible_connection": "local"},
    "telepathic": {"ansible_winrm_transport": "telepathy"},
    "basic": {"ansible_winrm_transport": "plaintext"},
    "refused-basic": {"ansible_winrm_transport": "plaintext"},
    "credssp": {"ansible_winrm_transport": "credssp"},
    "undefined": {"ansible_password": "{{ nobody_said }}"},
}


def _connection(_info: dict[str, Any]) -> dict[str, Any]:
    """With a short deadline, for who does not come to an end."""
    return {"ansible_port": 5985, "ansible_winrm_transport": "ntlm", "pronote_timeouts": {"station": 10}}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    rooms = [
        {"group": "salle_101", "name": "Salle 101", "school": UAI, "stations": [*STATIONS[::2], UNREAD]},
        {"group": "salle_201", "name": "Salle 201", "school": _OTHER, "stations": STATIONS[1::2]},
    ]
    for number, room in enumerate(rooms, start=1):
        stations: Any = room["stations"]
        room["stations"] = [{"address": f"{number}.{n}", **station} for n, station in enumerate(stations, start=1)]
    schools = [
        {"uai": UAI, "group": "lycee", "name": "Lycée d'essai", "release": "2026.2.7"},
        {"uai": _OTHER, "group": "college", "name": "Collège d'essai", "release": "2026.2.7"},
    ]
    started = start_school([], connection=_connection, schools=schools, rooms=rooms, publish=False)
    folder = started.inventory / "host_vars"
    folder.mkdir()
    for name, variables in OWN.items():
        (folder / f"{name}.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    return started


def _audit(school: School, work: Path, *arguments: str) -> tuple[PlaybookRun, dict[str, Any]]:
    """The run and its report."""
    places = {"pronote_reports_dir": str(work), "pronote_state": str(work / "state.sqlite3")}
    run = school.play("audit", "-f", "30", "-e", json.dumps(places), *arguments)
    report = json.loads((work / "audit.json").read_text(encoding="utf-8"))
    # Ansible has the children of a group in whatever order.
    return run, {**report, "stations": sorted(report["stations"], key=lambda each: str(each["station"]))}


# Times of the day, seconds that something took, and the number of a shell or of a process.
_MOMENTS = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z?|\d+(\.\d+)? s\b|(?<=\"seconds\": )\"[0-9.]+\"")


def _but_for_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _but_for_times(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_but_for_times(each) for each in value]
    return _MOMENTS.sub("…", value) if isinstance(value, str) else value


def _line(output: str) -> str:
    return " ".join(output.split())


def _kept(work: Path) -> dict[str, list[dict[str, Any]]]:
    """What the store remembers, by table."""
    with sqlite3.connect(work / "state.sqlite3") as db:
        db.row_factory = sqlite3.Row
        tables = [row["name"] for row in db.execute("select name from sqlite_master where type = 'table'")]
        return {
            # Rows are numbered in the order of the stations.
            table: sorted(
                (_but_for_times({**dict(row), "id": 0}) for row in db.execute(f"select * from {table}")), key=str
            )
            for table in tables
        }


def test_the_same_as_by_workers_but_for_times(school: School, tmp_path: Path) -> None:
    works = [tmp_path / "survey", tmp_path / "workers"]
    for work in works:
        work.mkdir()
    before = school.lab.snapshots()
    limit = ("--limit", f"!{UNREAD['name']}")
    surveyed, by_survey = _audit(school, works[0], *limit)
    worked, by_workers = _audit(school, works[1], *limit, "-e", "pronote_survey_parallel=0")
    assert (surveyed.code, worked.code) == (0, 0)
    names = [str(station["name"]) for station in (*STATIONS, UNREAD)]
    assert [each["station"] for each in by_survey["stations"]] == sorted(names)
    # Left out of this run: no audit has looked at it yet.
    assert [each["station"] for each in by_survey["stations"] if each["status"] == "unread"] == [UNREAD["name"]]
    for one, other in zip(by_survey["stations"], by_workers["stations"], strict=True):
        assert _but_for_times(one) == _but_for_times(other)
    assert _but_for_times(by_survey) == _but_for_times(by_workers)
    assert _kept(works[0]) == _kept(works[1])
    # Who has read them.
    assert {r["action"] for r in surveyed.results} >= {"rentree.pronote.audit_survey"}
    assert {r["action"] for r in worked.results} & {"rentree.pronote.audit_survey"} == set()
    assert surveyed.of("audit").keys() == worked.of("audit").keys()
    assert "1 of 27 stations is read by a process of its own: ansible_winrm_transport credssp" in _line(surveyed.output)
    assert school.lab.snapshots() == before


@pytest.mark.parametrize("limit", ["undefined", "undefined,late"])
def test_a_station_whose_connection_cannot_be_read_stops_nobody(school: School, tmp_path: Path, limit: str) -> None:
    """The first station of the play too, whose variables Ansible gives to what is done once for all."""
    run, report = _audit(school, tmp_path, "--limit", limit)
    run.assert_code(2)
    found = {station["station"]: station for station in report["stations"] if station["audited"]}
    assert {name: station["status"] for name, station in found.items()} == {
        "undefined": "unknown_release",
        **({"late": "late"} if "late" in limit else {}),
    }
    assert "'nobody_said' is undefined" in found["undefined"]["reason"]
    assert "not be audited: undefined (ansible_password: 'nobody_said' is undefined). A variable" in _line(run.output)


@pytest.mark.parametrize(
    ("given", "says"),
    [("0", "pronote_survey_parallel: 0 is for the command line"), ("many", "parallel"), ("-2", "parallel")],
)
def test_a_number_that_is_none_is_said(school: School, tmp_path: Path, given: str, says: str) -> None:
    """As an inventory has it: what the way of workers is chosen by is not known yet when it is read."""
    file = school.inventory / "group_vars/all/parallel.yml"
    file.write_text(f"pronote_survey_parallel: {given}\n", encoding="utf-8")
    try:
        run = school.play("audit", "--limit", "late", "-e", f"pronote_reports_dir={tmp_path}")
    finally:
        file.unlink()
    run.assert_code(2)
    assert says in _line(run.output)
