"""In a language that nobody speaks no word of ours is without marks: all that people read is of the catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import pseudo
from tests.e2e.conftest import ACCOUNT, School, StartSchool
from tests.e2e.playbook import PlaybookRun, run_playbook
from tests.e2e.test_record import PEOPLE, STORES

STATIONS: list[dict[str, Any]] = [
    {"name": "right-01", "clients": [{"release": "2026.2.7"}]},
    {"name": "late-01", "clients": [{"release": "2026.1.3"}]},
    {"name": "late-02", "clients": [{"release": "2026.1.3"}]},
    {"name": "ahead-01", "clients": [{"release": "2026.3.1"}]},
    {"name": "full-01", "free_space": 2**20},
    {"name": "absent-01"},
    {"name": "off-01", "power": "off"},
    {"name": "refused-01", "accounts": [{**ACCOUNT, "password": "another one"}]},
    {"name": "deaf-01", "deny_wmi": True},
    {"name": "cut-01", "faults": [{"effect": "cut", "match": "Uninstall", "times": 0}]},
]


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("locale")
    pseudo.write(folder)
    return folder


def _play(school: School, words: Path, playbook: str, *arguments: str) -> PlaybookRun:
    return run_playbook(
        playbook,
        *("-e", f"@{school.variables}", "-e", "pronote_language=fr"),
        *arguments,
        inventory=school.inventory,
        work=school.work,
        ANSIBLE_CALLBACKS_ENABLED="pseudo_language,results_json",
        RENTREE_PSEUDO=str(words),
        # No cell of a table is folded.
        COLUMNS="4000",
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_one_language_shows_nothing_of_the_other(start_school: StartSchool, language: str) -> None:
    # Of its own: what the other tests leave in a store is in marks.
    run = start_school(STATIONS).play("deploy", "--check", "--diff", "-e", f"pronote_language={language}")
    shown = [" ".join(line.split()) for line in pseudo.lines(run.output)]
    assert any(text in line for text in pseudo.said(language) for line in shown)
    other = pseudo.said("en" if language == "fr" else "fr") - pseudo.said(language)
    assert sorted(text for text in other if any(text in line for line in shown)) == []


@pytest.mark.parametrize(
    ("playbook", "arguments", "code"),
    [
        ("audit", (), 0),
        ("audit", ("-e", '{"pronote_audit_fail_on": ["not_compliant"]}'), 2),
        ("deploy", ("--check", "--diff"), 4),
        ("deploy", ("--diff",), 4),
    ],
)
def test_no_text_of_ours_is_without_marks(
    school: School, words: Path, playbook: str, arguments: tuple[str, ...], code: int
) -> None:
    run = _play(school, words, playbook, *arguments)
    assert "⟦" in run.output
    left = pseudo.unmarked(run.output, pseudo.names(school.inventory))
    assert not left, "\n".join(left)
    run.assert_code(code)


def test_nor_is_one_on_the_page(school: School, words: Path) -> None:
    _play(school, words, "audit")
    page = (school.written / "reports/audit.html").read_bytes()
    left = pseudo.unmarked(pseudo.page_text(page), pseudo.names(school.inventory))
    assert not left, "\n".join(left)


def test_nor_is_one_of_a_recording(start_school: StartSchool, words: Path) -> None:
    """Of those that succeed, and of each way in which one does not."""
    releases = [{"release": "2026.2.7", "arch": arch} for arch in ("x64", "x86")]
    people = start_school([{"name": name, **options} for name, options in PEOPLE.items()], releases=releases)
    values = {
        "pronote_record_station": "pronote_stations",
        "pronote_release": "2026.2.7",
        "pronote_response_dir": STORES,
        "pronote_timeouts": {"poll": 0.2, "start": 8, "answer": 8, "verify": 5},
    }
    for arguments in (("--check", "--diff"), ("--diff",)):
        run = _play(people, words, "record_response", "-f", "50", "-e", json.dumps(values), *arguments).assert_code(2)
        assert "⟦" in run.output
        left = pseudo.unmarked(run.output, pseudo.names(people.inventory))
        assert not left, "\n".join(left)
