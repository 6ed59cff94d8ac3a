"""playbooks/record_response.yml: record on a reference station, publish the recording, deploy with it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import ACCOUNT, School, StartSchool
from tests.e2e.playbook import PlaybookRun

_NAME = "pronote_client-2026.2.7-x64"
# Somebody of the group Administrators is logged on; Wine knows one account only.
_ADMINISTRATOR = {"session_open": ACCOUNT["name"]}


class Reference:
    """A school's reference station, and the store that its recordings go to."""

    def __init__(self, school: School, name: str) -> None:
        self.school = school
        self.name = name
        self.store = school.inventory / "responses"
        shutil.rmtree(self.store, ignore_errors=True)
        (installer,) = school.lab.info["installers"]
        self.setup = Path(installer["files"]["setup.exe"])
        self.product_code = str(installer["product_code"])
        self.digest = hashlib.sha256(self.setup.read_bytes()).hexdigest()

    def play(self, *arguments: str, **variables: Any) -> PlaybookRun:
        values = {
            "pronote_record_station": self.name,
            "pronote_record_release": "2026.2.7",
            "pronote_record_poll_interval": 0.2,
            "pronote_record_start_timeout": 8,
            "pronote_record_verify_timeout": 20,
            **variables,
        }
        return self.school.play("record_response", "-e", json.dumps(values), *arguments)

    def result(self, run: PlaybookRun) -> dict[str, Any]:
        return run.of("response_record")[self.name]

    def actions(self, run: PlaybookRun) -> list[str]:
        return [each["action"] for each in self.result(run)["recordings"]]

    def files(self) -> list[str]:
        return sorted(path.name for path in self.store.iterdir()) if self.store.exists() else []

    def nothing_left(self) -> None:
        left = [line for line in self.school.lab.snapshot(self.name).splitlines() if b"Rentree PRONOTE" in line]
        assert left == []

    def starts(self) -> list[dict[str, Any]]:
        return [e["data"] for e in self.school.lab.installer_starts() if e["station"] == self.name]


@pytest.fixture(
    scope="module", params=["simulated", pytest.param("wine", marks=[pytest.mark.wine, pytest.mark.timeout(600)])]
)
def school(request: pytest.FixtureRequest, start_school: StartSchool) -> School:
    if request.param == "wine":
        request.getfixturevalue("wine")
    return start_school([{"name": "reference", **_ADMINISTRATOR}, {"name": "poste"}], backend=request.param)


def test_record_publish_deploy(school: School, tmp_path: Path) -> None:
    reference = Reference(school, "reference")
    before = school.lab.snapshots()
    check = reference.play("--check", "--diff").assert_code(0)
    assert reference.result(check)["changed"]
    assert reference.actions(check) == ["record", "record"]
    assert f"+{_NAME}.iss" in check.output
    assert f"+{_NAME}-uninstall.iss" in check.output
    assert school.lab.snapshots() == before
    assert reference.files() == []

    run = reference.play("--diff").assert_code(0)
    assert reference.actions(run) == ["record", "record"]
    names = [f"{_NAME}{tail}" for tail in ("-uninstall.iss", "-uninstall.yml", ".iss", ".yml")]
    assert reference.files() == names
    # A person's session, with his full rights; one setup each.
    assert [start["action"] for start in reference.starts()] == ["install", "uninstall"]
    assert {start["user"].rpartition("\\")[2] for start in reference.starts()} != {"SYSTEM", "Système"}
    metadata = yaml.safe_load((reference.store / f"{_NAME}.yml").read_text(encoding="utf-8"))
    recorded = (reference.store / f"{_NAME}.iss").read_bytes()
    assert metadata["product_code"] == reference.product_code
    assert metadata["language"] == "0x040c"
    assert metadata["recorded_on"] == "reference"
    assert metadata["sha256"] == hashlib.sha256(recorded).hexdigest()
    assert metadata["findings"] == []
    reference.nothing_left()

    settled, starts = school.lab.snapshots(), len(reference.starts())
    for arguments in (("--check", "--diff"), ()):
        again = reference.play(*arguments).assert_code(0)
        assert not reference.result(again)["changed"]
    assert school.lab.snapshots() == settled
    assert len(reference.starts()) == starts

    # The lab has published its own response files: what was recorded takes their place, and stations take it.
    values = {
        "pronote_depot_path": school.lab.info["depot_folder"],
        "pronote_publish_release": "2026.2.7",
        "pronote_publish_installer": str(reference.setup),
        "pronote_publish_response": str(reference.store / f"{_NAME}.iss"),
        "pronote_publish_uninstall_response": str(reference.store / f"{_NAME}-uninstall.iss"),
        "pronote_publish_product_code": metadata["product_code"],
        "pronote_publish_lock_file": str(tmp_path / "lock.yml"),
        "pronote_publish_log_timeout": 120,
    }
    school.play("publish", "-e", json.dumps(values)).assert_code(0)
    lock = ("-e", f"@{tmp_path / 'lock.yml'}", "--limit", "poste")
    assert school.play("deploy", *lock).assert_code(0).of("client")["poste"]["changed"]
    run = school.play("audit", "--limit", "poste").assert_code(0)
    assert school.releases(run) == {"poste": "2026.2.7 x64"}
    assert (
        school.play("deploy", *lock, "-e", "pronote_client_state=absent")
        .assert_code(0)
        .of("client")["poste"]["changed"]
    )
