"""Mistakes in an inventory: a line each, with its place and what to do; whom it is about is held, and nobody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import School, StartSchool, in_language
from tests.e2e.playbook import PlaybookRun, run_playbook

STATIONS = ["right", "misspelt", "twin-1", "twin-2"]
_REMEDY = "A name of your own goes into pronote_known_names."


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    """Two stations have one address, and a third a variable that nothing reads."""
    school = start_school([{"name": name} for name in STATIONS])
    own = school.inventory / "host_vars"
    own.mkdir()
    (own / "misspelt.yml").write_text("---\npronote_client_relase: 2026.1.3\n", encoding="utf-8")
    text = (school.inventory / "hosts.yml").read_text(encoding="utf-8")
    (school.inventory / "hosts.yml").write_text(
        text.replace(".1.4}", ".1.3}").replace(".1.4\n", ".1.3\n"), encoding="utf-8"
    )
    return school


def _lines(run: PlaybookRun, part: str) -> list[str]:
    return [line for line in run.output.splitlines() if part in line]


def test_whom_a_mistake_is_about_is_held_and_nobody_else(school: School) -> None:
    before = school.lab.snapshots()
    run = school.play("deploy", "-f", "50").assert_code(2)
    place = f"{school.inventory}/host_vars/misspelt.yml:2"
    fact = f"{place}: nothing reads the variable pronote_client_relase"
    remedy = f"Did you mean pronote_client_release? {_REMEDY}"
    assert f"{fact}. {remedy}" in run.output.splitlines()
    results = run.of("client")
    assert {name: results[name]["outcome"] for name in STATIONS} == {
        "right": "ok",
        **dict.fromkeys(STATIONS[1:], "failed"),
    }
    held = results["misspelt"]
    assert (held["fact"], held["remedy"], held["kind"]) == (fact, remedy, "configuration")
    assert "twin-1, twin-2 have one address" in results["twin-1"]["fact"]
    assert "Traceback" not in run.output
    # Nobody has asked them anything.
    asked = {event["station"] for event in school.lab.journal(kind="request")}
    assert asked & set(STATIONS) == {"right"}
    after = school.lab.snapshots()
    assert {name for name in STATIONS if after[name] != before[name]} == {"right"}


def test_an_audit_says_it_of_them_alone(school: School) -> None:
    run = school.play("audit").assert_code(0)
    records = {each["station"]: each for each in json.loads(school.report.read_text())["stations"]}
    assert {name: records[name]["status"] for name in STATIONS} == {
        "right": "compliant",
        **dict.fromkeys(STATIONS[1:], "unknown_release"),
    }
    assert records["twin-2"]["kind"] == "configuration"
    assert len(_lines(run, "have one address")) >= 1


@pytest.mark.parametrize("limit", ["misspelt", "misspelt,twin-1,twin-2"])
def test_where_nobody_is_left_the_run_ends_once(school: School, limit: str) -> None:
    run = school.play("deploy", "--limit", limit).assert_code(2)
    assert len(_lines(run, "failed: [")) == 1
    assert len(_lines(run, "nothing reads the variable pronote_client_relase")) == 1
    assert not run.of("client")


@pytest.mark.parametrize(
    ("playbook", "language"),
    [
        *(("audit", "fr"), ("client_settings", "en"), ("prepare", "fr"), ("publish", "en")),
        *(("prune", "fr"), ("remaining", "en"), ("rentree", "fr")),
        pytest.param("deploy", "en", marks=pytest.mark.smoke),
    ],
)
def test_a_misspelt_option_ends_every_playbook_in_a_line(school: School, playbook: str, language: str) -> None:
    in_language(school.inventory, language)
    try:
        run = school.play(playbook, "-e", "pronote_client_releas=2026.1.3", "--check").assert_code(2)
    finally:
        in_language(school.inventory, "en")
    said = {
        "en": f"-e: nothing reads the variable pronote_client_releas. Did you mean pronote_client_release? {_REMEDY}",
        "fr": "-e\u00a0: rien ne lit la variable pronote_client_releas. Vouliez-vous dire pronote_client_release",
    }
    assert len(_lines(run, said[language])) == 1
    assert len(_lines(run, "failed: [")) == 1
    assert "Traceback" not in run.output


def test_a_name_of_two_words_is_not_recorded_as_one(school: School) -> None:
    asked = ("-e", "pronote_attest_operation=3", "-e", "pronote_attest_role=proviseur")
    run = school.play("attest", *asked, "-e", "pronote_attest_name=Claude Martin").assert_code(2)
    told = (
        "-e: Ansible reads pronote_attest_name only up to a blank, and leaves out Martin. Quote the value inside, too: "
    )
    assert len(_lines(run, f"""{told}-e "pronote_attest_name='Claude Martin'\"""")) == 1
    assert not run.of("rentree_attest")
    run = school.play("attest", *asked, "-e", "pronote_attest_name='Claude Martin'", "--limit", "right").assert_code(0)
    (recorded,) = run.of("rentree_attest").values()
    assert [each["name"] for each in recorded["attestations"]] == ["Claude Martin"]


def test_the_first_station_may_be_one_whose_variables_come_to_nothing(school: School) -> None:
    own = school.inventory / "host_vars/a-first.yml"
    hosts = school.inventory / "added.yml"
    hosts.write_text("---\nsalle_101:\n  hosts:\n    a-first:\n", encoding="utf-8")
    own.write_text('ansible_user: "{{ nobody_said }}"\npronote_client_arch: ia64\n', encoding="utf-8")
    try:
        run = school.play("audit", "--limit", "a-first,right")
    finally:
        own.unlink()
        hosts.unlink()
    assert f"{own}:2: pronote_client_arch is 'ia64', and must be one of: auto, x64, x86. Correct it." in run.output
    assert run.of("audit")["right"]["outcome"] == "ok"
    assert "Traceback" not in run.output


@pytest.mark.parametrize("playbook", ["audit", "deploy"])
def test_a_first_station_without_a_language_has_its_line(school: School, playbook: str) -> None:
    """The others are told and done in the language that they have."""
    own = school.inventory / "host_vars/a-first.yml"
    hosts = school.inventory / "added.yml"
    hosts.write_text("---\nsalle_101:\n  hosts:\n    a-first:\n", encoding="utf-8")
    own.write_text('pronote_language: "{{ nobody_said }}"\n', encoding="utf-8")
    try:
        run = school.play(playbook, "--limit", "a-first,right")
    finally:
        own.unlink()
        hosts.unlink()
    (line,) = _lines(run, f"{own}:1: ")
    assert "pronote_language cannot be worked out" in line
    assert "'nobody_said' is undefined" in line
    assert run.of("audit" if playbook == "audit" else "client")["right"]["outcome"] == "ok"
    assert "Traceback" not in run.output
    assert "callback" not in run.output
    assert "PRONOTE, " in run.output


def test_what_has_to_be_there_is_asked_for_once(school: School, tmp_path: Path) -> None:
    run = run_playbook("deploy", inventory=school.inventory, work=tmp_path).assert_code(2)
    assert len(_lines(run, "pronote_releases is not set. Prepare a release first")) == 1
    assert len(_lines(run, "failed: [")) == 1
