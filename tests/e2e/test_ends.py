"""What a run ends with: one block, once, whoever prints; the same facts as JSON; and an output for a person."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import ROOT, PlaybookRun, playbook_command, playbook_environment, run_playbook
from tests.e2e.test_progress import on_a_terminal
from tests.lab.inventory import TIMEOUTS

LATE = {"clients": [{"release": "2026.1.3"}]}
RIGHT = {"clients": [{"release": "2026.2.7"}]}
REJECTED = {"installer_fault": {"kind": "rejected", "result_code": -12}}
STATIONS: list[dict[str, Any]] = [
    {"name": "right-01", **RIGHT},
    {"name": "right-02", **RIGHT},
    # The first to be tried: its failure holds the two after it.
    {"name": "pilot", **REJECTED},
    {"name": "wave-01"},
    {"name": "wave-02"},
    {"name": "in-use", **LATE, "session_open": "élève", "running_client": "2026.1.3"},
    {"name": "off", "power": "off"},
    {"name": "password", "accounts": [{"name": "deploiement", "password": "another one"}]},
    {"name": "full", **LATE, "free_space": 10 << 20},
]
_RINGS = {"pronote_client_rings": [1, "100%"], "pronote_timeouts": {**TIMEOUTS, "reconnect": 2}}
_SCHEMA = json.loads((ROOT / "docs/deploy.schema.json").read_text(encoding="utf-8"))
_RULE = re.compile(r"^─{40,}$", re.MULTILINE)

CONSOLE = {"ANSIBLE_CALLBACKS_ENABLED": "results_json"}
BOTH = {"ANSIBLE_CALLBACKS_ENABLED": "results_json,rentree.pronote.progress"}
AGGREGATE = {**BOTH, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"}
NEITHER = {**CONSOLE, "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    found = start_school(STATIONS)
    (found.inventory / "group_vars/all/rings.yml").unlink()
    return found


def _play(school: School, playbook: str, *arguments: str, **environment: Any) -> PlaybookRun:
    given = ("-e", f"@{school.variables}", "-e", json.dumps(_RINGS), *arguments)
    return run_playbook(playbook, *given, inventory=school.inventory, work=school.work, **environment)


def _last(output: str) -> str:
    """The block, which ends the output; there is one."""
    assert len(_RULE.findall(output)) == 1, output[-4000:]
    return _RULE.split(output)[1].strip()


def _outcome(path: Path) -> dict[str, Any]:
    assert path.stat().st_mode & 0o777 == 0o600
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(_SCHEMA).validate(told)
    return told


def _outcomes(told: dict[str, Any]) -> dict[str, str]:
    return {each["station"]: each["outcome"] for each in told["stations"]}


_FORESEEN = {
    "right-01": "right",
    "right-02": "right",
    "pilot": "to_install",
    "wave-01": "to_install",
    "wave-02": "to_install",
    "in-use": "left",
    "off": "unreachable",
    "password": "refused",
    "full": "failed",
}


@pytest.mark.parametrize("setup", [CONSOLE, BOTH, AGGREGATE], ids=["console", "both", "aggregate"])
def test_a_dry_run_ends_with_one_block(school: School, tmp_path: Path, setup: dict[str, str]) -> None:
    file = tmp_path / "deploy.json"
    run = _play(school, "deploy", "--check", "-e", f"pronote_outcome={file}", **setup).assert_code(4)
    block = _last(run.output)
    assert block.startswith("PRONOTE, dry run (nothing was done): 9 stations")
    assert "3 to install, 2 with nothing to do, 1 to wait, 1 refused, 1 with access refused, 1 unreachable" in block
    for name in ("in-use", "off", "password", "full"):
        assert name in block.split()
    told = _outcome(file)
    assert (told["mode"], told["dry_run"], told["exit_code"], told["verdict"]) == ("dry_run", True, 4, "failed")
    assert _outcomes(told) == _FORESEEN
    assert str(file) in block
    # Both languages, whatever the run's.
    (full,) = (each for each in told["stations"] if each["station"] == "full")
    assert full["reason_fr"] != full["reason"] == "10 MiB free on C:, 1024 MiB needed"


def test_with_neither_the_result_has_it(school: School) -> None:
    run = _play(school, "deploy", "--check", **NEITHER).assert_code(4)
    assert not _RULE.findall(run.output)
    (ending,) = (each["result"]["ending"] for each in run.results if "ending" in each["result"])
    assert ending["title"] == "PRONOTE, dry run (nothing was done): 9 stations"


@pytest.mark.parametrize("name", ["ansible.builtin.oneline", "ansible.builtin.minimal"])
def test_under_another_callback_for_stdout(school: School, name: str) -> None:
    run = _play(school, "deploy", "--check", **{**BOTH, "ANSIBLE_STDOUT_CALLBACK": name}).assert_code(4)
    assert _last(run.output).startswith("PRONOTE, dry run")


def _apart(school: School, work: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A run with its two outputs apart."""
    command = playbook_command("audit", "-i", str(school.inventory), "-e", f"@{school.variables}", *arguments)
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**playbook_environment(work / "results.jsonl"), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_what_a_program_reads_stays_its_own(school: School, tmp_path: Path) -> None:
    """tests/e2e/callback_plugins/json.py prints as ansible.posix.json does: one document on stdout."""
    run = _apart(school, tmp_path, **{**BOTH, "ANSIBLE_STDOUT_CALLBACK": "json"})
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["stats"]["right-01"]["ok"] >= 1
    assert _last(run.stderr).startswith("PRONOTE, audit: 9 stations")


def test_an_audit_counts_by_status_and_says_where_its_page_is(school: School) -> None:
    page = school.work / "audit.html"
    run = _play(school, "audit", "-e", f"pronote_reports_dir={school.work}", **BOTH).assert_code(0)
    block = _last(run.output)
    assert block.splitlines()[:2] == [
        "PRONOTE, audit: 9 stations",
        "  2 up to date, 2 late, 3 absent, 1 unreachable, 1 with access refused",
    ]
    assert f"Page: {page}" in block.splitlines()
    assert "already right" not in run.output
    # Also when the audit is an error.
    failing = _play(school, "audit", "-e", "pronote_audit_fail_on=late", **CONSOLE).assert_code(2)
    assert _last(failing.output).startswith("PRONOTE, audit: 9 stations")


def test_a_deployment_that_its_pilot_stops(school: School, tmp_path: Path) -> None:
    file = tmp_path / "deploy.json"
    run = _play(school, "deploy", "-e", f"pronote_outcome={file}", **BOTH).assert_code(4)
    told, block = _outcome(file), _last(run.output)
    held = ("wave-01", "wave-02", "in-use")
    # What keeps a station itself is said before what held its school.
    assert _outcomes(told) == {**_FORESEEN, "pilot": "failed", **dict.fromkeys(held, "held")}
    assert told["exit_code"] == run.code
    assert block.splitlines()[1] == (
        "  2 with nothing to do, 3 held back, 2 failed, 1 with access refused, 1 unreachable"
    )
    assert "in-use, wave-01, wave-02" in block
    assert "held back, rings of 0310001A stopped: 1 of 1 pilots failed: pilot" in " ".join(block.split())
    # What remains of what was tried.
    assert "What remains: ansible-playbook playbooks/remaining.yml -i" in block
    # Nobody who was held is ok, and why is not told for each.
    lines = run.output.splitlines()
    assert [line for line in lines if line.startswith("ok: ")] == []
    assert {f"skipping: [{name}]: held back" for name in held} <= set(lines)
    assert any(line.startswith("failed: [pilot]: the setup answered") for line in lines)
    for plumbing in ("included:", "Learn the turns", "See who goes", "Ask the board", "Put the stations into rings"):
        assert plumbing not in run.output
    # In both languages, although a failure is told in one.
    (pilot,) = (each for each in told["stations"] if each["station"] == "pilot")
    assert pilot["reason_fr"] != pilot["reason"]
    (action,) = (each["result"] for each in run.results if "ending" in each["result"])
    assert action["right"] == 2


def test_a_deployment_that_goes_on(school: School, tmp_path: Path) -> None:
    """Installed, left, failed, refused, off: in one run."""
    file = tmp_path / "deploy.json"
    given = ("--limit", "!pilot,!wave-02", "-e", f"pronote_outcome={file}")
    run = _play(school, "deploy", *given, **BOTH).assert_code(4)
    told, block = _outcome(file), _last(run.output)
    assert _outcomes(told) == {
        **{name: outcome for name, outcome in _FORESEEN.items() if name not in {"pilot", "wave-02"}},
        "wave-01": "done",
    }
    assert told["exit_code"] == run.code
    assert block.splitlines()[1] == (
        "  1 done, 2 with nothing to do, 1 left for later, 1 failed, 1 with access refused, 1 unreachable"
    )
    # A remedy is said once.
    assert Counter(run.output.split())["pronote_client_min_free_mib."] == 1
    assert "changed: [wave-01]: no client installed" in run.output.splitlines()


def test_more_is_told_when_it_is_asked_for(school: School) -> None:
    run = _play(school, "deploy", "--limit", "off,right-01", "-v", **CONSOLE).assert_code(4)
    assert "included:" in run.output
    assert "fatal: [off]: UNREACHABLE! =>" in run.output
    assert _last(run.output).startswith("PRONOTE, deployment: 2 stations")


@pytest.mark.parametrize("setup", [CONSOLE, BOTH, AGGREGATE], ids=["console", "both", "aggregate"])
def test_all_have_failed_and_the_play_ends_early(school: School, tmp_path: Path, setup: dict[str, str]) -> None:
    file = tmp_path / "deploy.json"
    run = _play(school, "deploy", "--limit", "off", "-e", f"pronote_outcome={file}", **setup).assert_code(4)
    assert not [each for each in run.results if "ending" in each["result"]]
    assert _last(run.output).startswith("PRONOTE, deployment: 1 station\n  1 unreachable")
    told = _outcome(file)
    assert (_outcomes(told), told["exit_code"]) == ({"off": "unreachable"}, 4)
    (off,) = told["stations"]
    assert (off["school"], off["room"]) == ("0310001A", "Salle 101")
    assert off["reason_fr"] != off["reason"]


def test_nothing_to_do(school: School) -> None:
    again = ("-e", "pronote_server_ask_again=true")
    run = _play(school, "deploy", "--limit", "right-01,right-02", *again, **BOTH).assert_code(0)
    *lines, read = _last(run.output).splitlines()
    assert lines == [
        "PRONOTE, deployment: 2 stations",
        "  2 with nothing to do",
    ]
    assert re.fullmatch(r"Server's release: 2026\.2\.7, read \d{4}-\d\d-\d\d \d\d:\d\d", read)
    # What is not asked now says how to ask, as an audit does.
    kept = _play(school, "deploy", "--limit", "right-01,right-02", **CONSOLE).assert_code(0)
    assert _last(kept.output).splitlines()[2:] == [
        read,
        "What servers said is kept for an hour: -e pronote_server_ask_again=true asks again.",
    ]


def test_files_brought_in_advance(school: School) -> None:
    run = _play(school, "deploy", "--tags", "stage", "--limit", "wave-02,off", **BOTH).assert_code(4)
    assert _last(run.output).startswith("PRONOTE, files brought to the stations: 2 stations\n  1 done, 1 unreachable")


def test_by_workers_the_same(school: School, tmp_path: Path) -> None:
    file = tmp_path / "deploy.json"
    # Those that no test here brings to the release.
    names = {"right-01", "wave-02", "in-use", "off", "password", "full"}
    arguments = (
        "--check",
        "--limit",
        ",".join(names),
        "-e",
        '{"pronote_survey_parallel": 0}',
        "-e",
        f"pronote_outcome={file}",
    )
    _play(school, "deploy", *arguments, **CONSOLE).assert_code(4)
    told = _outcome(file)
    assert _outcomes(told) == {name: _FORESEEN[name] for name in names}
    assert {(each["school"], each["room"]) for each in told["stations"]} == {("0310001A", "Salle 101")}


def test_an_outcome_that_cannot_be_written_is_a_warning(school: School, tmp_path: Path) -> None:
    tmp_path.joinpath("file").touch()
    told = ("-e", f"pronote_outcome={tmp_path}/file/deploy.json")
    run = _play(school, "deploy", "--check", "--limit", "right-01", *told, **CONSOLE).assert_code(0)
    assert "Let pronote_outcome name a place that this user can write" in " ".join(run.output.split())
    assert _last(run.output).startswith("PRONOTE, dry run")


@pytest.mark.parametrize("what", ["reason_of_ok", "failure_of"])
def test_a_console_that_breaks_changes_nothing(school: School, tmp_path: Path, what: str) -> None:
    """Ansible's own output follows, and the other callback has the block."""
    plugins = tmp_path / "callback_plugins"
    plugins.mkdir()
    (plugins / "saboteur.py").write_text(_SABOTEUR.replace("WHAT", what), encoding="utf-8")
    where = f"{ROOT / 'tests/e2e/callback_plugins'}{os.pathsep}{plugins}"
    enabled = f"{BOTH['ANSIBLE_CALLBACKS_ENABLED']},saboteur"
    run = _play(
        school, "deploy", "--check", **{"ANSIBLE_CALLBACK_PLUGINS": where, "ANSIBLE_CALLBACKS_ENABLED": enabled}
    ).assert_code(4)
    assert "The console ended by itself, Ansible's own output follows" in " ".join(run.output.split())
    assert "fatal: [off]: UNREACHABLE!" in run.output
    assert "PLAY RECAP" in run.output
    assert _last(run.output).startswith("PRONOTE, dry run")


_SABOTEUR = '''\
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: saboteur
type: aggregate
short_description: Break the console
description: For a test.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "saboteur"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_play_start(self, play):
        from ansible_collections.rentree.pronote.plugins.plugin_utils.entries import console

        console.WHAT = None
'''


@pytest.mark.parametrize("columns", [60, 120, 200])
def test_the_terminal_has_its_own_width(school: School, columns: int) -> None:
    """On a terminal the block, and the tables of workers, are as wide as it is."""
    code, written = on_a_terminal(school, "wide", "--check", playbook="audit", columns=columns)
    assert code == 0
    text = re.sub(r"\x1b[78]|\x1b\[[0-9;?]*[A-Za-z]", "", written.decode("utf-8", "replace")).replace("\r", "")
    (rule,) = _RULE.findall(text)
    assert len(rule) == columns
    widest = max(len(line) for line in text.splitlines() if line.startswith(("┏", "┃", "│", "└")))
    # Not wider than what is in it.
    assert widest == 60 if columns == 60 else widest <= columns
    assert columns < 200 or widest > 120


# After the others: its rings stop, of which the next run on the school is told.
@pytest.mark.parametrize("check", [(), ("--check",)], ids=["real", "check"])
def test_with_neither_it_is_told_although_all_that_had_a_turn_have_failed(
    school: School, check: tuple[str, ...]
) -> None:
    run = _play(school, "deploy", "--limit", "off,right-01,full,right-02", *check, **NEITHER).assert_code(4)
    assert not _RULE.findall(run.output)
    (ending,) = (each["result"]["ending"] for each in run.results if "ending" in each["result"])
    counts = (
        "2 with nothing to do, 1 refused, 1 unreachable" if check else "2 with nothing to do, 1 failed, 1 unreachable"
    )
    assert ", ".join(each["text"] for each in ending["counts"]) == counts
    assert ending["title"].endswith(": 4 stations")
