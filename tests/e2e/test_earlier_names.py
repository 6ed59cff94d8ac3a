"""An inventory with the names that variables had, and one with some keys of each: what is set holds, as it is said."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import ROOT, PlaybookRun, run_playbook
from tests.e2e.reports import json_report
from tests.mailbox import Mailbox, mail_server

LOGIN = ("audit", "Lab-only-2!")
STATIONS: list[dict[str, Any]] = [
    {"name": "compliant", "clients": [{"release": "2026.2.7"}]},
    {"name": "late", "clients": [{"release": "2026.1.3"}]},
    {"name": "off", "power": "off"},
]


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS, language="en")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Mailbox]:
    """One that wants a login, over STARTTLS, with an authority of its own."""
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with mail_server("127.0.0.1", tls=tls, login=LOGIN) as box:
        yield box


def _play(school: School, folder: Path, playbook: str, variables: dict[str, Any], *arguments: str) -> PlaybookRun:
    """With variables of the inventory's, of which those named vault_… are in a vault."""
    group = school.inventory / "group_vars/all"
    plain, vault, password = group / "names.yml", group / "secrets.yml", folder / "vault-password"
    password.write_text("Lab-only-3!\n", encoding="utf-8")
    sealed = {name: value for name, value in variables.items() if name.startswith("vault_")}
    plain.write_text(yaml.safe_dump({k: v for k, v in variables.items() if k not in sealed}), encoding="utf-8")
    vault.write_text(yaml.safe_dump(sealed), encoding="utf-8")
    tool = shutil.which("ansible-vault", path=str(ROOT / ".venv/bin")) or "ansible-vault"
    command = [tool, "encrypt", str(vault), "--vault-password-file", str(password)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        return run_playbook(
            playbook,
            *("-e", f"@{school.variables}", "-vvvv", *arguments),
            inventory=school.inventory,
            work=folder / "runs",
            ANSIBLE_VAULT_PASSWORD_FILE=str(password),
        )
    finally:
        plain.unlink()
        vault.unlink()


def _told(run: PlaybookRun) -> str:
    return " ".join(run.output.split())


def _mail(box: Mailbox, folder: Path, **more: Any) -> dict[str, Any]:
    login = {"encryption": "starttls", "username": LOGIN[0], "password": "{{ vault_mail }}"}
    return box.mail(**login, ca_path=str(folder / "ca.pem"), **more)


def test_an_inventory_with_earlier_names_alone(school: School, box: Mailbox, tmp_path: Path) -> None:
    kinds = {"html": "html", "path": "json", "csv": "csv", "prometheus": "prom", "junit": "xml"}
    earlier: dict[str, Any] = {
        **{f"pronote_audit_{kind}": str(tmp_path / f"audit.{ending}") for kind, ending in kinds.items()},
        **{f"pronote_audit_mail_{key}": value for key, value in _mail(box, tmp_path).items()},
        "pronote_audit_alert_threshold": 0,
        "pronote_audit_alert_tell": ["verdict"],
        "pronote_audit_alert_attach": False,
        "pronote_audit_alert_url": "https://intranet.example.org/audit.html",
        "pronote_audit_alert_timeout": 5,
        "pronote_audit_max_unreachable": 10,
        "pronote_audit_max_unknown": 0,
        "pronote_audit_station_timeout": 200,
        "pronote_audit_product": "pronote_client",
        "pronote_audit_release": "2026.1.3",
        "pronote_client_release": "2026.2.7",
        "pronote_audit_state": str(tmp_path / "state.sqlite3"),
        "pronote_audit_outcome": str(tmp_path / "outcome.json"),
    }
    run = _play(school, tmp_path, "audit", {**earlier, "vault_mail": LOGIN[1]}).assert_code(0)
    report = json_report(tmp_path)
    # The release that was said of audits alone holds, whatever deployments are held at.
    assert {row["station"]: row["status"] for row in report["stations"]} == {
        "compliant": "ahead",
        "late": "compliant",
        "off": "unreachable",
    }
    assert (report["verdict"], bool(report["gaps"])) == ("not_compliant", True)
    assert {path.name for path in tmp_path.glob("audit.*")} == {f"audit.{ending}" for ending in kinds.values()}
    assert json.loads((tmp_path / "outcome.json").read_text(encoding="utf-8"))["verdict"] == "not_compliant"
    assert (tmp_path / "state.sqlite3").exists()
    assert not (school.written / "reports").exists()
    (mail,) = box.mails
    assert not list(mail.iter_attachments())
    text = mail.get_body(("plain",))
    assert text is not None
    assert "https://intranet.example.org/audit.html" in text.get_content()
    told = _told(run)
    for name, now in (
        ("pronote_audit_html", "pronote_reports_dir"),
        ("pronote_audit_csv", "pronote_audit_exports"),
        ("pronote_audit_mail_password", "pronote_audit_mail.password"),
        ("pronote_audit_release", "pronote_client_release"),
    ):
        assert f"{name} → {now}" in told
    assert "variables have other names now, and are read until 0.3.0: " in told
    assert "nothing reads pronote_audit_alert_timeout since 0.2.0" in told
    assert LOGIN[1] not in run.output + json.dumps(run.results)


def test_some_keys_of_a_variable_leave_the_others_as_they_are(school: School, box: Mailbox, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    variables: dict[str, Any] = {
        "pronote_reports_dir": str(folder),
        "pronote_audit_exports": [str(folder / "parc.prom")],
        "pronote_audit_mail": _mail(box, tmp_path),
        "pronote_audit_alert": {"threshold": 0},
        "pronote_audit_max": {"unreachable": 10},
        "pronote_timeouts": {"station": 200},
        "pronote_state": str(tmp_path / "state.sqlite3"),
        "vault_mail": LOGIN[1],
    }
    run = _play(school, tmp_path, "audit", variables).assert_code(0)
    assert {row["station"]: row["status"] for row in json_report(folder)["stations"]} == {
        "compliant": "compliant",
        "late": "late",
        "off": "unreachable",
    }
    assert {path.name for path in folder.iterdir()} == {"audit.html", "audit.json", "parc.prom"}
    (mail,) = box.mails
    # As nobody has said that it is not to be.
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "audit.html"
    told = _told(run)
    assert "read until" not in told
    assert "nothing reads" not in told
    assert LOGIN[1] not in run.output + json.dumps(run.results)


def test_a_secret_whose_name_is_wrong_is_no_secret_that_nobody_gave(
    school: School, box: Mailbox, tmp_path: Path
) -> None:
    variables = {
        "pronote_reports_dir": str(tmp_path / "reports"),
        "pronote_audit_mail": _mail(box, tmp_path),
        "pronote_audit_alert": {"threshold": 0},
        "pronote_state": str(tmp_path / "state.sqlite3"),
        "vault_post": LOGIN[1],
    }
    run = _play(school, tmp_path, "audit", variables).assert_code(2)
    assert "'vault_mail' is undefined" in _told(run)
    assert box.mails == []


def test_the_board_the_doctor_and_an_attestation_read_earlier_names(school: School, tmp_path: Path) -> None:
    earlier: dict[str, Any] = {
        "pronote_rentree_html": str(tmp_path / "board.html"),
        "pronote_rentree_path": str(tmp_path / "board.json"),
        "pronote_rentree_store": str(tmp_path / "state.sqlite3"),
        "pronote_rentree_export_path": str(tmp_path / "export.xml"),
        "pronote_doctor_html": str(tmp_path / "doctor.html"),
        "pronote_doctor_path": "",
        "pronote_doctor_min_free_mib": 2048,
        "pronote_attest_store": str(tmp_path / "state.sqlite3"),
        "pronote_attest_year": 2026,
    }
    who = {"pronote_attest_name": "Claude Martin", "pronote_attest_role": "proviseure", "pronote_attest_operation": 3}

    def attested(code: int = 0, **more: str) -> list[int]:
        """The years of those that are in force after it."""
        run = _play(school, tmp_path, "attest", earlier, "-e", json.dumps({**who, **more})).assert_code(code)
        (result,) = run.of("rentree_attest").values()
        return [row["year"] for row in result.get("attestations", [])]

    assert attested() == [2026]
    # A reason alone takes nothing back, and without one nothing is.
    assert attested(pronote_attest_reason="again") == [2026]
    assert attested(2, pronote_attest_state="revoked") == []
    assert attested(pronote_attest_confirmed="true") == [2026]
    assert attested(pronote_attest_state="revoked", pronote_attest_reason="another year's base") == []
    with_year = ("-e", "pronote_rentree_year=2026")
    run = _play(school, tmp_path, "rentree", earlier, *with_year).assert_code(0)
    (board,) = run.of("rentree_board").values()
    (found,) = (each for each in board["schools"][0]["operations"] if each["operation"] == 6)
    assert "export_not_configured" not in {each["code"] for each in found["findings"]}
    assert {path.name for path in tmp_path.glob("board.*")} == {"board.html", "board.json"}
    _play(school, tmp_path, "doctor", earlier, "--limit", "compliant")
    assert (tmp_path / "doctor.html").exists()
    assert not (school.written / "reports").exists()
