"""What roles, launcher and modules refuse is said in the reader's language: every case is a host of one play."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import pseudo
from tests.e2e.playbook import ROOT, PlaybookRun
from tests.e2e.refusals import play_refusals, write_cases
from tests.lab.simulated.installer.package import build_iss

_SCHEDULE = {"role": "pronote_schedule", "pronote_schedule_inventory": "/opt/x", "pronote_schedule_kind": "systemd"}
_DEPOT = {"role": "pronote_depot", "pronote_depot_url": "http://127.0.0.1/p", "pronote_depot_path": "/srv/d"}
_PREPARE = {
    "role_of_all": "pronote_prepare",
    "pronote_prepare_releases": ["2026.2.7"],
    "pronote_depot_path": "{top}/depot",
}
_PUBLISH = {
    "role": "pronote_publish",
    "pronote_depot_path": "{top}/depot",
    "pronote_release": "2026.2.7",
    "pronote_publish_installer": "{top}/setup.exe",
    "pronote_responses": {"install": "{top}/good.iss"},
    "pronote_lock_file": "{top}/lock.yml",
}

# What each case is refused with, in French; a value is taken from it where the text has one.
_CASES: dict[str, tuple[dict[str, Any], str]] = {
    "no-inventory": (
        {**_SCHEDULE, "pronote_schedule_inventory": ""},
        "Indiquer dans pronote_schedule_inventory l'inventaire à auditer",
    ),
    "two-words": ({**_SCHEDULE, "pronote_schedule_name": "a b"}, "que systemd, cron ou un shell lirait autrement"),
    "in-a-home": (
        {**_SCHEDULE, "pronote_schedule_project": "/home/a"},
        "Le service ne voit pas ce qui est dans un dossier personnel (ProtectHome) : /home/a.",
    ),
    "no-folder": ({**_DEPOT, "pronote_depot_path": "srv"}, "Le dossier, le chemin et les certificats du dépôt"),
    "no-limit": (
        {**_DEPOT, "pronote_depot_limits": {"rate": 5, "transfers": 0}},
        "Un débit total (pronote_depot_limits.rate) demande une limite de transferts",
    ),
    "no-digest": ({**_PUBLISH, "pronote_publish_sha256": "x"}, "et non x comme attendu"),
    "no-response": (
        {**_PUBLISH, "pronote_responses": {"install": "{top}/setup.exe"}},
        "ce n'est pas un fichier de réponses",
    ),
    "cancelled": (
        {**_PUBLISH, "pronote_responses": {"install": "{top}/cancelled.iss"}},
        "il a été répondu Annuler à une fenêtre",
    ),
    "no-installer": (
        {**_PREPARE, "pronote_prepare_installer": ["{top}/setup.exe"]},
        "'setup.exe' n'est pas le nom d'un installateur de",
    ),
    "no-uai": ({"module": "hosted_release_info", "uai": "x"}, "'x' n'est pas un UAI"),
    "no-server": (
        {"module": "hosted_release_info", "uai": "0310001A", "url": "http://127.0.0.1:9/"},
        "le serveur hébergé http://127.0.0.1:9/ n'a pas pu être lu",
    ),
    "no-uai-either": ({"module": "cas_info", "uai": "y"}, "'y' n'est pas un UAI"),
    "no-day": (
        {"module": "kosmos_export_info", "export": "{top}/x.xml", "newer_than": "hier"},
        "'hier' n'est pas",
    ),
    "no-uai-looked-up": ({"module": "hosted_release", "uai": "z"}, "'z' n'est pas un UAI"),
}


class Refusals:
    """An inventory with a host for each case."""

    def __init__(self, top: Path, variables: Mapping[str, Any]) -> None:
        self.top = top
        top.mkdir()
        (top / "setup.exe").write_bytes(b"MZ" * 100)
        good = build_iss(release="2026.2.7")
        (top / "good.iss").write_bytes(good.encode("cp1252"))
        (top / "cancelled.iss").write_bytes(good.replace("Result=1", "Result=2", 1).encode("cp1252"))
        hosts = {
            name: yaml.safe_load(yaml.safe_dump(case).replace("{top}", str(top))) for name, (case, _) in _CASES.items()
        }
        given = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "pronote_cache_dir": str(top / "cache"),
            **variables,
        }
        write_cases(top / "hosts.yml", hosts, given)

    def play(self, *arguments: str, **environment: Any) -> PlaybookRun:
        # A check: what is not refused would be done to this machine.
        return play_refusals(self.top / "hosts.yml", "--check", *arguments, **environment)

    def names(self) -> set[str]:
        """What is data in what is told."""
        return {*_CASES, str(self.top), str(ROOT), "setup.exe", "PRONOTE", "x"}


@pytest.fixture
def refusals(tmp_path: Path) -> Refusals:
    return Refusals(tmp_path / "refusals", {})


def test_each_refusal_is_in_french(refusals: Refusals) -> None:
    run = refusals.play().assert_code(2)
    told = run.failures
    assert {name: (expected in told.get(name, "")) or told.get(name) for name, (_, expected) in _CASES.items()} == (
        dict.fromkeys(_CASES, True)
    )
    shown = [" ".join(line.split()) for line in pseudo.lines(run.output)]
    english = pseudo.said("en") - pseudo.said("fr")
    assert sorted(text for text in english if any(text in line for line in shown)) == []


def test_none_has_a_word_that_the_catalogue_does_not_know(refusals: Refusals) -> None:
    words = refusals.top / "locale"
    pseudo.write(words)
    # What a lookup says, Ansible tells in words of its own.
    limit = ("--limit", "all:!no-uai-looked-up")
    run = refusals.play(*limit, ANSIBLE_CALLBACKS_ENABLED="pseudo_language,results_json", RENTREE_PSEUDO=str(words))
    run.assert_code(2)
    assert {name for name, text in run.failures.items() if "⟦" in text} == set(_CASES) - {"no-uai-looked-up"}
    left = pseudo.unmarked(run.output, refusals.names())
    assert not left, "\n".join(left)


def test_a_language_that_there_is_not_is_told_once_and_with_its_place(tmp_path: Path) -> None:
    refusals = Refusals(tmp_path / "refusals", {"pronote_language": "de"})
    run = refusals.play().assert_code(2)
    output = " ".join(run.output.split())
    warning = "pronote_language vaut 'de', et non fr ou en : tout est dit dans la langue par défaut, fr"
    assert output.count(warning) == 1
    place = next(
        number
        for number, line in enumerate((refusals.top / "hosts.yml").read_text().splitlines(), 1)
        if line.partition(": ")[2] == "de"
    )
    assert f"Origin: {refusals.top / 'hosts.yml'}:{place}:" in output
    told = run.failures
    assert [name for name, (_, expected) in _CASES.items() if expected not in told[name]] == []
