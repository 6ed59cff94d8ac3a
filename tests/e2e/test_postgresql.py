"""The store of a team, in PostgreSQL: the same runs, a copy of what was there, and a server that goes away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import ROOT
from tests.e2e.test_interrupted import SLOW_RELEASE, start_deploy, until
from tests.lab.inventory import TIMEOUTS
from tests.servers.postgresql import Postgresql, postgresql, serving

NAMES = ["poste-1", "poste-2", "poste-3"]


@pytest.fixture
def server() -> Iterator[Postgresql]:
    with postgresql() as started:
        yield started


@pytest.fixture
def school(start_school: StartSchool, server: Postgresql, request: pytest.FixtureRequest) -> School:
    """Its store is the server's, with the password in a variable, as of a vault."""
    slow = {"releases": SLOW_RELEASE} if "middle" in request.node.name else {}
    school = start_school([{"name": name} for name in NAMES], **slow)
    server.sql("create schema pronote")
    _give(school, {"pronote_state": server.url(schema="pronote"), "pronote_state_password": server.password})
    return school


def _give(school: School, variables: dict[str, Any]) -> None:
    file = school.inventory / "group_vars/all/state.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(variables), encoding="utf-8")


def _rows(server: Postgresql, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.url(schema="pronote"), password=server.password) as db:
        return db.execute(query).fetchall()


def test_what_a_file_remembers_goes_to_the_server_and_runs_go_on_there(
    school: School, server: Postgresql, tmp_path: Path
) -> None:
    address, password = server.url(schema="pronote"), server.password
    _give(school, {})
    school.play("audit").assert_code(0)
    file = school.written / "state/pronote.sqlite3"
    before = file.read_bytes()
    _give(school, {"pronote_state": address, "pronote_state_password": password})
    # A dry run makes nothing there.
    school.play("audit", "--check").assert_code(0)
    assert _rows(server, "select tablename from pg_tables where schemaname = 'pronote'") == []
    own = {**os.environ, "PGPASSWORD": password, "RENTREE_LANGUAGE": "en", "ANSIBLE_LOCAL_TEMP": str(tmp_path)}
    command = [str(ROOT / "bin/pronote"), "store", "copy", str(file), address, "-e", "pronote_language=en"]
    for more, made in ((["--check", "--diff"], False), (["--diff"], True)):
        done = subprocess.run([*command, *more], env=own, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"+station: {len(NAMES)}" in done.stdout
        assert password not in done.stdout + done.stderr
        assert bool(_rows(server, "select tablename from pg_tables where schemaname = 'pronote'")) is made
    again = subprocess.run(command, env=own, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert again.returncode != 0
    assert "is not empty" in " ".join((again.stdout + again.stderr).split())
    run = school.play("deploy", "-f", "50").assert_code(0)
    assert _rows(server, "select station, found, outcome from standing order by 1") == [
        (name, "right", "done") for name in NAMES
    ]
    assert sorted(_rows(server, "select station, result from attempt")) == [(name, "done") for name in NAMES]
    # What the audit in the file had found is what this one is compared with.
    after = school.play("audit", "-vvv").assert_code(0)
    assert [row[0] for row in _rows(server, "select verdict from audit order by id")] == ["not_compliant", "compliant"]
    (summary,) = after.of("audit_report").values()
    assert sorted(change["station"] for change in summary["changes"]["fixed"]) == NAMES
    assert file.read_bytes() == before
    for said in (run.output, after.output, json.dumps(run.of("client_turn"))):
        assert password not in said


def test_a_server_that_goes_away_in_the_middle_stops_nobody(school: School, server: Postgresql) -> None:
    process = start_deploy(school, "evening")
    until(lambda: len(school.lab.installer_starts()) == len(NAMES))
    os.kill(int((server.folder / "data/postmaster.pid").read_text().splitlines()[0]), signal.SIGINT)
    assert process.wait(timeout=120) == 0
    said = " ".join((school.work / "evening.log").read_text(encoding="utf-8").split())
    assert "Check that the database runs" in said
    assert "is not remembered" in said
    assert server.password not in said
    with serving(server):
        # What was promised is there: each start, written before it.
        assert sorted(_rows(server, "select station, ended from attempt")) == [(name, None) for name in NAMES]
        # The next run finds all of it done, and says so in the store.
        school.play("deploy").assert_code(0)
        assert _rows(server, "select distinct found from standing") == [("right",)]
        assert _rows(server, "select * from attempt where ended is null") == []
    assert sorted(start["station"] for start in school.lab.installer_starts()) == NAMES


def test_a_run_that_leaves_all_in_the_middle_gives_its_school_back(school: School, server: Postgresql) -> None:
    """What gives it back has no task, whose variables would have the password."""
    run = school.play("deploy", "-e", json.dumps({"pronote_timeouts": {**TIMEOUTS, "job": 1}}))
    assert {result.get("kind") for result in run.of("client").values()} == {"running"}
    assert _rows(server, "select * from lease") == []
    assert len(_rows(server, "select * from attempt where ended is null")) == len(NAMES)
    assert server.password not in run.output


def test_a_wrong_password_says_where_it_comes_from_and_stops_nobody(school: School, server: Postgresql) -> None:
    _give(school, {"pronote_state": server.url(schema="pronote"), "pronote_state_password": "s3cret-and-wrong"})
    run = school.play("deploy").assert_code(0)
    said = " ".join(run.output.split())
    assert "PGPASSWORD, a pgpass file of mode 0600 or pronote_state_password" in said
    assert "s3cret-and-wrong" not in said
    assert sorted(start["station"] for start in school.lab.installer_starts()) == NAMES


def test_a_password_in_the_address_is_refused_and_not_shown(school: School, server: Postgresql) -> None:
    address = server.url(schema="pronote").replace("owner@", "owner:s3cret-and-right@")
    run = school.play("audit", "-e", json.dumps({"pronote_state": address}))
    said = " ".join(run.output.split())
    assert "pronote_state has a password in it" in said
    assert "s3cret-and-right" not in said


def test_a_play_that_ended_early_reads_the_store_with_the_password_of_the_variable(
    school: School, server: Postgresql, tmp_path: Path
) -> None:
    """A callback makes its end, outside of any task. What a turn failed with is told by it in one language."""
    school.lab.depot({"setup.exe": "missing"})
    file = tmp_path / "deploy.json"
    run = school.play("deploy", "--limit", "poste-1", "-e", f"pronote_outcome={file}").assert_code(2)
    assert not [each for each in run.results if "ending" in each["result"]]
    (failed,) = json.loads(file.read_text(encoding="utf-8"))["stations"]
    assert failed["outcome"] == "failed"
    assert failed["reason_fr"] != failed["reason"]
    assert server.password not in run.output + file.read_text(encoding="utf-8")
