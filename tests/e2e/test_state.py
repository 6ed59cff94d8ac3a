"""The store in real runs: it never stops one, a dry run leaves it alone, runs at once do not meet."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.test_interrupted import SLOW_RELEASE, assert_done, start_deploy

NAMES = ["poste-1", "poste-2", "poste-3"]


@pytest.fixture
def school(start_school: StartSchool) -> School:
    return start_school([{"name": name} for name in NAMES])


def _rows(store: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(store) as db:
        return db.execute(query).fetchall()


def test_a_file_that_is_no_store_stops_nothing(school: School) -> None:
    foreign = school.work.parent / "postes.txt"
    foreign.write_text("liste des postes\n" * 200, encoding="utf-8")
    run = school.play("deploy", "-e", f"pronote_state={foreign}").assert_code(0)
    assert sorted(start["station"] for start in school.lab.installer_starts()) == NAMES
    # Once, not once a station; the rings and the list of what remains say their own.
    said = " ".join(run.output.split())
    assert said.count("what happens from here on is not remembered") == 1, run.output
    assert said.count("What remains to be done is not known") == 1, run.output
    assert f"the store {foreign}: not usable (file is not a database). Move it away" in said
    assert foreign.read_text(encoding="utf-8") == "liste des postes\n" * 200


def test_a_store_that_nobody_wants(school: School) -> None:
    run = school.play("deploy", "-e", "pronote_state=").assert_code(0)
    assert not (school.written / "state").exists()
    assert "Reste à faire" not in run.output


def test_audits_are_remembered_and_dry_ones_are_not(school: School) -> None:
    store = school.written / "state/pronote.sqlite3"
    school.play("audit", "--check").assert_code(0)
    assert not store.exists()
    school.play("audit", "-f", "50").assert_code(0)
    assert _rows(store, "select station, found, outcome from standing") == [(name, "late", "") for name in NAMES]
    before = store.read_bytes()
    school.play("deploy", "--check", "--diff").assert_code(0)
    assert store.read_bytes() == before


def test_two_administrators_at_once_start_each_installer_once(start_school: StartSchool) -> None:
    """And leave a consistent store."""
    school = start_school([{"name": name} for name in NAMES], releases=SLOW_RELEASE)
    processes = [start_deploy(school, f"admin-{number}") for number in (1, 2)]
    codes = [process.wait(timeout=120) for process in processes]
    logs = "".join((school.work / f"admin-{number}.log").read_text(encoding="utf-8") for number in (1, 2))
    assert codes == [0, 0], logs[-6000:]
    store = school.written / "state/pronote.sqlite3"
    assert _rows(store, "pragma integrity_check") == [("ok",)]
    assert _rows(store, "select station, found, outcome from standing") == [(name, "right", "done") for name in NAMES]
    assert _rows(store, "select * from attempt where ended is null") == []
    # One installer a station, and never more starts on the station than in the store.
    assert sorted(start["station"] for start in school.lab.installer_starts()) == NAMES
    recorded = dict(_rows(store, "select station, count(*) from attempt where started is not null group by 1"))
    assert all(recorded[name] >= 1 for name in NAMES)
    # Its owner alone reads it.
    assert store.stat().st_mode & 0o777 == 0o600
    assert_done(school, names=NAMES)


def test_stations_of_another_folder_are_not_said_to_be_untried(school: School, tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("pronote_stations: {hosts: {ailleurs: }}\n", encoding="utf-8")
    run = school.play("remaining", "-i", str(tmp_path)).assert_code(0)
    (report,) = run.of("deploy_report").values()
    # The store of the play's first station is the one that is read; which it is, is Ansible's order of groups.
    assert sorted(row["station"] for row in report["remaining"]) in (NAMES, ["ailleurs"])
    assert "come from another inventory folder, whose store is another file" in " ".join(run.output.split())
