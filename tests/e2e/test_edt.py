"""EDT monoposte, with the same playbooks, on the stations of the group pronote_edt_stations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun

_EDT = {"product": "edt_monoposte"}
# Everybody has the right client already: what changes is EDT.
_CLIENT = {"release": "2026.2.7"}
STATIONS: list[dict[str, Any]] = [
    {"name": "salle"},
    {"name": "chef", "edt": True},
    {"name": "adjoint", "edt": True, "clients": [_CLIENT, {"release": "2026.1.3", **_EDT}]},
    {"name": "secretaire", "edt": True, "clients": [_CLIENT, {"release": "2026.2.7", **_EDT}]},
]
_RELEASES = [{"release": "2026.2.7", "arch": "x64"}, {"release": "2026.2.7", "arch": "x64", **_EDT}]


@pytest.fixture(scope="module", params=["simulated", pytest.param("wine", marks=pytest.mark.wine)])
def school(request: pytest.FixtureRequest, start_school: StartSchool) -> School:
    if request.param == "wine":
        request.getfixturevalue("wine")
    stations = [{**station, "clients": station.get("clients", [_CLIENT])} for station in STATIONS]
    return start_school(stations, backend=request.param, releases=_RELEASES)


# What the controller makes of two products has nothing of a station in it.
_on_simulated_alone = pytest.mark.parametrize("school", ["simulated"], indirect=True)


def _changed(run: PlaybookRun) -> set[str]:
    return {host for host, result in run.assert_code(0).of("client").items() if result["changed"]}


def test_installed_for_those_who_make_timetables_and_removed_without_the_client(school: School) -> None:
    _deploy(school)
    _remove_from_one(school)


def _deploy(school: School) -> None:
    before = school.lab.snapshots()
    check = school.play("deploy", "--check", "--diff")
    assert _changed(check) == {"chef", "adjoint"}
    assert "-EDT monoposte 2026: 2026.1.3 x64" in check.output
    assert "+EDT monoposte 2026: 2026.2.7 x64" in check.output
    assert school.lab.snapshots() == before
    assert _changed(school.play("deploy")) == {"chef", "adjoint"}
    starts = school.lab.installer_starts()
    assert sorted((s["station"], s["data"]["product"]) for s in starts) == [
        ("adjoint", "EDT Monoposte"),
        ("chef", "EDT Monoposte"),
    ]
    settled = school.lab.snapshots()
    assert _changed(school.play("deploy", "--check")) == set()
    # What there is to do is found in the same way by a dry run.
    if not school.on_wine:
        assert _changed(school.play("deploy")) == set()
    assert school.lab.snapshots() == settled


def _remove_from_one(school: School) -> None:
    only_edt = json.dumps({"pronote_client_state": "absent", "pronote_product": "edt_monoposte"})
    run = school.play("deploy", "--limit", "secretaire", "-e", only_edt).assert_code(0)
    assert run.of("client")["secretaire"]["outcome"] == "ok"
    audit = school.play("audit", "--limit", "secretaire").assert_code(0)
    assert audit.of("audit")["secretaire"]["record"]["status"] == "absent"
    client = json.loads(school.report.read_text(encoding="utf-8"))
    # The stations that the limit left out are in the report too, as last known.
    audited = {s["station"]: s["status"] for s in client["stations"] if s["audited"]}
    assert audited == {"secretaire": "compliant"}


@_on_simulated_alone
def test_the_audit_has_a_report_for_each_product(school: School) -> None:
    run = school.play("audit").assert_code(0)
    assert "EDT monoposte\n" in run.output
    client = json.loads(school.report.read_text(encoding="utf-8"))
    edt = json.loads(school.report.with_name("audit-edt_monoposte.json").read_text(encoding="utf-8"))
    assert {s["station"] for s in client["stations"]} == {"salle", "chef", "adjoint", "secretaire"}
    right = ("compliant", "2026.2.7 x64")
    found = {s["station"]: (s["status"], s["found"]) for s in edt["stations"]}
    assert found == {"chef": right, "adjoint": right, "secretaire": ("absent", "")}
    # The limit may leave one of the two plays without a station.
    assert set(school.play("audit", "--limit", "salle").assert_code(0).of("audit")) == {"salle"}
    # Nobody but the hosts that are named, whatever is wanted of others.
    named = school.play("deploy", "--check", "-e", "pronote_hosts=salle:adjoint").assert_code(0)
    assert set(named.of("client")) == {"salle", "adjoint"}
    assert set(school.play("deploy", "--limit", "pronote_edt_stations", "--check").assert_code(0).of("client")) == {
        "chef",
        "adjoint",
        "secretaire",
    }


@_on_simulated_alone
def test_an_audit_that_fails_does_not_cost_the_audit_of_the_other_product(school: School) -> None:
    """Everybody's client is wrong, and EDT's stations are among them: the play on EDT had nobody left, for ever."""
    wrong = {"pronote_client_release": "2026.1.1", "pronote_audit_fail_on": ["ahead"]}
    edt = school.report.with_name("audit-edt_monoposte.json")
    edt.unlink(missing_ok=True)
    run = school.play("audit", "-e", json.dumps(wrong)).assert_code(2)
    assert {s["station"] for s in json.loads(edt.read_text(encoding="utf-8"))["stations"]} == {
        "chef",
        "adjoint",
        "secretaire",
    }
    said = " ".join(run.output.split())
    assert "4 of 4 stations are ahead: salle, chef" in said
    assert "of 3 stations are ahead" in said
    # One product alone, and one limit that leaves a play without a station.
    school.play("audit", "--limit", "salle", "-e", json.dumps(wrong)).assert_code(2)
    school.play("audit", "--limit", "pronote_edt_stations", "-e", json.dumps(wrong)).assert_code(2)
    school.play("audit", "-e", json.dumps({**wrong, "pronote_audit_fail_on": ["several"]})).assert_code(0)


@_on_simulated_alone
def test_a_station_that_makes_no_timetables_any_more_is_no_longer_waited_for(school: School, tmp_path: Path) -> None:
    options = ["-e", json.dumps({"pronote_state": str(tmp_path / "state.sqlite3")})]
    school.play("audit", *options).assert_code(0)
    hosts = next(path for path in school.inventory.glob("*.yml") if "pronote_edt_stations" in path.read_text())
    before = hosts.read_text(encoding="utf-8")
    data = yaml.safe_load(before)
    del _group(data, "pronote_edt_stations")["hosts"]["secretaire"]
    hosts.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    try:
        school.play("audit", *options).assert_code(0)
    finally:
        hosts.write_text(before, encoding="utf-8")
    edt = json.loads(school.report.with_name("audit-edt_monoposte.json").read_text(encoding="utf-8"))
    assert not edt["limited"]
    assert {s["station"] for s in edt["stations"]} == {"chef", "adjoint"}
    assert [c["station"] for c in edt["changes"]["vanished"]] == ["secretaire"]


def _group(data: dict[str, Any], name: str) -> dict[str, Any]:
    """A group of an inventory, wherever it stands."""
    for key, value in data.items():
        if key == name:
            group: dict[str, Any] = value
            return group
        if isinstance(value, dict) and (found := _group(value, name)):
            return found
    return {}
