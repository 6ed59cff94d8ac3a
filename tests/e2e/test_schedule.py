"""The role pronote_schedule, run for real on folders of its own, judged by systemd's tools, and what it schedules."""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import School, StartSchool
from tests.e2e.playbook import ROOT, PlaybookRun, run_playbook
from tests.e2e.refusals import play_refusals, write_cases
from tests.tools import require_tool

STATIONS: list[dict[str, Any]] = [
    {"name": "compliant", "clients": [{"release": "2026.2.7"}]},
    {"name": "late", "clients": [{"release": "2026.1.3"}]},
]
# Tenths of the exposure level of systemd-analyze (0 to 100). It is 16 with systemd 252; most of it is the network,
# which an audit is for.
MOST_EXPOSED = 17


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    return start_school(STATIONS)


class Controller:
    """Folders that stand for a controller's, and the role on them."""

    def __init__(self, top: Path, inventory: Path) -> None:
        self.top = top
        self.units, self.cron, self.runner, self.state = (
            top / name for name in ("systemd", "cron.d", "lib/pronote-audit", "state")
        )
        for folder in (self.units, self.cron, self.runner.parent):
            folder.mkdir(parents=True)
        self.inventory = inventory

    def folders(self, **more: str) -> dict[str, str]:
        """``pronote_schedule_folders``, with some others."""
        own = {"state": self.state, "unit": self.units, "cron": self.cron, "runner": self.runner}
        return {**{name: str(path) for name, path in own.items()}, **more}

    def values(self) -> dict[str, Any]:
        """The role's variables."""
        return {
            "pronote_schedule_inventory": str(self.inventory),
            "pronote_schedule_kind": "systemd",
            "pronote_schedule_project": str(ROOT),
            "pronote_schedule_user": getpass.getuser(),
            # There is no systemd to tell in a container.
            "pronote_schedule_manage": [],
            "pronote_schedule_folders": self.folders(),
        }

    def play(self, *arguments: str, **more: Any) -> PlaybookRun:
        values = {**self.values(), **more}
        empty = self.top / "hosts.yml"
        empty.write_text("all:\n  hosts:\n    station: {}\n", encoding="utf-8")
        options = ("-e", json.dumps(values), *arguments)
        return run_playbook("schedule", *options, inventory=empty, work=self.top / "runs")

    def files(self) -> dict[str, tuple[int, bytes]]:
        """Every file of the schedule, with its mode."""
        return {
            str(path.relative_to(self.top)): (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
            for path in sorted(self.top.rglob("*"))
            if path.is_file() and path.parent.name != "runs" and path.name != "hosts.yml"
        }


@pytest.fixture
def controller(school: School, tmp_path: Path) -> Controller:
    return Controller(tmp_path, school.inventory)


def _changed(run: PlaybookRun) -> bool:
    return any(result["result"].get("changed") for result in run.results)


SYSTEMD = {"systemd/pronote-audit.service", "systemd/pronote-audit.timer", "lib/pronote-audit/pronote-audit"}
CRON = {"cron.d/pronote-audit", "lib/pronote-audit/pronote-audit"}
# nobody is of the group nogroup on Debian: a unit with Group=nobody does not start.
_THERE_BEFORE = {"pronote_schedule_user": "nobody"}


def _scheduled(controller: Controller, kind: str, *again: list[str], of_the_other: set[str]) -> None:
    """check, apply, and what is done again, which changes nothing; what the other kind has left is taken away."""
    outcomes = []
    # cron sees a home, where the service is refused (test_what_would_be_read_in_another_way_is_refused).
    project = "/home/admin/rentree" if kind == "cron" else str(ROOT)
    given = {"pronote_schedule_kind": kind, "pronote_schedule_project": project, **_THERE_BEFORE}
    assert set(controller.files()) == of_the_other
    for check in (["--check", "--diff"], [], *again):
        before = controller.files()
        run = controller.play(*check, **given).assert_code(0)
        outcomes.append(_changed(run))
        if check:
            assert controller.files() == before
        if "--diff" in check:
            assert "bin/pronote-audit -i" in run.output
    assert outcomes == [True, True, *[False for _ in again]]
    assert {mode for name, (mode, _) in controller.files().items() if "lib" not in name} == {0o644}
    assert controller.files()["lib/pronote-audit/pronote-audit"][0] == 0o755
    assert stat.S_IMODE(controller.state.stat().st_mode) == 0o750


def _away(controller: Controller, kind: str, *arguments: str) -> bool:
    """Take it away, and tell whether there was something. Nobody needs to know for it of which inventory it was."""
    away: dict[str, Any] = {"pronote_schedule_state": "absent", "pronote_schedule_inventory": "", **_THERE_BEFORE}
    return _changed(controller.play(*arguments, pronote_schedule_kind=kind, **away).assert_code(0))


def test_one_kind_then_the_other_and_away(controller: Controller) -> None:
    # As cron would have left it.
    line = controller.cron / "pronote-audit"
    line.write_text("30 5 * * * root /bin/true\n", encoding="utf-8")
    _scheduled(controller, "systemd", ["--check"], [], of_the_other={"cron.d/pronote-audit"})
    assert set(controller.files()) == SYSTEMD
    assert controller.state.owner() == "nobody"
    service = (controller.units / "pronote-audit.service").read_text(encoding="utf-8")
    assert "User=nobody\n" in service
    assert "Group=" not in service

    _scheduled(controller, "cron", [], of_the_other=SYSTEMD)
    assert set(controller.files()) == CRON
    (controller.state / "kept").write_text("x", encoding="utf-8")
    before = controller.files()
    assert _away(controller, "cron", "--check")
    assert controller.files() == before
    assert _away(controller, "cron")
    assert set(controller.files()) == {"state/kept"}
    # And of the other kind.
    for name in ("service", "timer"):
        (controller.units / f"pronote-audit.{name}").write_text("[Unit]\n", encoding="utf-8")
    assert _away(controller, "systemd")
    assert set(controller.files()) == {"state/kept"}
    assert not _away(controller, "systemd")


def test_a_limit_of_stations_has_nothing_to_do_with_it(controller: Controller) -> None:
    controller.play("--limit", "station").assert_code(0)
    assert controller.files() == {}


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [require_tool("systemd-analyze"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def _assert_accepted_and_shut_in(controller: Controller) -> None:
    """What systemd's own tools say of the units."""
    units = [str(path) for path in sorted(controller.units.iterdir())]
    done = _analyze("verify", *units)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # And it would say so of a unit that is wrong.
    service = controller.units / "pronote-audit.service"
    text = service.read_text(encoding="utf-8")
    assert "LoadCredential=vault-password:/nowhere/vault-password\n" in text
    # An audit that finds something, or somebody's audit by hand just then, is no failure of the service.
    assert "SuccessExitStatus=1 3 75\n" in text
    timer = (controller.units / "pronote-audit.timer").read_text(encoding="utf-8")
    assert {"Persistent=true", "RandomizedDelaySec=900"} <= set(timer.splitlines())
    service.write_text(text.replace("ProtectSystem=strict", "ProtectSystem=very"), encoding="utf-8")
    assert "Failed to parse protect system value" in _analyze("verify", str(service)).stderr
    for moment in re.findall(r"(?m)^OnCalendar=(.*)$", timer):
        assert _analyze("calendar", moment).returncode == 0
    # As on a real controller: a service of root is judged harder.
    service.write_text(re.sub(r"(?m)^User=.*$", "User=pronote-audit", text), encoding="utf-8")
    strict = ("security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(service))
    done = _analyze(*strict)
    assert done.returncode == 0, done.stdout
    service.write_text(
        text.replace("ProtectSystem=strict\n", "").replace("CapabilityBoundingSet=\n", ""), encoding="utf-8"
    )
    assert _analyze(*strict).returncode == 1


# A host each, in one play. An inventory that is none, and a home: tests/e2e/test_roles_in_french.py.
_WRONG: dict[str, dict[str, Any]] = {
    "name": {"pronote_schedule_name": "audit; reboot"},
    "user": {"pronote_schedule_user": "root\nExecStartPre=/bin/sh"},
    "specifier": {"pronote_schedule_folders": {"state": "/var/lib/%H"}},
    "relative": {"pronote_schedule_inventory": "relative/hosts.yml"},
    "upwards": {"pronote_schedule_inventory": "/opt/../root/hosts.yml"},
    "calendar": {"pronote_schedule_when": {"calendar": ["daily\nOnBootSec=1"]}},
    "cron": {"pronote_schedule_when": {"cron": "30 5 * * * root reboot #"}},
    # As YAML's > and | leave them: cron would not read the line.
    "line": {"pronote_schedule_when": {"cron": "30 5 * * *\n"}},
    "folder": {"pronote_schedule_folders": {"state": "/var/lib/audit\n"}},
    "arguments": {"pronote_schedule_arguments": ["--limit\nreboot"]},
}


def test_what_would_be_read_in_another_way_is_refused(controller: Controller) -> None:
    hosts = {
        name: {**wrong, "pronote_schedule_folders": controller.folders(**wrong.get("pronote_schedule_folders", {}))}
        for name, wrong in _WRONG.items()
    }
    variables = {**controller.values(), "role": "pronote_schedule", "ansible_connection": "local"}
    write_cases(controller.top / "wrong.yml", hosts, variables)
    refused = play_refusals(controller.top / "wrong.yml").assert_code(2).failures
    assert refused.keys() == _WRONG.keys()
    for name, told in refused.items():
        assert "des caractères que systemd, cron ou un shell lirait autrement" in told, name
    assert set(controller.files()) == {"wrong.yml"}


def _audit(controller: Controller, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "RENTREE_"))}
    return subprocess.run(
        [str(controller.runner / "pronote-audit"), *arguments],
        env=kept,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def _result(controller: Controller) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((controller.state / "last-result.json").read_text(encoding="utf-8"))
    return result


def _said(controller: Controller) -> tuple[Any, ...]:
    return tuple(_result(controller)[name] for name in ("exit_code", "result", "verdict"))


@contextmanager
def _another_script(controller: Controller, before: str, after: str) -> Iterator[None]:
    """The script as if one of the schedule's variables were another."""
    runner = controller.runner / "pronote-audit"
    text = runner.read_text(encoding="utf-8")
    assert text.count(before) == 1
    runner.write_text(text.replace(before, after), encoding="utf-8")
    yield
    runner.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("kind", ["systemd", "cron"])
def test_what_is_scheduled_audits_and_keeps_its_result(controller: Controller, school: School, kind: str) -> None:
    fail_on = '{"pronote_audit_fail_on": ["late"]}'
    arguments = ["-e", f"@{school.variables}", "-e", json.dumps({"pronote_school": "Lycée d'à côté; $(reboot)"})]
    # Variables of the lab name a JSON report of their own; the schedule's arguments win over its places.
    controller.play(
        pronote_schedule_kind=kind,
        pronote_schedule_arguments=[*arguments, "-e", fail_on],
        pronote_schedule_when={"timeout": 600},
    ).assert_code(0)
    done = _audit(controller, *(["--jitter", "0"] if kind == "cron" else []))
    assert done.returncode == 1, done.stdout + done.stderr
    result = _result(controller)
    assert (result["exit_code"], result["result"], result["verdict"]) == (1, "not_compliant", "not_compliant")
    assert result["began"] <= result["ended"]
    page = (controller.state / "reports/audit.html").read_text(encoding="utf-8")
    assert "à côté; $(reboot)" in page
    assert (controller.state / "state/pronote.sqlite3").exists()
    log = done.stderr if kind == "systemd" else (controller.state / "last-run.log").read_text(encoding="utf-8")
    assert "pronote-audit: Not compliant" in log
    # Never two at once, and the one that is turned away leaves the result alone.
    with (controller.state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = _audit(controller)
    assert done.returncode == 75
    assert "l'audit précédent est encore en cours" in done.stderr
    assert _result(controller) == result
    # systemd would have stopped the script too, and left the last result as it was. Less than Python takes to start:
    with _another_script(controller, "kill-after=60 600 ", "kill-after=60 0.01 "):
        assert _audit(controller).returncode == 124
    assert _said(controller) == (124, "error", None)
    if kind == "systemd":
        unit = (controller.units / "pronote-audit.service").read_text(encoding="utf-8")
        assert "TimeoutStartSec=900\n" in unit
        _what_else_comes_of_an_audit(controller, fail_on)
    else:
        _a_conclusion_beside_it(controller, school, fail_on)


def _what_else_comes_of_an_audit(controller: Controller, fail_on: str) -> None:
    # The verdict is kept whatever the code was asked to be.
    with _another_script(controller, fail_on, fail_on.replace("late", "absent")):
        assert _audit(controller).returncode == 0
    assert _said(controller) == (0, "compliant", "not_compliant")
    assert not [path.name for path in controller.state.iterdir() if path.name.startswith(".last")]
    # An audit that cannot be made is kept as an error.
    with _another_script(controller, "bin/pronote-audit -i ", "bin/pronote-audit --limit nobody -i "):
        assert _audit(controller).returncode == 2
    assert _said(controller) == (2, "error", None)
    # Nor is one whose repository has been moved the success of the night before.
    (controller.state / "last-result.json").unlink()
    with _another_script(controller, f"cd {ROOT}", "cd /nowhere"):
        assert _audit(controller).returncode == 2
    assert _said(controller) == (2, "error", None)


def _a_conclusion_beside_it(controller: Controller, school: School, fail_on: str) -> None:
    """Of an audit that has read one of the two stations, and leaves its report to the conclusion."""
    store, page = controller.state / "state/pronote.sqlite3", controller.state / "reports/audit.html"
    store.unlink()
    page.unlink()
    later = json.dumps({"pronote_audit_conclude_later": True, "pronote_reports_dir": ""})
    with (
        _another_script(controller, fail_on, later),
        _another_script(controller, "bin/pronote-audit -i ", "bin/pronote-audit --limit compliant -i "),
    ):
        assert _audit(controller).returncode == 0
    own = controller.top / "conclusion"
    controller.play(
        pronote_schedule_name="pronote-conclusion",
        pronote_schedule_folders=controller.folders(state=str(own)),
        pronote_schedule_arguments=["--conclude", "-e", f"@{school.variables}", "-e", f"pronote_state={store}"],
    ).assert_code(0)
    assert {path.name for path in controller.units.iterdir()} == {
        "pronote-conclusion.service",
        "pronote-conclusion.timer",
    }
    assert [path.name for path in controller.cron.iterdir()] == ["pronote-audit"]
    done = subprocess.run([controller.runner / "pronote-conclusion"], capture_output=True, text=True, check=False)
    # The other station was never audited.
    assert done.returncode == 3, done.stdout + done.stderr
    assert json.loads((own / "last-result.json").read_text(encoding="utf-8"))["verdict"] == "incomplete"
    assert "late" in (own / "reports/audit.html").read_text(encoding="utf-8")
    assert not page.exists()
    assert _result(controller)["verdict"] == "compliant"


def test_the_units_are_accepted_and_the_vault_is_opened_with_their_credential(
    controller: Controller, school: School, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("Lab-only-3!\n", encoding="utf-8")
    vault = tmp_path / "vault.yml"
    vault.write_text("pronote_room: Salle du coffre\n", encoding="utf-8")
    tool = ROOT / ".venv/bin/ansible-vault"
    command = [shutil.which("ansible-vault", path=str(tool.parent)) or "ansible-vault", "encrypt", str(vault)]
    subprocess.run([*command, "--vault-password-file", str(password)], check=True, capture_output=True)
    arguments = ["-e", f"@{school.variables}", "-e", f"@{vault}"]
    controller.play(
        pronote_schedule_arguments=arguments,
        pronote_schedule_vault_password_file="/nowhere/vault-password",
        pronote_schedule_when={"calendar": ["Mon..Fri *-*-* 05:30:00", "Sun *-*-* 12:00:00"]},
    ).assert_code(0)
    _assert_accepted_and_shut_in(controller)
    # What systemd does for LoadCredential=: a folder of copies, named in the environment.
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    shutil.copy(password, credentials / "vault-password")
    os.environ["CREDENTIALS_DIRECTORY"] = str(credentials)
    try:
        assert _audit(controller).returncode == 1
    finally:
        del os.environ["CREDENTIALS_DIRECTORY"]
    assert "Salle du coffre" in (controller.state / "reports/audit.html").read_text(encoding="utf-8")
    assert _audit(controller).returncode == 2
