"""The audit: one status for every station, whatever it does; table, JSON and exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ACCOUNT, UAI, School, StartSchool

# Every status, by the name of its station.
STATIONS: list[dict[str, Any]] = [
    {"name": "compliant", "clients": [{"release": "2025.2.9"}, {"release": "2026.2.7"}]},
    {"name": "late", "clients": [{"release": "2026.1.3"}]},
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
    return start_school(STATIONS)


def _records(school: School) -> dict[str, dict[str, Any]]:
    path = Path(json.loads(school.variables.read_text(encoding="utf-8"))["pronote_audit_path"])
    return {r["station"]: r for r in json.loads(path.read_text(encoding="utf-8"))["stations"]}


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
    assert school.lab.snapshots() == before
    assert "failed=1" not in run.output
    assert "unreachable=1" not in run.output


def test_the_server_is_asked_once_for_all_stations(school: School, tmp_path: Path) -> None:
    before = len(school.lab.journal(kind="web"))
    school.play("audit", "-f", "50", "-e", f"pronote_cache_dir={tmp_path / 'cache'}").assert_code(0)
    assert len(school.lab.journal(kind="web")) == before + 1


@pytest.mark.parametrize(
    ("fail_on", "limit", "code", "says"),
    [
        (["late", "absent"], "all", 2, "2 of 12 stations are late or absent"),
        (["late"], "compliant", 0, ""),
        (["unreachable"], "unreachable", 2, "1 of 1 stations are unreachable"),
        (["later"], "compliant", 2, "unknown status later"),
        ([], "unreachable,refused", 0, ""),
    ],
)
def test_exit_code(school: School, fail_on: list[str], limit: str, code: int, says: str) -> None:
    run = school.play("audit", "--limit", limit, "-e", json.dumps({"pronote_audit_fail_on": fail_on}))
    run.assert_code(code)
    assert says in run.output


@pytest.mark.smoke
def test_limit_and_check_leave_the_rest_alone(school: School, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    run = school.play("audit", "--limit", "late", "--check", "-e", f"pronote_audit_path={path}").assert_code(0)
    assert "2026.1.3" in run.output
    assert "compliant" not in run.output
    assert not path.exists()


def test_english_by_choice(school: School) -> None:
    run = school.play("audit", "--limit", "late", "-e", "pronote_audit_language=en").assert_code(0)
    assert "server 2026.2.7" in run.output
    assert "en retard" not in run.output


def test_a_pinned_release_beats_the_server(school: School) -> None:
    run = school.play("audit", "--limit", "late", "-e", "pronote_client_release=2026.1.3").assert_code(0)
    assert run.of("audit")["late"]["record"]["status"] == "compliant"


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        ("suspended_fr", "has suspended the controller's address"),
        ("suspended_en", "has suspended the controller's address"),
        ("unavailable", "the site is not available"),
        ("momentarily_unavailable", "momentarily unavailable"),
        ("not_found", "the page does not exist"),
        ("html", "an HTML page instead of its description"),
        ("nonsense", "something that is not JSON"),
        ("no_version", "has no version"),
        ("redirect", "redirects instead of answering"),
        ("http_500", "HTTP 500"),
        ("truncated", "broke off"),
        ("close", "broke off"),
    ],
)
def test_an_unreadable_server_is_said_and_never_taken_for_an_old_release(
    school: School, tmp_path: Path, mode: str, says: str
) -> None:
    cache = tmp_path / "cache"
    arguments = ("--limit", "compliant,late", "-e", f"pronote_cache_dir={cache}")
    school.lab.school(UAI, mode=mode)
    try:
        before = len(school.lab.journal(kind="web"))
        run = school.play("audit", *arguments).assert_code(0)
        assert len(school.lab.journal(kind="web")) == before + 1
        for host in ("compliant", "late"):
            record = run.of("audit")[host]["record"]
            assert record["status"] == "unknown_release"
            assert says in record["reason"]
            assert UAI in record["reason"]
        deploy = school.play("deploy", *arguments).assert_code(2)
        assert says in " ".join(deploy.output.split())
        assert not school.lab.installer_starts()
    finally:
        school.lab.school(UAI, mode="ok")


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
    outputs = [path.read_text(encoding="utf-8") for path in school.work.rglob("*")]
    assert not any(ACCOUNT["password"] in text for text in outputs)
