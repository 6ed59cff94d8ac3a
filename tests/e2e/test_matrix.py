"""check, apply, check, apply → changed, changed, ok, ok; and every other way to authenticate."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.e2e.conftest import School, StartSchool

STATIONS: list[dict[str, Any]] = [
    {"name": "absent"},
    {"name": "late", "clients": [{"release": "2026.1.3"}]},
    {"name": "last-year", "clients": [{"release": "2025.2.9"}]},
    {"name": "entry-only", "clients": [{"release": "2026.1.3", "exe": False}]},
    {"name": "exe-only", "clients": [{"release": "2026.1.3", "entry": False}], "reg_output": "oem"},
    {"name": "right", "clients": [{"release": "2026.2.7"}]},
]
CHANGING = {"absent", "late", "last-year", "entry-only", "exe-only"}


def _ntlm(_info: dict[str, Any]) -> dict[str, Any]:
    return {"ansible_port": 5985, "ansible_winrm_transport": "ntlm", "ansible_winrm_message_encryption": "always"}


def _basic(info: dict[str, Any]) -> dict[str, Any]:
    return {
        "ansible_port": 5986,
        "ansible_winrm_transport": "basic",
        "ansible_winrm_ca_trust_path": info["tls"]["authority"],
    }


def _certificate(info: dict[str, Any]) -> dict[str, Any]:
    return {
        "ansible_port": 5986,
        "ansible_winrm_transport": "certificate",
        "ansible_winrm_cert_pem": info["tls"]["client"],
        "ansible_winrm_cert_key_pem": info["tls"]["client_key"],
        "ansible_winrm_ca_trust_path": info["tls"]["authority"],
    }


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(("simulated", _ntlm), id="ntlm over http", marks=pytest.mark.smoke),
        pytest.param(("wine", _ntlm), id="wine", marks=pytest.mark.wine),
    ],
)
def school(request: pytest.FixtureRequest, start_school: StartSchool) -> School:
    backend, connection = request.param
    # AllowUnencrypted is false on the stations, as Windows has it: NTLM must encrypt.
    stations = [{**station, "allow_unencrypted": False} for station in STATIONS]
    if backend == "wine":
        request.getfixturevalue("wine")
        # How reg.exe writes into a pipe is Wine's own there.
        stations = [{k: v for k, v in station.items() if k != "reg_output"} for station in stations]
    return start_school(stations, connection=connection, backend=backend)


@pytest.fixture(scope="module")
def over_tls(start_school: StartSchool) -> School:
    """Two stations for each other way. What a deployment does of its own does not hang on how it got in."""
    ways = {"basic": _basic, "certificate": _certificate}
    states: dict[str, dict[str, Any]] = {"absent": {}, "late": {"clients": [{"release": "2026.1.3"}]}}
    stations = [{"name": f"{way}-{name}", "auth": [way], **state} for way in ways for name, state in states.items()]
    school = start_school([{**station, "allow_unencrypted": False} for station in stations], connection=_basic)
    folder = school.inventory / "host_vars"
    folder.mkdir()
    for station in stations:
        variables = ways[station["name"].partition("-")[0]](school.lab.info)
        (folder / f"{station['name']}.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    return school


def _changed(school: School, *arguments: str) -> set[str]:
    run = school.play("deploy", "-f", "50", *arguments).assert_code(0)
    return {host for host, result in run.of("client").items() if result["changed"]}


def test_deployed_audited_and_removed(school: School) -> None:
    _deploy(school)
    _audit_what_was_deployed(school)
    _remove(school)
    forbidden = [e for e in school.lab.journal(kind="process") if e["data"].get("forbidden")]
    assert forbidden == [], "no PowerShell, ever"


def _deploy(school: School) -> None:
    before = school.lab.snapshots()
    check = school.play("deploy", "--check", "--diff", "-f", "50").assert_code(0)
    assert {host for host, result in check.of("client").items() if result["changed"]} == CHANGING
    assert school.lab.snapshots() == before
    assert not school.lab.installer_starts()
    assert "-Client PRONOTE 2026: 2026.1.3 x64" in check.output
    assert "+Client PRONOTE 2026: 2026.2.7 x64" in check.output
    planned = {host: result["after"] for host, result in check.of("client").items()}

    applied = school.play("deploy", "--diff").assert_code(0)
    assert {host for host, result in applied.of("client").items() if result["changed"]} == CHANGING
    # What the dry run said is what the real run did.
    assert {host: result["after"] for host, result in applied.of("client").items()} == planned
    starts = school.lab.installer_starts()
    assert sorted(start["station"] for start in starts) == sorted(CHANGING)
    assert {start["data"]["user"] for start in starts} <= {"NT AUTHORITY\\SYSTEM", "AUTORITE NT\\Système", "SYSTEM"}

    settled = school.lab.snapshots()
    assert _changed(school, "--check", "--diff") == set()
    assert school.lab.snapshots() == settled
    # What there is to do is found in the same way by a dry run: a second look at what real setups have left is enough.
    if not school.on_wine:
        assert _changed(school) == set()
    assert len(school.lab.installer_starts()) == len(starts)
    # Job folders and tasks are gone.
    for station in STATIONS:
        assert b"Rentree PRONOTE" not in school.lab.snapshot(station["name"])


def _audit_what_was_deployed(school: School) -> None:
    run = school.play("audit", "-e", '{"pronote_audit_fail_on": ["late", "absent", "unreachable"]}').assert_code(0)
    statuses = {host: result["record"]["status"] for host, result in run.of("audit").items()}
    assert statuses == {str(station["name"]): "compliant" for station in STATIONS}
    assert "2025.2.9 x64; 2026.2.7 x64" in str(school.releases(run)["last-year"])


def _remove(school: School) -> None:
    arguments = ("-e", "pronote_client_state=absent")
    before = school.lab.snapshots()
    everyone = {str(station["name"]) for station in STATIONS}
    assert _changed(school, *arguments, "--check") == everyone
    assert school.lab.snapshots() == before
    assert _changed(school, *arguments) == everyone
    assert _changed(school, *arguments, "--check") == set()
    if not school.on_wine:
        assert _changed(school, *arguments) == set()
    run = school.play("audit").assert_code(0)
    # The other year stays.
    assert school.releases(run)["last-year"] == "2025.2.9 x64"
    assert school.releases(run)["absent"] == ""


def test_by_password_or_certificate_over_tls(over_tls: School) -> None:
    everyone = set(over_tls.lab.snapshots())
    assert len(everyone) == 4
    assert _changed(over_tls) == everyone
    assert sorted(start["station"] for start in over_tls.lab.installer_starts()) == sorted(everyone)
    assert _changed(over_tls) == set()
    run = over_tls.play("audit").assert_code(0)
    assert {host: result["record"]["status"] for host, result in run.of("audit").items()} == dict.fromkeys(
        everyone, "compliant"
    )
    # By workers too, whose connection is the stock plugin.
    assert _changed(over_tls, "-e", "pronote_survey_parallel=0", "-e", "pronote_client_state=absent") == everyone
