"""Two jobs, each on a school and with a folder of its own, and one conclusion over what both have found."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import utc_now
from ansible_collections.rentree.pronote.plugins.module_utils.base.times import iso

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import ROOT, PlaybookRun
from tests.e2e.reports import json_report
from tests.mailbox import mail_server

FIRST, SECOND = "0310001A", "0310002B"
RIGHT = {"clients": [{"release": "2026.2.7"}]}
LATE = {"clients": [{"release": "2026.1.3"}]}
ROOMS = {
    FIRST: [{"name": "a-1", "address": "1.1", **RIGHT}, {"name": "a-2", "address": "1.2", **RIGHT}],
    SECOND: [{"name": "b-1", "address": "2.1", **RIGHT}, {"name": "b-2", "address": "2.2", **LATE}],
}


@pytest.fixture
def school(start_school: StartSchool) -> School:
    return start_school(
        [],
        schools=[{"uai": uai, "group": f"etab_{uai.lower()}", "name": uai, "release": "2026.2.7"} for uai in ROOMS],
        rooms=[
            {"group": f"salle_{uai.lower()}", "name": "Salle", "school": uai, "stations": stations}
            for uai, stations in ROOMS.items()
        ],
    )


def _options(folder: Path, store: Path, **more: Any) -> tuple[str, str]:
    """Those of a job: its files are its own, the store is that of all."""
    values = {
        "pronote_reports_dir": str(folder),
        "pronote_state": str(store),
        "pronote_inventory_id": "academie",
        **more,
    }
    return "-e", json.dumps(values)


def _kept(store: Path) -> list[Any]:
    with sqlite3.connect(store) as db:
        return [db.execute(f"select * from {table}").fetchall() for table in ("audit", "audit_station", "alert")]


def _whole(run: PlaybookRun) -> dict[str, Any]:
    (result,) = run.of("audit_conclude").values()
    return result


def test_two_jobs_and_one_conclusion(school: School, tmp_path: Path) -> None:
    store, last = tmp_path / "pronote.sqlite3", tmp_path / "conclusion"
    with mail_server("127.0.0.1") as box:
        mail = {
            **box.variables,
            "pronote_audit_alert": {"threshold": 10},
            "pronote_audit_conclude_later": True,
        }

        def audited(name: str, limit: str) -> PlaybookRun:
            job = replace(school, work=tmp_path / name)
            return job.play("audit", "--limit", limit, *_options(tmp_path / name, store, **mail)).assert_code(0)

        def concluded(*arguments: str, **more: Any) -> PlaybookRun:
            return school.play("conclude", *arguments, *_options(last, store, **mail, **more))

        # Nobody has audited: there is nothing to conclude from, and no store is made for it.
        none = concluded().assert_code(2)
        assert "Audit first" in none.output
        assert not store.exists()

        own = audited("node-1", "a-*")
        (told,) = own.of("audit_report").values()
        assert (told["unread"], told["verdict_of_all"]) == (0, "compliant"), "the second school is the other job's"
        half = _whole(concluded().assert_code(0))
        assert (half["verdict"], half["unread"]) == ("incomplete", 2)
        assert any(SECOND in gap and FIRST not in gap for gap in half["gaps"]), half["gaps"]

        audited("node-2", "b-*")
        assert {row["station"] for row in json_report(tmp_path / "node-2")["stations"]} == {"b-1", "b-2"}
        assert box.mails == []
        requests = len(school.lab.journal())
        before = _kept(store)
        dry = concluded("--check").assert_code(0)
        assert (_kept(store), box.mails) == (before, [])
        run = concluded(pronote_audit_fail_on=["late"]).assert_code(2)
        assert len(school.lab.journal()) == requests, "a conclusion asks no station anything"
    assert _whole(dry)["verdict"] == _whole(run)["verdict"] == "not_compliant"
    report = json_report(last)
    assert {row["station"]: row["status"] for row in report["stations"]} == {
        "a-1": "compliant",
        "a-2": "compliant",
        "b-1": "compliant",
        "b-2": "late",
    }
    assert (report["verdict"], report["failing"], report["run"]["stations"]) == ("not_compliant", ["b-2"], 0)
    (mail_sent,) = box.mails
    text = mail_sent.get_body(("plain",))
    assert text is not None
    assert "b-2" in text.get_content()
    assert (last / "audit.html").exists()

    # A word that is too old is a job that has not run.
    with sqlite3.connect(store) as db:
        db.execute("update audit_station set at = ? where station like 'a-%'", (iso(utc_now() - dt.timedelta(days=3)),))
    old = _whole(school.play("conclude", *_options(last, store)).assert_code(0))
    assert not old["complete"]
    assert any(FIRST in gap and SECOND not in gap for gap in old["gaps"]), old["gaps"]
    fine = _whole(school.play("conclude", *_options(last, store, pronote_conclude_max_age=96)).assert_code(0))
    assert fine["complete"]


def test_the_command_concludes_with_the_code_of_what_it_found(school: School, tmp_path: Path) -> None:
    store = tmp_path / "pronote.sqlite3"

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        program = (sys.executable, str(ROOT / "bin/pronote-audit"), "-i", str(school.inventory))
        own = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "RENTREE_"))}
        return subprocess.run(
            [*program, "-e", f"@{school.variables}", *arguments, *_options(tmp_path, store)],
            env=own,
            capture_output=True,
            text=True,
            check=False,
        )

    def audited(limit: str) -> None:
        options = _options(tmp_path, store, pronote_audit_conclude_later=True)
        school.play("audit", "--limit", limit, *options).assert_code(0)

    audited("a-*")
    asked = len(school.lab.journal())
    half = command("--conclude", "--check")
    assert half.returncode == 3, half.stdout + half.stderr
    assert SECOND in half.stderr
    assert len(school.lab.journal()) == asked, "a conclusion asks no station anything"
    audited("b-*")
    whole = command("--conclude")
    assert (whole.returncode, "pronote-audit: Not compliant" in whole.stderr) == (1, True)
    assert {row["station"] for row in json_report(tmp_path)["stations"]} == {"a-1", "a-2", "b-1", "b-2"}


def test_the_conclusion_alone_says_that_a_school_has_gone(school: School, tmp_path: Path) -> None:
    """A job whose inventory holds one school cannot know; the conclusion's is said to be whole."""
    store = tmp_path / "pronote.sqlite3"
    options = _options(tmp_path, store)
    school.play("audit", *options).assert_code(0)
    (hosts,) = school.inventory.glob("hosts.y*ml")
    data = yaml.safe_load(hosts.read_text(encoding="utf-8"))
    del data["pronote_stations"]["children"][f"etab_{SECOND.lower()}"]
    hosts.write_text(yaml.safe_dump(data), encoding="utf-8")
    (job,) = school.play("audit", *options).assert_code(0).of("audit_report").values()
    assert job["changes"]["vanished"] == []
    gone = [change["station"] for change in _whole(school.play("conclude", *options))["changes"]["vanished"]]
    assert gone == ["b-1", "b-2"]
