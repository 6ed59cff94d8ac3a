"""What only real Win32 shows: locked files, real installers of three technologies, hostile names, a cut-off job."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import School, StartSchool
from tests.e2e.test_interrupted import kill_controller, start_deploy, until
from tests.lab.inventory import TIMEOUTS

pytestmark = [pytest.mark.wine, pytest.mark.usefixtures("wine")]

# Names that would do harm if one of them reached a command line, a path or a template unquoted.
HOSTILE = 'x" & calc.exe & rem %PATH% $(id) `id` <script> é'


def _found(school: School) -> dict[str, str | None]:
    return school.releases(school.play("audit").assert_code(0))


def _clean(school: School, *names: str) -> None:
    """No folder, file or task of a job is left.

    Uninstallers made with NSIS have a copy of themselves deleted at the next start of Windows, by a registry value.
    """
    for name in names:
        left = [line for line in school.lab.snapshot(name).splitlines() if b"Rentree PRONOTE" in line]
        assert [line for line in left if b"PendingFileRenameOperations" not in line] == []


def test_a_running_client_locks_its_file(start_school: StartSchool) -> None:
    busy = {"clients": [{"release": "2026.1.3"}], "session_open": True, "running_client": "2026.1.3"}
    school = start_school([{"name": "occupe", **busy}], backend="wine")
    before = school.lab.snapshots()
    skipped = school.play("deploy").assert_code(0).of("client")["occupe"]
    assert (skipped["action"], skipped["changed"]) == ("skip", False)
    assert school.lab.snapshots() == before
    closed = school.play("deploy", "-e", "pronote_client_when_running=close").assert_code(0).of("client")["occupe"]
    assert closed["changed"]
    # Its path holds an é, and its version was read through that path.
    run = school.play("audit").assert_code(0)
    record = run.of("audit")["occupe"]["record"]
    assert record["found"] == "2026.2.7 x64"
    assert "\\Réseau\\" in record["facts"]["clients"][0]["path"]
    assert record["facts"]["running"] == []
    _clean(school, "occupe")


@pytest.mark.parametrize("technology", ["msi", "nsis", "custom"])
def test_other_installer_technologies(start_school: StartSchool, technology: str) -> None:
    releases = [{"release": "2026.2.7", "arch": "x64", "options": {"technology": technology}}]
    school = start_school([{"name": "poste"}], backend="wine", releases=releases)
    assert school.play("deploy", "--check").assert_code(0).of("client")["poste"]["changed"]
    assert school.play("deploy").assert_code(0).of("client")["poste"]["changed"]
    assert _found(school) == {"poste": "2026.2.7 x64"}
    assert not school.play("deploy").assert_code(0).of("client")["poste"]["changed"]
    removed = school.play("deploy", "-e", "pronote_client_state=absent").assert_code(0).of("client")["poste"]
    assert removed["changed"]
    assert _found(school) == {"poste": ""}
    _clean(school, "poste")


def test_faults_of_the_installer(start_school: StartSchool) -> None:
    faults: dict[str, dict[str, Any]] = {
        "rejete": {"kind": "rejected", "result_code": -12},
        "sans-effet": {"kind": "no_change"},
    }
    stations = [{"name": name, "installer_fault": fault} for name, fault in faults.items()]
    school = start_school([*stations, {"name": "sain"}], backend="wine")
    results = school.play("deploy").assert_code(2).of("client")
    assert "the dialogs are out of order" in results["rejete"]["fact"]
    assert "reported success, but the station has no client" in results["sans-effet"]["fact"]
    assert results["sain"]["changed"]
    _clean(school, *faults, "sain")


def test_an_interrupted_job_is_resumed(start_school: StartSchool) -> None:
    releases = [{"release": "2026.2.7", "arch": "x64", "options": {"seconds": 300.0}}]
    names = ["coupe", "suivi"]
    school = start_school([{"name": name} for name in names], backend="wine", releases=releases)
    process = start_deploy(school, "killed")
    until(lambda: sorted(e["station"] for e in school.lab.installer_starts()) == names)
    kill_controller(process)
    # One station loses its power too: its job must be started again, the other one's only followed.
    school.lab.power("coupe", "off")
    school.lab.power("coupe", "on")
    results = school.play("deploy").assert_code(0).of("client")
    assert {name: result["action"] for name, result in results.items()} == dict.fromkeys(names, "finish")
    assert results["coupe"]["job"]["interrupted"] == 1
    assert sorted(e["station"] for e in school.lab.installer_starts()) == ["coupe", "coupe", "suivi"]
    assert set(_found(school).values()) == {"2026.2.7 x64"}
    _clean(school, *names)


def test_a_station_installs_itself_at_its_next_start(start_school: StartSchool) -> None:
    """By a real cmd: what is armed, what its start does alone, and what the next run makes of it."""
    school = start_school([{"name": "poste", "clients": [{"release": "2026.1.3"}]}], backend="wine")
    options = ("-e", json.dumps({"pronote_client_when": "next_start", "pronote_timeouts": {**TIMEOUTS, "armed": 0}}))
    assert school.play("deploy", *options).assert_code(0).of("client")["poste"]["action"] == "arm"
    settled = school.lab.snapshot("poste")
    assert b"armed-" in settled
    assert school.play("deploy", "--check", *options).assert_code(0).of("client")["poste"]["action"] == "armed"
    assert (school.lab.snapshot("poste"), school.lab.installer_starts()) == (settled, [])
    school.lab.power("poste", "off")
    school.lab.power("poste", "on")
    until(lambda: b"-install/exit " in school.lab.snapshot("poste"))
    assert _found(school) == {"poste": "2026.2.7 x64"}
    proved = school.play("deploy", *options).assert_code(0).of("client")["poste"]
    assert (proved["action"], proved["changed"]) == ("finish", True)
    assert len(school.lab.installer_starts()) == 1
    _clean(school, "poste")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_hostile_names_and_languages(start_school: StartSchool, language: str) -> None:
    room = {"group": "salle", "name": HOSTILE, "school": "0310001A"}
    station = {"name": "poste", "address": "1.1", "language": language, "clients": [{"release": "2025.2.9"}]}
    school = start_school([], backend="wine", rooms=[{**room, "stations": [station]}])
    # The name that Ansible knows a station by is the admin's, and may hold anything.
    inventory = school.inventory / "hosts.yml"
    data = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    hosts = data["pronote_stations"]["children"]["lycee"]["children"]["salle"]["hosts"]
    hosts[HOSTILE] = hosts.pop("poste")
    inventory.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    before = school.lab.snapshots()
    check = school.play("deploy", "--check", "--diff").assert_code(0)
    assert check.of("client")[HOSTILE]["changed"]
    assert school.lab.snapshots() == before
    assert school.play("deploy").assert_code(0).of("client")[HOSTILE]["changed"]
    run = school.play("audit").assert_code(0)
    assert run.of("audit")[HOSTILE]["record"]["found"] == "2025.2.9 x64; 2026.2.7 x64"
    # Shown as it is, never interpreted; kept in a file inside the folder of logs.
    assert "calc.exe" in run.output
    commands = [json.dumps(e["data"], ensure_ascii=False) for e in school.lab.journal(kind="command")]
    assert commands
    assert not any("calc" in command or "script>" in command for command in commands)
    assert [path.parent.name for path in school.work.parent.rglob("x*calc*.log")] == ["logs"]
    _clean(school, "poste")


# What Wine does not have or does otherwise: versions of its own programs, a desktop's explorer.exe, the account SYSTEM,
# the lab's stand-ins for schtasks, certutil and findstr outside the lines of a job, msg.exe.
_NOT_OF_WINE = {"W8", "W14", "J2", "J6", "J12", "J13", "L3"}


def test_a_rehearsal(start_school: StartSchool) -> None:
    """The harmless package goes the whole way through a real cmd, and nothing of it stays."""
    school = start_school([{"name": "poste"}], backend="wine")
    values = {"pronote_depot_path": school.lab.info["depot_folder"], "pronote_rehearse_fail_on": []}
    run = school.play("rehearse", "-e", json.dumps(values)).assert_code(0)
    (result,) = run.of("rehearsal").values()
    outcomes = {each["id"]: each["outcome"] for each in result["assumptions"]}
    assert {key for key, outcome in outcomes.items() if outcome == "contradicted"} <= _NOT_OF_WINE
    assert {key for key, outcome in outcomes.items() if outcome == "held"} >= {"W2", "J5", "J14", "J16", "J17", "J19"}
    _clean(school, "poste")
