"""A station that says what would take over a terminal or forge a line of a log, wherever it is asked for a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import UAI, School, StartSchool
from tests.e2e.playbook import PlaybookRun, run_playbook

# A title of the window, a clear screen in two spellings, marks that turn the line, letters that nobody sees, line ends.
_UNSEEN = "\u202e\u2066\u200b\u00ad\u061c\u034f\u3164\ufeff\ufe0f\x7f\x85\x9b2J\u2028"
_LINES = "\r\n[ERROR]: forged\nfatal: [sound]: FAILED! => forged\r"
WORDS = f"\x1b]0;owned\x07\x1b[2J{_UNSEEN}{_LINES}owned"
# XML has no way to write an escape, and a page of HTML has all of them.
_IN_XML = f"owned{_UNSEEN}{_LINES}".replace("\r", "&#13;").replace("\n", "&#10;")
_ENTRY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{6A3E9C0D-0000-4000-8000-0000000000%s}"
_JOB = r"C:\Program Files\Rentree PRONOTE\jobs\pronote-client-2026.2.7-x64-0123456789ab-install"


def _entry(number: str, **values: str) -> list[dict[str, str]]:
    return [{"key": _ENTRY % number, "name": name, "data": value} for name, value in values.items()]


STATIONS: list[dict[str, Any]] = [
    {"name": "sound"},
    {
        "name": "names",
        "clients": [{"release": "2026.1.3"}],
        "registry": [
            *_entry("01", DisplayName=f"Client PRONOTE 2026 {WORDS}", UninstallString=WORDS, Publisher=WORDS),
            *_entry("02", DisplayName=f"Client PRONOTE 2026 - 64bit {_UNSEEN}", UninstallString=f'"C:\\{WORDS}.exe"'),
            *_entry("03", DisplayName=f"Mise à jour automatique - Index Education {WORDS}"),
            *_entry("04", DisplayName=f"EDT {_UNSEEN} Index Education"),
        ],
    },
    {
        "name": "job",
        "files": [
            {"path": rf"{_JOB}\install.cmd", "text": "rem"},
            {"path": rf"{_JOB}\started", "text": "x"},
            {"path": rf"{_JOB}\exit", "text": f"step={{0.__class__}}{_UNSEEN}\x1b[2J\ncode={WORDS}\nfile={WORDS}\n"},
            {"path": rf"{_JOB}\setup.log", "text": WORDS},
            {"path": rf"{_JOB}\curl.log", "text": f"curl: (60) {WORDS}"},
        ],
    },
    {
        "name": "page",
        "faults": [
            {
                "effect": "answer",
                "times": 0,
                "status": 500,
                "headers": {"Server": "owned\x1b[2J\x9b"},
                "body": f"<html><title>{WORDS}</title></html>",
            }
        ],
    },
    {
        "name": "fault",
        "deny_wmi": True,
        "faults": [
            {
                "effect": "edit",
                "times": 0,
                "find": r"(<\w+:Text[^>]*>)[^<]*",
                "replace": rf"\1{_IN_XML}",
            }
        ],
    },
]


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    name = f"Lycée {_UNSEEN}"
    return start_school(STATIONS, schools=[{"uai": UAI, "group": "lycee", "name": name, "release": "2026.2.7"}])


def _unseen(text: str) -> dict[str, str]:
    """What a terminal would not show as it is, with the place of each."""
    return {
        f"U+{ord(char):04X}": text[max(0, at - 60) : at + 20]
        for at, char in enumerate(text)
        if char not in "\n\t\u00a0\u202f" and (not char.isprintable() or (char in _UNSEEN and char not in "2J"))
    }


def _play(school: School, tmp_path: Path, playbook: str, *arguments: str) -> tuple[PlaybookRun, str]:
    """A run with every word that Ansible has for it, and its log."""
    log = tmp_path / "ansible.log"
    variables = ("-e", f"@{school.variables}", "-vvvvv", "--diff", *arguments)
    run = run_playbook(playbook, *variables, inventory=school.inventory, work=school.work, ANSIBLE_LOG_PATH=str(log))
    return run, log.read_text(encoding="utf-8")


def _assert_harmless(run: PlaybookRun, *texts: str) -> None:
    for text in (run.output, *texts):
        assert _unseen(text) == {}
        forged = [line for line in text.splitlines() if line.startswith(("[ERROR]: forged", "fatal: [sound]"))]
        assert forged == []
        assert "owned" in text


def test_an_audit_shows_and_keeps_nothing_that_steers_a_terminal(school: School, tmp_path: Path) -> None:
    exports = [str(tmp_path / f"audit.{kind}") for kind in ("csv", "prom", "xml")]
    options = {"pronote_reports_dir": str(tmp_path), "pronote_audit_exports": exports}
    run, log = _play(school, tmp_path, "audit", "-e", json.dumps(options))
    _assert_harmless(run, log)
    assert set(run.of("audit")) == {str(station["name"]) for station in STATIONS}
    files = [tmp_path / "audit.html", tmp_path / "audit.json", *map(Path, exports)]
    kept = {path.name: _unseen(path.read_text(encoding="utf-8-sig")) for path in files}
    assert {name: unseen for name, unseen in kept.items() if unseen} == {}


def test_a_deployment_shows_and_keeps_nothing_that_steers_a_terminal(school: School, tmp_path: Path) -> None:
    run, log = _play(school, tmp_path, "deploy")
    _assert_harmless(run, log)
    results = run.of("client")
    assert results["sound"]["changed"]
    assert results["page"]["outcome"] != "ok"
    kept = {
        path.name: path.read_text(encoding="utf-8")
        for path in (school.work.parent / "logs").rglob("*")
        if path.is_file()
    }
    assert "job.log" in kept
    assert {name: _unseen(text) for name, text in kept.items() if _unseen(text)} == {}
    # A line of ours begins at the margin; what the station has written does not.
    for line in kept["job.log"].splitlines():
        assert line.startswith(("# 20", "== ", "  ", "state: "))


def test_facts_of_a_station_are_shown_without_what_steers_a_terminal(school: School, tmp_path: Path) -> None:
    run, log = _play(school, tmp_path, "../tests/e2e/playbooks/facts")
    _assert_harmless(run, log)
