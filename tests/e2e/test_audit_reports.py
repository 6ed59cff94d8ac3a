"""The audit's reports, history and exit codes, through the playbook and through bin/pronote-audit."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import ROOT
from tests.e2e.reports import json_report

SCRIPT = "<script>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A0"
STATIONS: list[dict[str, Any]] = [
    {"name": "compliant", "clients": [{"release": "2026.2.7"}]},
    {"name": "late", "clients": [{"release": "2026.1.3"}]},
    {"name": "absent"},
    {"name": "off", "power": "off"},
    {"name": SCRIPT, "clients": [{"release": "2026.1.3"}]},
    {"name": FORMULA, "clients": [{"release": "2026.1.3"}]},
]
COUNTS = {"compliant": 1, "late": 3, "absent": 1, "unreachable": 1}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS, language="fr")


def _options(folder: Path, **more: Any) -> tuple[str, str]:
    """Every report in one folder, and a store of its own."""
    values = {
        "pronote_reports_dir": str(folder),
        "pronote_audit_exports": [str(folder / f"audit.{kind}") for kind in ("csv", "prom", "xml")],
        "pronote_state": str(folder / "state/pronote.sqlite3"),
        **more,
    }
    return "-e", json.dumps(values)


def _some(counts: dict[str, int]) -> dict[str, int]:
    return {status: number for status, number in counts.items() if number}


def test_every_report_tells_of_the_same_stations(school: School, tmp_path: Path) -> None:
    run = school.play("audit", *_options(tmp_path)).assert_code(0)
    report = json_report(tmp_path)
    assert _some(report["counts"]) == _some(report["run"]["counts"]) == COUNTS
    result = next(iter(run.of("audit_report").values()))
    assert (result["verdict"], result["exit_code"], result["changed"]) == ("not_compliant", 1, False)
    assert result["html"] == str(tmp_path / "audit.html")
    page: Any = html.parse(str(tmp_path / "audit.html"), html.HTMLParser(encoding="utf-8"))
    cells = [cell.text_content().split(" : ")[0] for cell in page.findall(".//ul[@class='plan']//span[@class='v']")]
    assert sorted(cells) == sorted(station["name"] for station in STATIONS)
    # One script: ours.
    assert len(page.findall(".//script")) == 1
    rows = list(csv.reader((tmp_path / "audit.csv").open(encoding="utf-8-sig", newline=""), delimiter=";"))
    assert {row[3] for row in rows[1:]} == {*(s["name"] for s in STATIONS if s["name"] != FORMULA), f"'{FORMULA}"}
    cases = {case.get("name") for case in etree.parse(tmp_path / "audit.xml").iterfind(".//testcase")}
    assert cases == {station["name"] for station in STATIONS}
    families = text_string_to_metric_families((tmp_path / "audit.prom").read_text(encoding="utf-8"))
    samples = {
        s.labels["status"]: int(s.value) for f in families if f.name == "rentree_pronote_stations" for s in f.samples
    }
    assert _some(samples) == COUNTS
    # The command of the report, for the stations that a command can name.
    command = page.find(".//pre").text_content()
    assert command == f"ansible-playbook playbooks/deploy.yml -i {school.inventory} --limit absent,late"


def test_the_next_audit_says_what_changed(school: School, tmp_path: Path) -> None:
    options = _options(tmp_path)
    school.play("audit", *options).assert_code(0)
    first = json_report(tmp_path)
    assert not any(first["changes"].values())
    assert first["schools"][0]["release_since"] == first["at"]
    # A visit: somebody removes the client of one station, by hand.
    school.play("deploy", "--limit", "compliant", "-e", "pronote_client_state=absent").assert_code(0)
    try:
        school.play("audit", *options).assert_code(0)
    finally:
        school.play("deploy", "--limit", "compliant").assert_code(0)
    second = json_report(tmp_path)
    (late,) = second["changes"]["newly_late"]
    assert (late["station"], late["before"], late["after"]) == ("compliant", "compliant", "absent")
    since = {station["station"]: station["since"] for station in second["stations"]}
    assert since["compliant"] == second["at"]
    assert since["late"] == since["off"] == first["at"]
    assert second["schools"][0]["release_since"] == first["at"]
    school.play("audit", *options).assert_code(0)
    assert [change["station"] for change in json_report(tmp_path)["changes"]["fixed"]] == ["compliant"]


def test_what_changed_without_a_job_of_ours_is_told_apart(start_school: StartSchool, tmp_path: Path) -> None:
    """All are late at first: one is deployed to, one updates itself, a visit takes one further than its server is."""
    names = ("ours", "updated", "visited", "left")
    school = start_school([{"name": name, "clients": [{"release": "2026.1.3"}]} for name in names], language="fr")
    options = _options(tmp_path)
    school.play("audit", *options).assert_code(0)
    assert json_report(tmp_path)["changes"]["by_hand"] == []
    school.play("deploy", "--limit", "ours", *options).assert_code(0)
    school.lab.people("updated", "update", "2026.2.7")
    school.lab.people("visited", "update", "2026.3.0")
    run = school.play("audit", *options).assert_code(0)
    changes = json_report(tmp_path)["changes"]
    assert {c["station"]: (c["before"], c["after"]) for c in changes["by_hand"]} == {
        "updated": ("2026.1.3 x64", "2026.2.7 x64"),
        "visited": ("2026.1.3 x64", "2026.3.0 x64"),
    }
    assert [c["station"] for c in changes["fixed"]] == ["ours", "updated"]
    # Wrong before, and wrong in another way.
    assert changes["newly_late"] == []
    assert next(iter(run.of("audit_report").values()))["changes"] == changes
    page: Any = html.parse(str(tmp_path / "audit.html"), html.HTMLParser(encoding="utf-8"))
    shown = " ".join(page.find(".//ul[@class='changes']").text_content().split())
    assert "Changés sans nous (mise à jour automatique ou intervention) (2)" in shown
    assert "updated (2026.1.3 x64 → 2026.2.7 x64), visited (2026.1.3 x64 → 2026.3.0 x64)" in shown
    # Told once: the next audit compares with this one.
    school.play("audit", *options).assert_code(0)
    assert not any(json_report(tmp_path)["changes"].values())


def test_a_limited_audit_keeps_the_others_as_last_known(school: School, tmp_path: Path) -> None:
    options = _options(tmp_path)
    school.play("audit", *options).assert_code(0)
    first = json_report(tmp_path)
    run = school.play("audit", "--limit", "late", *options).assert_code(0)
    report = json_report(tmp_path)
    assert report["limited"]
    assert report["run"]["stations"] == 1
    assert report["changes"]["vanished"] == []
    assert _some(report["counts"]) == COUNTS
    assert {s["station"] for s in report["stations"] if not s["audited"]} == {s["name"] for s in STATIONS} - {"late"}
    assert {s["at"] for s in report["stations"] if not s["audited"]} == {first["at"]}
    # The table on the screen and the verdict are about what was asked for.
    assert "aucun client" not in run.output
    assert next(iter(run.of("audit_report").values()))["counts"]["absent"] == 0


def test_a_check_keeps_and_writes_nothing(school: School, tmp_path: Path) -> None:
    school.play("audit", "--check", *_options(tmp_path)).assert_code(0)
    assert list(tmp_path.iterdir()) == []
    school.play("audit", *_options(tmp_path)).assert_code(0)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    school.play("audit", "--check", "--diff", "--limit", "late", *_options(tmp_path)).assert_code(0)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_no_store_by_choice(school: School, tmp_path: Path) -> None:
    school.play("audit", *_options(tmp_path, pronote_state="")).assert_code(0)
    assert json_report(tmp_path)["changes"] is None
    assert not (tmp_path / "state").exists()


def test_what_roles_write_beside_the_inventory_is_not_read_as_one(school: School) -> None:
    """With the roles' own defaults, twice: reports and store of the first run are there when the second begins."""
    for _ in range(2):
        run = school.play("audit").assert_code(0)
        assert "[WARNING]" not in run.output
        assert {"reports", "state"} <= {path.name for path in school.written.iterdir()}
        assert not {"reports", "state", "logs"} & {path.name for path in school.inventory.iterdir()}


def test_an_unusable_store_costs_the_history_not_the_report(school: School, tmp_path: Path) -> None:
    broken = tmp_path / "state.sqlite3"
    broken.write_text("liste des postes\n" * 100, encoding="utf-8")
    # Its stations' own: none is a reason to fail here.
    run = school.play("audit", *_options(tmp_path, pronote_state=str(broken))).assert_code(0)
    assert "Move it away; the next run begins a new one" in json_report(tmp_path)["history_problem"]
    assert "Le mettre de côté" in " ".join(run.output.split())
    assert _some(json_report(tmp_path)["counts"]) == COUNTS
    assert (tmp_path / "audit.html").exists()
    assert "en retard" in run.output


def test_a_place_that_cannot_be_written_is_named(school: School, tmp_path: Path) -> None:
    run = school.play("audit", *_options(tmp_path, pronote_audit_exports=["/proc/nowhere/audit.csv"])).assert_code(2)
    assert "non écrits : /proc/nowhere/audit.csv" in " ".join(run.output.split())
    assert (tmp_path / "audit.html").exists()


# Of one station: a variable of the role, and one that the report itself would like to show.
WRONG = {
    "pronote_client_release": "{{ inventory_hostname | from_json if inventory_hostname == 'late' else '' }}",
    "pronote_school": "{{ nothing if inventory_hostname == 'late' else 'Lycée' }}",
}


def test_a_station_whose_variables_are_wrong_is_in_the_report_too(school: School, tmp_path: Path) -> None:
    run = school.play("audit", "--limit", "late,compliant", *_options(tmp_path, **WRONG)).assert_code(2)
    report = json_report(tmp_path)
    assert {s["station"]: s["status"] for s in report["stations"] if s["audited"]} == {
        "late": "unknown_release",
        "compliant": "compliant",
    }
    # Whom no audit has looked at is there too, with its place, and the run's last block says so.
    others = [s for s in report["stations"] if not s["audited"]]
    assert {(s["status"], s["school"], s["room"]) for s in others} == {("unread", "0310001A", "Salle 101")}
    assert f"{len(STATIONS) - 2} postes de l'inventaire n'ont jamais été relevés." in run.output
    (reason,) = (s["reason"] for s in report["stations"] if s["station"] == "late")
    assert "from_json" in reason
    assert (report["verdict"], report["exit_code"]) == ("incomplete", 3)
    assert "version inconnue" in run.output


def _command(school: School, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, str(ROOT / "bin/pronote-audit"), "-i", str(school.inventory)),
            *("-e", f"@{school.variables}", *_options(folder), *arguments),
        ],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "RENTREE_"))},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


# What the command makes of all that a play can say: tests/unit/test_pronote_audit.py. Here plays say it.
@pytest.mark.parametrize(
    ("limit", "extra", "expected"),
    [
        ("compliant", {"pronote_language": "en", "pronote_state": "/proc/x/y"}, (0, "pronote-audit: Compliant")),
        ("compliant,late", {"pronote_state": "/proc/x/y"}, (1, "pronote-audit\xa0: Non conforme")),
        ("compliant,late", {"pronote_audit_fail_on": ["absent"]}, (0, "pronote-audit\xa0: Non conforme")),
        ("compliant,late", {"pronote_audit_fail_on": ["late"]}, (1, "pronote-audit\xa0: Non conforme")),
        (
            "compliant,off",
            {"pronote_audit_max": {"unreachable": 10}},
            (3, "pronote-audit\xa0: Audit incomplet\xa0; 1 poste sur 2 est injoignable"),
        ),
        # Before an audit has said the inventory's language, it is that of the command line.
        ("compliant", {"pronote_audit_fail_on": ["later"], "pronote_language": "en"}, (2, "no audit was made")),
        ("compliant,late", WRONG, (2, "pronote-audit\xa0: ansible-playbook a rendu le code 2\xa0: voir plus haut")),
    ],
)
def test_the_exit_code_says_it(
    school: School, tmp_path: Path, limit: str, extra: dict[str, Any], expected: tuple[int, str]
) -> None:
    done = _command(school, tmp_path, "--limit", limit, "-e", json.dumps(extra))
    assert done.returncode == expected[0], done.stdout + done.stderr
    assert expected[1] in done.stderr


def test_the_exit_code_in_check_mode_is_the_same(school: School, tmp_path: Path) -> None:
    assert _command(school, tmp_path, "--limit", "late", "--check").returncode == 1
    assert list(tmp_path.iterdir()) == []


# Everything else that decides it: tests/unit/test_pronote_audit.py.
def test_a_language_that_there_is_not_is_told(tmp_path: Path) -> None:
    done = _help(tmp_path, RENTREE_LANGUAGE="de")
    assert done.stdout.startswith("Faire l'audit, et finir avec un code")
    assert done.stderr.startswith("pronote-audit\xa0: RENTREE_LANGUAGE vaut 'de', et non fr ou en")


def _help(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "ansible.cfg").touch()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "RENTREE_"))}
    done = subprocess.run(
        [sys.executable, str(ROOT / "bin/pronote-audit"), "--help"],
        env={**kept, "ANSIBLE_CONFIG": str(folder / "ansible.cfg"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done
