"""Rings: pilots first, schools on their own, stop and resume, whatever the limit."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import PlaybookRun
from tests.e2e.test_interrupted import kill_controller, start_deploy, until
from tests.lab.inventory import TIMEOUTS

ONE, TWO = "0310001A", "0310002B"
OLD = {"clients": [{"release": "2026.1.3"}]}
REJECTED = {"installer_fault": {"kind": "rejected", "result_code": -12, "times": 1}}
RINGS = {"pronote_client_rings": [1, 2, "100%"], "pronote_client_ring_max": {"failed": 0}}


def _school(start_school: StartSchool, one: list[dict[str, Any]], two: list[dict[str, Any]]) -> School:
    def numbered(block: int, names: str, stations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"name": f"{names}-{number}", "address": f"{block}.{number}", **OLD, **station}
            for number, station in enumerate(stations, start=1)
        ]

    return start_school(
        [],
        schools=[
            {"uai": ONE, "group": "un", "name": "Un", "release": "2026.2.7"},
            {"uai": TWO, "group": "deux", "name": "Deux", "release": "2026.2.7"},
        ],
        rooms=[
            {"group": "salle_1", "name": "Salle 1", "school": ONE, "stations": numbered(1, "un", one)},
            {"group": "salle_2", "name": "Salle 2", "school": TWO, "stations": numbered(2, "deux", two)},
        ],
    )


def _play(school: School, *arguments: str, **variables: Any) -> PlaybookRun:
    return school.play("deploy", "-f", "50", "-e", json.dumps({**RINGS, **variables}), *arguments)


def _order(school: School) -> list[str]:
    """The stations in the order in which their installers began."""
    return [start["station"] for start in school.lab.installer_starts()]


def test_rings_in_order_stop_and_resume(start_school: StartSchool, tmp_path: Path) -> None:
    # The first station of school one is off; the third will be refused by its setup.
    school = _school(start_school, [{"power": "off"}, {}, REJECTED, {}, {}], [{}, {}, {}, {}])
    state = str(tmp_path / "state.sqlite3")

    before = school.lab.snapshots()
    check = _play(school, "--check", pronote_state=state).assert_code(4)
    assert school.lab.snapshots() == before
    assert not Path(state).exists()
    for line in (
        f"{ONE}: ring 1 of 3 (pilots), 1 station: un-2",
        f"{ONE}: ring 2 of 3, 2 stations: un-1, un-3",
        f"{ONE}: ring 3 of 3, 2 stations: un-4, un-5",
        f"{ONE}: in a pilot's place, should it be off or in use: un-3, un-4, un-5",
        f"{TWO}: ring 1 of 3 (pilots), 1 station: deux-1",
    ):
        assert line in check.output
    # A dry run tells of everybody.
    assert {host for host, r in check.of("client").items() if r.get("action") == "install"} >= {"un-5", "deux-4"}

    # By another administrator, in another language.
    first = _play(school, pronote_state=state, pronote_language="fr").assert_code(4)
    order = _order(school)
    assert set(order[:2]) == {"un-2", "deux-1"}
    assert set(order[2:5]) == {"un-3", "deux-2", "deux-3"}
    # School one stopped after ring 2, school two did not.
    assert order[5:] == ["deux-4"]
    results = first.of("client")
    assert results["un-4"]["action"] == "skip"
    assert "1 of 2 stations of ring 2 failed, more than 0: un-3" in results["un-4"]["reason"]
    told = " ".join(first.output.split())
    assert f"{ONE} : arrêté, postes de l'anneau 2 en échec : 1 sur 2, plus de 0 : un-3 (un-3 : l'installateur" in told
    assert f"{TWO} : arrêté" not in told
    # The first station of the play has a part in every step; its own result is what stays.
    assert results["un-1"]["outcome"] == "unreachable"

    # Next evening: un-1 is on, and the setup of un-3 goes well.
    school.lab.power("un-1", "on")
    second = _play(school, pronote_state=state).assert_code(0)
    assert f"{ONE}: resumes at ring 2 of 3" in second.output
    told = " ".join(second.output.split())
    assert "the last run on 2026.2.7 stopped: 1 of 2 stations of ring 2 failed, more than 0: un-3 (un-3: the " in told
    assert set(_order(school)[6:8]) == {"un-1", "un-3"}
    assert set(_order(school)[8:]) == {"un-4", "un-5"}
    third = _play(school, pronote_state=state).assert_code(0)
    assert {host for host, r in third.of("client").items() if r["changed"]} == set()
    assert "resumes" not in third.output or "ring 3 of 3" in third.output
    assert len(_order(school)) == 10


@pytest.fixture(scope="module")
def pair(start_school: StartSchool) -> School:
    """Two schools of three stations, whose first setups all fail with "dialogs out of order" in school one."""
    return _school(start_school, [REJECTED, REJECTED, REJECTED], [{}, {}, {}])


def _reasons(run: PlaybookRun) -> dict[str, str]:
    return {host: str(result.get("reason") or result.get("fact")) for host, result in run.of("client").items()}


def _closed() -> list[dict[str, Any]]:
    """A window three days away: closed whatever the day and the hour are."""
    day = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).strftime("%a").lower()
    return [{"days": [day], "from": "12:00", "to": "14:00"}]


def test_a_job_of_an_earlier_run_is_followed_at_any_hour_and_not_begun_again(start_school: StartSchool) -> None:
    releases = [{"release": "2026.2.7", "arch": "x64", "options": {"seconds": 300.0}}]
    school = start_school([{"name": "followed"}, {"name": "cut-off"}], releases=releases)
    process = start_deploy(school, "killed")
    until(lambda: len(_order(school)) == 2)
    kill_controller(process)
    # The cleaner pulls a plug.
    school.lab.power("cut-off", "off")
    school.lab.power("cut-off", "on")
    results = school.play("deploy", "-e", json.dumps({"pronote_client_windows": _closed()})).assert_code(0).of("client")
    assert (results["followed"]["action"], results["followed"]["outcome"]) == ("finish", "ok")
    assert results["cut-off"]["action"] == "skip"
    reason = "the job of an earlier run did not end well; no client installed; outside its hours"
    assert reason in results["cut-off"]["reason"]
    assert sorted(_order(school)) == ["cut-off", "followed"]
    # Inside them it is.
    school.play("deploy", "--limit", "cut-off").assert_code(0)
    assert sorted(_order(school)) == ["cut-off", "cut-off", "followed"]


def test_hours(pair: School) -> None:
    closed = _closed()
    before = pair.lab.snapshots()
    for arguments in (["--check", "--diff"], []):
        run = _play(pair, *arguments, pronote_client_windows=closed, pronote_timezone="Indian/Reunion").assert_code(0)
        reasons = _reasons(run)
        assert len(reasons) == 6
        for reason in reasons.values():
            assert re.search(
                r"2026\.1\.3 x64 installed; outside its hours: would wait until \w{3} [-0-9]+ 12:00 \+04:00", reason
            )
        assert pair.lab.snapshots() == before
    too_short = _play(
        pair, "--limit", "deux-1", pronote_client_windows=closed, pronote_timeouts={**TIMEOUTS, "install": 7201}
    )
    assert "no window is as long as the 120 min" in _reasons(too_short.assert_code(0))["deux-1"]
    bad = _play(pair, "--limit", "deux-1", pronote_client_windows=[{"from": "9"}]).assert_code(2)
    assert "pronote_client_windows:" in bad.output
    bad = _play(pair, "--limit", "deux-1", pronote_client_windows=closed, pronote_timezone="Mars/Olympus").assert_code(
        2
    )
    assert "the controller knows no time zone 'Mars/Olympus'" in bad.output
    assert pair.lab.snapshots() == before


def test_a_response_file_of_another_release_goes_to_one_pilot_only(pair: School) -> None:
    published = json.loads(pair.variables.read_text(encoding="utf-8"))["pronote_releases"]
    for arches in published.values():
        for entry in arches.values():
            entry["response_release"] = "2026.1.3"
    run = _play(pair, "--limit", "salle_1", pronote_releases=published, pronote_client_rings=["100%"]).assert_code(2)
    assert _order(pair) == ["un-1"]
    assert "the response file was recorded for 2026.1.3, not 2026.2.7: one pilot shows whether it fits" in run.output
    assert "does not fit 2026.2.7: record it again for this release" in _reasons(run)["un-2"]


def test_schools_want_different_things_and_one_cannot_be_read(pair: School) -> None:
    """Variables of the inventory, each school its own; the other schools go on."""
    folder = pair.inventory.parent / "group_vars" if pair.inventory.is_file() else pair.inventory / "group_vars"
    folder.mkdir(exist_ok=True)
    (folder / "un.yml").write_text("pronote_client_rings: [many]\n", encoding="utf-8")
    (folder / "deux.yml").write_text('pronote_client_rings: ["{{ 2 - 1 }}", "100%"]\n', encoding="utf-8")
    (folder.parent / "host_vars").mkdir()
    (folder.parent / "host_vars/deux-3.yml").write_text("pronote_pilot: true\n", encoding="utf-8")
    begun = len(_order(pair))
    run = pair.play("deploy", "-f", "50").assert_code(2)
    reasons = _reasons(run)
    for name in ("un-1", "un-2", "un-3"):
        assert "the rings of 0310001A: 'many' is neither a number of stations nor a percentage" in reasons[name]
    order = _order(pair)[begun:]
    assert order[0] == "deux-3"
    assert set(order[1:]) == {"deux-1", "deux-2"}


def test_one_schools_slow_pilot_holds_no_other_school(start_school: StartSchool, tmp_path: Path) -> None:
    slow = {"installer_fault": {"kind": "slow", "seconds": 400.0, "times": 1}}
    school = _school(start_school, [slow, {}, {}], [{}, {}, {}])
    state = str(tmp_path / "state.sqlite3")
    run = _play(school, pronote_state=state, pronote_timeouts={**TIMEOUTS, "ring": 0.5, "poll": 0.5})
    run.assert_code(0)
    order = _order(school)
    # School two is through all of its rings before the pilot of school one has come to its end, begun once.
    assert [set(order[:2]), set(order[2:4]), set(order[4:])] == [
        {"un-1", "deux-1"},
        {"deux-2", "deux-3"},
        {"un-2", "un-3"},
    ]
    assert len(order) == 6
    told = " ".join(run.output.split())
    assert f"{ONE}: its stations were slow, and the run comes back to it" in told
    assert "its job goes on by itself, and the other schools do not wait for it" in told
    assert "6 done" in told
    results = run.of("client")
    assert {host for host, result in results.items() if result["changed"]} == set(order)
    assert results["un-1"]["job"]["followed"]
    with sqlite3.connect(state) as db:
        assert sorted(db.execute("select station, result from attempt")) == [(name, "done") for name in sorted(order)]
    assert "6 with nothing to do" in " ".join(_play(school, pronote_state=state).assert_code(0).output.split())
