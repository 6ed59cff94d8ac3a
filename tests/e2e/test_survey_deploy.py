"""A deployment by survey beside one by workers: the same stations in every state, the same results and store."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import ACCOUNT, School, StartSchool
from tests.e2e.playbook import PlaybookRun
from tests.e2e.test_survey_audit import _but_for_times, _kept

# The first one is not to be the one that goes on for all.
IDLE = ("right", "right-too")
STAYS = "right-too"
"""The last of those with nothing to do is in the play to its end, so that somebody is left to tell it."""
STATIONS: list[dict[str, Any]] = [
    {"name": "undefined"},
    {"name": "right", "clients": [{"release": "2026.2.7"}]},
    {"name": "off", "power": "off"},
    {"name": "late", "clients": [{"release": "2026.1.3"}]},
    {"name": "right-too", "clients": [{"release": "2025.2.9"}, {"release": "2026.2.7"}]},
    {"name": "absent"},
    {"name": "ahead", "clients": [{"release": "2026.3.1"}]},
    {"name": "in-use", "clients": [{"release": "2026.1.3"}], "session_open": "élève", "running_client": "2026.1.3"},
    {"name": "full", "free_space": 100_000_000},
    {"name": "refused", "accounts": [{**ACCOUNT, "password": "another one"}]},
    {"name": "printer", "stranger": "printer_login"},
    {"name": "no-shell", "faults": [{"effect": "quota_shells", "match": "^Create", "times": 0}]},
    {"name": "nowhere"},
    {"name": "local"},
    {"name": "undepoted"},
    {"name": "credssp"},
]
# What the inventory has of its own for some of them.
OWN: dict[str, dict[str, Any]] = {
    "undefined": {"ansible_password": "{{ nobody_said }}"},
    "nowhere": {"ansible_host": "nowhere.invalid"},
    "local": {"ansible_connection": "local"},
    "undepoted": {"pronote_depot_url": "{{ nobody_said }}"},
    "credssp": {"ansible_winrm_transport": "credssp"},
}
# The first two are the plan's, the others are not kept in a result that Ansible has printed.
_UNLIKE = {"ring_plan", "release", "outcome", "diff", "warnings", "exception"}
_BY_WORKERS = ("-e", "pronote_survey_parallel=0")


def _connection(_info: dict[str, Any]) -> dict[str, Any]:
    return {"ansible_port": 5985, "ansible_winrm_transport": "ntlm"}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    started = start_school(STATIONS, connection=_connection)
    folder = started.inventory / "host_vars"
    folder.mkdir()
    for name, variables in OWN.items():
        (folder / f"{name}.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    return started


def _deploy(school: School, work: Path, *arguments: str, after: Path | None = None) -> PlaybookRun:
    """``after``: where an earlier run has remembered what it did."""
    work.mkdir(exist_ok=True)
    if after:
        shutil.copy(after / "state.sqlite3", work)
    state = json.dumps({"pronote_state": str(work / "state.sqlite3")})
    return school.play("deploy", "-f", "30", "-e", state, *arguments)


def _told(run: PlaybookRun) -> dict[str, Any]:
    """What each station's task said: in the same words by both ways, but for times, the plan and Ansible's prefixes."""
    found = {}
    for name, result in run.of("client").items():
        told = {key: value for key, value in result.items() if key not in _UNLIKE}
        if "nobody_said" in (said := str(told.get("msg", ""))):
            # What has no value; the survey says of which argument, Ansible of which keyword.
            told["msg"] = said[said.index("'nobody_said'") :]
        found[name] = _but_for_times(told)
    return found


def _recap(run: PlaybookRun) -> set[str]:
    return set(re.findall(r"(?m)^(\S+) +: ok=", run.output.partition("PLAY RECAP")[2]))


def test_a_dry_run_shows_the_same_as_by_workers(school: School, tmp_path: Path) -> None:
    before = school.lab.snapshots()
    surveyed = _deploy(school, tmp_path / "survey", "--check", "--diff")
    worked = _deploy(school, tmp_path / "workers", "--check", "--diff", *_BY_WORKERS)
    assert surveyed.code == worked.code
    by_survey, by_workers = _told(surveyed), _told(worked)
    assert by_survey.keys() == by_workers.keys() == {str(station["name"]) for station in STATIONS}
    for name, told in by_survey.items():
        assert told == by_workers[name], name
    # Each difference that is shown, too.
    assert set(re.findall(r"(?m)^[+-].*", surveyed.output)) == set(re.findall(r"(?m)^[+-].*", worked.output))
    assert _recap(worked) - _recap(surveyed) == set(IDLE) - {STAYS}
    assert school.lab.snapshots() == before
    assert not list(tmp_path.glob("*/*"))


def test_what_is_brought_and_what_is_remembered(school: School, tmp_path: Path) -> None:
    """A run by survey, and then one by each way that finds nothing more to do."""
    first = _deploy(school, tmp_path / "first")
    changed = {name for name, result in first.of("client").items() if result.get("changed")}
    assert changed == {"late", "absent"}
    assert _recap(first) & set(IDLE) == {STAYS}
    started = len(school.lab.installer_starts())
    asked = _readings(school)
    surveyed = _deploy(school, tmp_path / "survey", after=tmp_path / "first")
    new = {name: count - asked.get(name, 0) for name, count in _readings(school).items()}
    worked = _deploy(school, tmp_path / "workers", *_BY_WORKERS, after=tmp_path / "first")
    assert surveyed.code == worked.code
    by_survey, by_workers = _told(surveyed), _told(worked)
    assert by_survey.keys() == by_workers.keys()
    for name, told in by_survey.items():
        assert told == by_workers[name], name
    kept, kept_by_workers = _kept(tmp_path / "survey"), _kept(tmp_path / "workers")
    # Who has nothing to do proves nothing, so that the rings of the two count others.
    assert {**kept, "ring": []} == {**kept_by_workers, "ring": []}
    assert len(school.lab.installer_starts()) == started
    # What is right now is asked once, and so is what cannot be deployed: its turn says what was found.
    assert {name: new[name] for name in (*IDLE, *changed, "full")} == dict.fromkeys((*IDLE, *changed, "full"), 1)
    # Of those that are right by now, it is the last one.
    assert _recap(surveyed) & {*IDLE, *changed} == {"absent"}


def _readings(school: School) -> dict[str, int]:
    """How often each station was read so far: each time in a shell of its own."""
    found: dict[str, int] = {}
    since = 0
    while events := school.lab.journal(kind="request", since=since):
        since = events[-1]["number"] + 1
        for event in events:
            if event["data"]["operation"] == "Create" and not event["data"].get("leg"):
                found[event["station"]] = found.get(event["station"], 0) + 1
    return found
