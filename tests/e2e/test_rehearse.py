"""A rehearsal as somebody runs it: one station of each kind of Windows, a table, a file that names nobody."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import ROOT

_SCHEMA = json.loads((ROOT / "docs/rehearsal.schema.json").read_text(encoding="utf-8"))


def _depot(school: School) -> str:
    return f"pronote_depot_path={school.lab.info['depot_folder']}"


def _web(folder: Path) -> dict[str, str]:
    """Variables of a web server, which is this machine, and an inventory with it."""
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_password": None}
    hosts = {"pronote_depots": {"hosts": {"web": {**local, "ansible_remote_tmp": str(folder / "tmp")}}}}
    (folder / "hosts.yml").write_text(json.dumps(hosts), encoding="utf-8")
    return {"pronote_depot_host": "web", "pronote_depot_host_path": str(folder / "web")}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    """A station as it should be with a client and somebody at it, one that writes in another page, one that is off."""
    stations = [
        {"name": "pc-01", "session_open": "eleve", "clients": [{"release": "2026.1.9"}]},
        {"name": "pc-02", "contradicts": ["reg_ansi"], "windows": "11-23H2"},
        {"name": "pc-03", "power": "off"},
    ]
    return start_school(stations, clock=1)


def test_a_sound_station(school: School) -> None:
    """It is afterwards as it was, and the file names nobody."""
    before = school.lab.snapshots()
    run = school.play("rehearse", "--limit", "pc-01", "--diff", "-e", _depot(school)).assert_code(0)
    assert school.lab.snapshots() == before
    assert set(school.lab.shells().values()) == {0}
    assert "Nothing that this station was asked is contradicted." in run.output
    tasks = [event["data"]["event"] for event in school.lab.journal(kind="task")]
    assert (tasks.count("registered"), tasks.count("deleted")) == (1, 1)
    file = school.written / "reports/rehearsals/19045-Professional-x64/rehearsal.json"
    assert str(file) in run.output
    text = file.read_text(encoding="utf-8")
    report = json.loads(text)
    jsonschema.Draft202012Validator(_SCHEMA).validate(report)
    assert (report["verdict"], report["counts"]["contradicted"]) == ("held", 0)
    assert {each["id"] for each in report["assumptions"] if each["outcome"] == "held"} >= {
        "E1",
        "W6",
        "W14",
        "J19",
        "J20",
        "N1",
    }
    for name in ("pc-01", "eleve", "0310001A", "127.", "deploiement", "users"):
        assert name not in text.lower()


def test_a_station_that_contradicts_an_assumption(school: School, tmp_path: Path) -> None:
    """Exactly it is told, in French too, and the run ends with an error. A web server gets the package."""
    values = {**_web(tmp_path), "pronote_language": "fr", "pronote_depot_path": school.lab.info["depot_folder"]}
    given = ("--limit", "pc-02", "-i", str(tmp_path / "hosts.yml"), "-e", json.dumps(values))
    run = school.play("rehearse", *given).assert_code(2)
    names = {path.name for path in (tmp_path / "web/rehearsal/2099.0.0/x64").iterdir()}
    assert names == {"install.cmd", "rehearsal.cmd", "SHA256SUMS"}
    assert "Ce poste contredit ce que la collection tient pour acquis." in run.output
    assert run.output.count("✗") == 1
    assert "reg.exe écrit dans la page de codes ANSI (1252)" in " ".join(run.output.replace("│", " ").split())
    report = json.loads(
        (school.written / "reports/rehearsals/22631-Professional-x64/rehearsal.json").read_text(encoding="utf-8")
    )
    assert [each["id"] for each in report["assumptions"] if each["outcome"] == "contradicted"] == ["E1"]
    assert "Traceback" not in run.output


def test_the_doctor_asks_for_one_of_each_kind(school: School) -> None:
    """He has read what was written, and what it came to."""
    run = school.play("doctor", "--limit", "pc-01,pc-02", "-e", "pronote_doctor_stations=all").assert_code(2)
    (result,) = run.of("doctor").values()
    (told,) = result["schools"]
    found = {each["stations"][0]["station"]: each["outcome"] for each in told["checks"] if each["check"] == "rehearsal"}
    assert found == {"pc-01": "holds", "pc-02": "fails"}
    (school.written / "reports/rehearsals/19045-Professional-x64/rehearsal.json").unlink()
    run = school.play("doctor", "--limit", "pc-01").assert_code(0)
    (result,) = run.of("doctor").values()
    told = [each for each in result["schools"][0]["checks"] if each["check"] == "rehearsal"]
    assert [(each["outcome"], each["fact"]) for each in told] == [
        ("unknown", "no rehearsal was made on this kind of Windows (19045-Professional-x64)")
    ]


def test_a_check_writes_nothing(school: School, tmp_path: Path) -> None:
    """And asks the same, also where nothing was ever published."""
    file = school.written / "reports/rehearsals/22631-Professional-x64/rehearsal.json"
    file.unlink(missing_ok=True)
    (tmp_path / "depot").mkdir()
    values = {**_web(tmp_path), "pronote_depot_path": str(tmp_path / "depot"), "pronote_rehearse_fail_on": []}
    given = ("--limit", "pc-02", "-i", str(tmp_path / "hosts.yml"), "-e", json.dumps(values))
    run = school.play("rehearse", *given, "--check", "--diff").assert_code(0)
    assert "This station contradicts" in run.output
    assert "rehearsal.cmd" in run.output
    assert not file.exists()
    assert not (tmp_path / "web").exists()
    assert list((tmp_path / "depot").iterdir()) == []


def test_several_stations_are_refused(school: School) -> None:
    """Before any of them is asked."""
    since = len(school.lab.journal())
    run = school.play("rehearse").assert_code(2)
    assert "a rehearsal is of one station" in run.output
    assert school.lab.journal(kind="request", since=since) == []


def test_a_station_that_is_off(school: School) -> None:
    """One line, and no file."""
    run = school.play("rehearse", "--limit", "pc-03").assert_code(4)
    assert "Traceback" not in run.output
