"""A whole year of two schools: the board right at five moments, the gate, attestations, and nobody named anywhere."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.playbook import PlaybookRun
from tests.unit.exports import SECRETS
from tests.year import COLLEGE, GUIDE, LYCEE, MOMENTS, Year, guide_with, running_year

_STATIONS = {LYCEE: {"riquet-s101-01", "riquet-s101-02"}, COLLEGE: {"fermat-cdi-01", "fermat-cdi-02"}}

_DAYS = re.compile(r"\b20\d\d-\d\d-\d\d")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, network: str) -> Iterator[Year]:
    with running_year(tmp_path_factory.mktemp("year"), network=network) as running:
        yield running


@pytest.fixture(scope="module")
def excerpts(year: Year) -> dict[tuple[str, str], str]:
    """The year is played once, with every board as it must be; the other tests look at what it left."""
    found: dict[tuple[str, str], str] = {}
    for moment in MOMENTS:
        assert year.reach(moment) == moment.expected, moment.name
        found |= {(moment.name, uai): year.excerpt(uai) for uai in moment.expected}
        if moment.name == "juillet":
            _gate_holds_the_late_school_back(year)
    return found


def _gate_holds_the_late_school_back(year: Year) -> None:
    """In July the lycée may be deployed and the collège may not; each is judged for itself."""
    before = year.lab.snapshots()
    held = year.play("deploy", "--check", pronote_rentree_gate="fail").assert_code(2)
    outcomes = {host: result["outcome"] for host, result in held.of("client").items()}
    assert {host for host, outcome in outcomes.items() if outcome == "failed"} == _STATIONS[COLLEGE]
    assert {host for host, outcome in outcomes.items() if outcome == "ok"} == _STATIONS[LYCEE]
    reason = (
        "l'opération 1 de 2026 n'est pas faite pour 0310002B : Le serveur hébergé est en 2025.2.9, pas encore en 2026."
    )
    assert " ".join(held.of("client")["fermat-cdi-01"]["msg"].split()).startswith(reason)
    warned = year.play("deploy", "--check", "--limit", "college_fermat")
    assert reason in " ".join(warned.output.split())
    assert "held" in warned.of("rentree_gate")["fermat-cdi-01"]
    assert warned.of("rentree_gate")["fermat-cdi-01"]["held"] == {}
    off = year.play("deploy", "--check", "--limit", "college_fermat", pronote_rentree_gate="off")
    assert "opération 1" not in off.output
    assert year.lab.snapshots() == before


def test_the_board_is_right_at_each_moment(excerpts: dict[tuple[str, str], str], year: Year) -> None:
    board = json.loads((year.work / "reports/rentree.json").read_text(encoding="utf-8"))
    assert [each["school"] for each in board["schools"]] == [LYCEE, COLLEGE]
    college = {each["operation"]: each for each in board["schools"][1]["operations"]}
    assert college[6]["blocked_by"] == [5]
    assert college[6]["next"] == "Attendre l'opération 5\u00a0: chef d'établissement (console d'hébergement)."
    page = (year.work / "reports/rentree.html").read_text(encoding="utf-8")
    assert re.findall(r'data-operation="(\d)" data-state="(\w+)"', page)[8:] == [
        (str(each["operation"]), each["state"]) for each in board["schools"][1]["operations"]
    ]
    # Each of the two pages leads to the other.
    assert '<a href="audit.html">Audit du client PRONOTE</a>' in page
    audit = (year.work / "reports/audit.html").read_text(encoding="utf-8")
    assert '<a href="rentree.html">Opérations de rentrée</a>' in audit
    assert (year.work / "reports/rentree.html").stat().st_mode & 0o777 == 0o640
    assert "bloqué par 5" in excerpts["octobre", COLLEGE]


def test_looking_asks_the_workstation_and_nobody_else(excerpts: dict[tuple[str, str], str], year: Year) -> None:
    """With a limit that leaves the workstation out, and in check mode, which writes nothing."""
    assert excerpts
    before, since = year.lab.snapshots(), len(year.lab.journal())
    reports = {file: file.stat().st_mtime_ns for file in (year.work / "reports").iterdir()}
    arguments = ("--check", "--diff", "-f", "50", "--limit", "riquet-s101-02")
    run = year.play("rentree", *arguments).assert_code(0)
    (result,) = run.of("rentree_board").values()
    assert [each["school"] for each in result["schools"]] == [LYCEE]
    # The audit has a station that this run is not about, never the other way round.
    assert {each["state"] for each in result["schools"][0]["operations"]} == {"done"}
    assert {event.get("station") for event in year.lab.journal(since=since)} - {None, ""} == {"riquet-direction"}
    assert year.lab.snapshots() == before
    assert {file: file.stat().st_mtime_ns for file in (year.work / "reports").iterdir()} == reports


def test_every_date_is_of_the_story(excerpts: dict[tuple[str, str], str], year: Year) -> None:
    """Controller, stations and servers have one clock, and each thing was done on its day."""
    assert excerpts
    with sqlite3.connect(year.work / "state/pronote.sqlite3") as db:
        stored = "\n".join(db.iterdump())
        attested = db.execute("select substr(at, 1, 10), done_on from attestation order by id").fetchall()
    assert [at for at, _ in attested] == [
        *("2026-08-26", "2026-08-27", "2026-08-27"),
        *("2026-08-31", "2026-09-01", "2026-09-11", "2026-09-14"),
    ]
    assert all(at == done_on for at, done_on in attested)
    written = [file for folder in ("runs", "reports", "logs", "cache") for file in (year.work / folder).iterdir()]
    texts = {file.name: file.read_text(encoding="utf-8") for file in written if file.is_file()}
    for place, text in {**texts, "the store": stored}.items():
        # The oldest is the export of the year before.
        strange = {day for day in _DAYS.findall(text) if not "2025-08-29" <= day <= MOMENTS[-1].day}
        assert not strange, place
    # What its programs wrote into each station's registry, when the lab began and when it was deployed.
    for station, installed in {
        "riquet-s101-01": {"20260615", "20260831"},
        "fermat-cdi-02": {"20260615", "20260914"},
    }.items():
        assert set(re.findall(r"\b202\d[01]\d[0-3]\d\b", year.lab.snapshot(station).decode())) == installed


def _attest(year: Year, *arguments: str, **more: str) -> PlaybookRun:
    return year.play(
        "attest",
        "--limit",
        "college_fermat",
        *arguments,
        pronote_attest_operation=7,
        pronote_attest_name="Camille Roy",
        pronote_attest_role="administratrice ENT",
        pronote_attest_date="2026-10-02",
        **more,
    ).assert_code(0)


def test_attesting_twice_changes_nothing_and_looking_never_does(
    excerpts: dict[tuple[str, str], str], year: Year
) -> None:
    assert excerpts
    line = "+0310002B 2026 operation 7: Camille Roy (administratrice ENT), 2026-10-02"
    runs = [_attest(year, *arguments) for arguments in (("--check", "--diff"), ("--diff",), ("--check",), ())]
    changed = [next(iter(run.of("rentree_attest").values()))["changed"] for run in runs]
    assert changed == [True, True, False, False]
    assert line in runs[0].output
    assert line in runs[1].output
    # What is attested out of turn is doubted, and says why; revoking it brings the board back.
    assert year.board()[COLLEGE] == "D D D D T B5 ? D"
    revoked = {"pronote_attest_revoke": "mauvais fichier"}
    runs = [_attest(year, *arguments, **revoked) for arguments in (("--check", "--diff"), (), ())]
    assert [next(iter(run.of("rentree_attest").values()))["changed"] for run in runs] == [True, True, False]
    assert f"-{line[1:]}" in runs[0].output
    assert year.board() == MOMENTS[-1].expected


def test_nobody_of_the_files_is_named_anywhere(excerpts: dict[tuple[str, str], str], year: Year) -> None:
    assert excerpts
    verbose = year.play("rentree", "-vvvvv").assert_code(0)
    assert len(verbose.output) > 10_000
    with sqlite3.connect(year.work / "state/pronote.sqlite3") as db:
        stored = "\n".join(db.iterdump())
    written = [p for folder in ("runs", "reports", "logs") for p in (year.work / folder).rglob("*") if p.is_file()]
    assert len(written) > 40
    texts = {str(file): file.read_text(encoding="utf-8", errors="replace") for file in written}
    for place, text in {**texts, "the store": stored, "excerpts": "\n".join(excerpts.values())}.items():
        assert not [secret for secret in SECRETS if secret in text.lower()], place
        assert not [token for uai in _STATIONS for token in year.lab.tokens(uai) if token in text], place
    # Those who attest are named, by design.
    assert "Claude Martin" in texts[str(year.work / "reports/rentree.html")]


def test_the_guide_shows_what_is_really_printed(excerpts: dict[tuple[str, str], str]) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert text.count("<!-- extrait : ") >= 5
    assert guide_with(text, excerpts) == text, "run python -m tests.year --guide and commit docs/guide-admin.fr.md"


def test_a_school_has_to_be_said(year: Year, tmp_path: Path) -> None:
    asked = {"pronote_attest_operation": 3, "pronote_attest_name": "X", "pronote_attest_role": "Y"}
    both = year.play("attest", **asked, pronote_state=str(tmp_path / "s.sqlite3")).assert_code(2)
    assert "quel établissement ? Cette exécution a 0310001A, 0310002B." in " ".join(both.output.split())
    assert not (tmp_path / "s.sqlite3").exists()
