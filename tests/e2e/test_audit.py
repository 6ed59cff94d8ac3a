"""The audit: one status for every station, whatever it does; table, JSON and exit code."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ACCOUNT, UAI, School, StartSchool
from tests.e2e.playbook import PlaybookRun

# What a start-up script of the release before has left.
_STARTUP = {
    "path": r"C:\Program Files\Rentree PRONOTE\startup.result",
    "text": "script=1\r\nrelease=2026.1.3\r\nstate=right\r\nhas=2026.1.3\r\n",
}
# Every status, by the name of its station.
STATIONS: list[dict[str, Any]] = [
    {"name": "compliant", "clients": [{"release": "2025.2.9"}, {"release": "2026.2.7"}]},
    {"name": "late", "clients": [{"release": "2026.1.3"}], "files": [_STARTUP]},
    {"name": "ahead", "clients": [{"release": "2026.3.1"}]},
    {"name": "older_year_only", "clients": [{"release": "2024.3.11"}, {"release": "2025.2.9"}]},
    {"name": "several", "clients": [{"release": "2026.2.7"}, {"release": "2026.1.3", "arch": "x86"}]},
    {"name": "absent", "uninstall_entries": 300},
    {"name": "unreachable", "power": "off"},
    {"name": "refused", "accounts": [{**ACCOUNT, "password": "another one"}]},
    {"name": "refused-wmi", "deny_wmi": True},
    {"name": "refused-shells", "deny_shells": True},
    {"name": "unreachable-cut", "faults": [{"effect": "cut", "match": "Uninstall", "times": 0}]},
    {"name": "unknown_release-fault", "faults": [{"effect": "oversize", "match": "Uninstall", "times": 0}]},
]


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS, language="fr")


def _records(school: School) -> dict[str, dict[str, Any]]:
    return {r["station"]: r for r in json.loads(school.report.read_text(encoding="utf-8"))["stations"]}


@pytest.mark.smoke
def test_every_status_in_table_and_json(school: School) -> None:
    before = school.lab.snapshots()
    run = school.play("audit", "-f", "50").assert_code(0)
    records = _records(school)
    assert {name: record["status"] for name, record in records.items()} == {
        str(station["name"]): str(station["name"]).partition("-")[0] for station in STATIONS
    }
    for record in records.values():
        assert record["reason"]
        assert record["remedy"] or record["status"] == "compliant"
    for words in ("à jour", "en retard", "en avance", "injoignable", "accès refusé", "version inconnue", "Salle 101"):
        assert words in run.output
    assert "serveur 2026.2.7" in run.output
    said = " ".join(run.output.split())
    assert "ces postes ont lancé est pour la 2026.1.3, et leur serveur fait tourner la 2026.2.7 : late." in said
    assert school.lab.snapshots() == before
    assert "failed=1" not in run.output
    assert "unreachable=1" not in run.output


def test_the_server_is_asked_once_for_all_stations(school: School, tmp_path: Path) -> None:
    before = len(school.lab.journal(kind="web"))
    school.play("audit", "-f", "50", "-e", f"pronote_cache_dir={tmp_path / 'cache'}").assert_code(0)
    assert len(school.lab.journal(kind="web")) == before + 1


def test_a_cache_that_cannot_be_used_leaves_no_station_of_unknown_release(school: School, tmp_path: Path) -> None:
    """Every station was "version inconnue", with exit code 0."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    before, cache = len(school.lab.journal(kind="web")), tmp_path / "file/cache"
    run = school.play("audit", "-f", "50", "-e", f"pronote_cache_dir={cache}").assert_code(0)
    said = " ".join(run.output.split())
    assert f"le cache {cache} des serveurs hébergés ne peut pas servir (Not a directory)" in said
    assert {name: record["status"] for name, record in _records(school).items()} == {
        str(station["name"]): str(station["name"]).partition("-")[0] for station in STATIONS
    }
    assert len(school.lab.journal(kind="web")) == before + 1


def test_a_store_that_somebody_holds_costs_one_wait_and_the_report_says_so(school: School) -> None:
    """It cost thirty seconds for each worker, and then the exit code of a sound audit."""
    store = school.work / "held.sqlite3"
    arguments = ("audit", "-f", "50", "-e", f"pronote_state={store}")
    school.play(*arguments).assert_code(0)
    with sqlite3.connect(store, isolation_level=None) as stopped:
        stopped.execute("begin immediate")
        run = school.play(*arguments).assert_code(0)
    said = " ".join(run.output.split())
    assert "database is locked. Une autre exécution l'occupe" in said
    assert "Cet audit n'est pas dans l'historique, et ses rapports sont sans historique" in said
    report = json.loads(school.report.read_text(encoding="utf-8"))
    assert "Another run holds it" in report["history_problem"]
    assert len(report["stations"]) == len(STATIONS)
    assert school.play(*arguments).assert_code(0)


# What is failed on. What is not: test_every_status_in_table_and_json, and the codes of test_audit_reports.py.
@pytest.mark.parametrize(
    ("fail_on", "limit", "says"),
    [
        (["late", "absent"], "all", "2 postes sur 12 sont à l'état «\u00a0en retard ou absent\u00a0»"),
        (["unreachable"], "unreachable", "1 poste sur 1 est à l'état «\u00a0injoignable\u00a0»"),
        (["later"], "compliant", "état inconnu later"),
    ],
)
def test_exit_code(school: School, fail_on: list[str], limit: str, says: str) -> None:
    run = school.play("audit", "--limit", limit, "-e", json.dumps({"pronote_audit_fail_on": fail_on}))
    run.assert_code(2)
    assert says in run.output


@pytest.mark.smoke
def test_limit_and_check_leave_the_rest_alone(school: School, tmp_path: Path) -> None:
    path = tmp_path / "reports"
    run = school.play("audit", "--limit", "late", "--check", "-e", f"pronote_reports_dir={path}").assert_code(0)
    assert "2026.1.3" in run.output
    assert "compliant" not in run.output
    assert not path.exists()


def test_english_by_choice(school: School) -> None:
    for variable in ("pronote_language", "pronote_audit_language"):
        run = school.play("audit", "--limit", "late", "-e", f"{variable}=en").assert_code(0)
        assert "server 2026.2.7" in run.output
        assert "en retard" not in run.output
        warned = "pronote_audit_language is pronote_language now" in " ".join(run.output.split())
        assert warned is (variable == "pronote_audit_language")


def test_a_pinned_release_beats_the_server(school: School) -> None:
    run = school.play("audit", "--limit", "late", "-e", "pronote_client_release=2026.1.3").assert_code(0)
    assert run.of("audit")["late"]["record"]["status"] == "compliant"


# What a server answers, and what is said of it.
UNREADABLE = {
    "suspended_fr": "has suspended the controller's address",
    "suspended_en": "has suspended the controller's address",
    "unavailable": "the site is not available",
    "momentarily_unavailable": "momentarily unavailable",
    "not_found": "the page does not exist",
    "html": "an HTML page instead of its description",
    "nonsense": "something that is not JSON",
    "no_version": "has no version",
    "redirect": "instead of answering",
    "http_500": "HTTP 500",
    "truncated": "broke off",
    "close": "broke off",
}


@dataclass(frozen=True, kw_only=True)
class Evening:
    """An audit and a deployment of schools whose servers cannot be read: each in its own way."""

    school: School
    audit: PlaybookRun
    asked: list[str]  # the school of each request that the audit made of a server
    deploy: PlaybookRun


def _uai(mode: str) -> str:
    return f"03100{list(UNREADABLE).index(mode):02}Z"


@pytest.fixture(scope="module")
def evening(start_school: StartSchool) -> Evening:
    """One run of each for all of them: the schools have nothing to do with each other."""
    schools = [{"uai": _uai(mode), "group": mode, "name": mode, "release": "2026.2.7"} for mode in UNREADABLE]
    rooms = [
        {
            "group": f"salle_{mode}",
            "name": f"Salle {number}",
            "school": _uai(mode),
            "stations": [
                {"name": f"{name}-{mode}", "address": f"{number}.{host}", "clients": [{"release": release}]}
                for host, (name, release) in enumerate({"compliant": "2026.2.7", "late": "2026.1.3"}.items(), start=1)
            ],
        }
        for number, mode in enumerate(UNREADABLE, start=1)
    ]
    school = start_school([], schools=schools, rooms=rooms)
    for mode in UNREADABLE:
        school.lab.school(_uai(mode), mode=mode)
    before = len(school.lab.journal(kind="web"))
    audit = school.play("audit", "-f", "50").assert_code(0)
    asked = [event["data"]["uai"] for event in school.lab.journal(kind="web")[before:]]
    return Evening(school=school, audit=audit, asked=asked, deploy=school.play("deploy", "-f", "50").assert_code(2))


@pytest.mark.parametrize("mode", UNREADABLE)
def test_an_unreadable_server_is_said_and_never_taken_for_an_old_release(evening: Evening, mode: str) -> None:
    assert evening.asked.count(_uai(mode)) == 1
    for host in (f"compliant-{mode}", f"late-{mode}"):
        record = evening.audit.of("audit")[host]["record"]
        assert record["status"] == "unknown_release"
        assert UNREADABLE[mode] in record["reason"]
        assert _uai(mode) in record["reason"]
        refused = evening.deploy.of("client")[host]
        assert refused["outcome"] == "failed"
        assert UNREADABLE[mode] in " ".join(refused["msg"].split())
    assert not evening.school.lab.installer_starts()


def test_the_last_known_release_serves_while_the_server_is_down(school: School, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    arguments = ("--limit", "compliant", "-e", f"pronote_cache_dir={cache}")
    school.play("audit", *arguments).assert_code(0)
    for file in cache.glob("*.json"):
        entry = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**entry, "read_at": entry["read_at"] - 86400}), encoding="utf-8")
    school.lab.school(UAI, mode="suspended_fr")
    try:
        run = school.play("audit", *arguments).assert_code(0)
    finally:
        school.lab.school(UAI, mode="ok")
    record = run.of("audit")["compliant"]["record"]
    assert (record["status"], record["stale"]) == ("compliant", True)
    assert "dernière version connue, serveur illisible" in run.output


def test_no_token_and_no_password_in_any_output(school: School) -> None:
    texts = [path.read_text(encoding="utf-8") for path in school.work.parent.rglob("*.json*")]
    texts += [path.read_text(encoding="utf-8") for path in school.work.rglob("*.log")]
    assert texts
    assert not any("jetonCAS" in text for text in texts if "nomEtab" not in text)
    outputs = [path.read_text(encoding="utf-8", errors="replace") for path in school.work.rglob("*") if path.is_file()]
    assert not any(ACCOUNT["password"] in text for text in outputs)
