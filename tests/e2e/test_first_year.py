"""The first year walks: prepare fetches and keeps, record takes it from there, prepare publishes, deploy installs."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import ACCOUNT, School, StartSchool
from tests.e2e.playbook import PlaybookRun

_RECORDED = {
    "pronote_record_poll_interval": 0.2,
    "pronote_record_start_timeout": 8,
    "pronote_record_verify_timeout": 20,
}


@pytest.fixture(scope="module")
def school(start_school: StartSchool) -> School:
    """Nothing is published, and nothing was ever recorded."""
    return start_school([{"name": "reference", "session_open": ACCOUNT["name"]}, {"name": "poste"}], publish=False)


def _told(run: PlaybookRun, begins: str) -> list[str]:
    """The command that is told after these words."""
    text = " ".join(run.output.split())
    _before, found, rest = text.partition(begins)
    assert found, run.output
    return shlex.split(rest.partition(" | ")[0])


def test_no_address_and_no_digest_is_typed_by_hand(school: School, tmp_path: Path) -> None:
    depot = Path(school.lab.info["depot_folder"])
    shutil.rmtree(depot)
    depot.mkdir()
    site = school.lab.site()
    variables = json.loads(school.variables.read_text(encoding="utf-8"))
    variables |= {
        "pronote_depot_path": str(depot),
        "pronote_prepare_page_url": site["page"],
        "pronote_prepare_authorities": [site["authority"]],
        "pronote_prepare_download_dir": str(tmp_path / "downloads"),
        "pronote_prepare_log_timeout": 120,
    }
    school.variables.write_text(json.dumps(variables), encoding="utf-8")
    lock = school.inventory / "group_vars/all/pronote_releases.lock.yml"

    def deploy(code: int) -> PlaybookRun:
        return school.play("deploy", "--limit", "poste").assert_code(code)

    first = school.play("prepare").assert_code(2)
    waits = yaml.safe_load(lock.read_text(encoding="utf-8"))
    assert (waits["pronote_releases"], list(waits["pronote_installers"])) == ({}, ["pronote_client"])
    # What waits is no release: nothing is brought to any station, and that is said.
    assert "2026.2.7" in deploy(2).output
    assert school.lab.installer_starts() == []

    command = _told(first, "Next, record the answers to its dialogs:")
    assert (command[0], Path(command[1]).name) == ("ansible-playbook", "record_response.yml")
    given = command[command.index("-e") :]
    assert given[:4] == ["-e", "pronote_record_station=STATION", "-e", "pronote_record_release=2026.2.7"]
    arguments = [each.replace("STATION", "reference") for each in given[:4]]
    recorded = school.play("record_response", *arguments, "-e", json.dumps(_RECORDED)).assert_code(0)
    next_command = _told(recorded, "Next, publish the release with it:")
    assert (next_command[0], Path(next_command[1]).name) == ("ansible-playbook", "prepare.yml")

    published = school.play("prepare").assert_code(0)
    (told,) = published.of("prepare").values()
    assert [(each["status"], each["received"]) for each in told["releases"]] == [("published", 0)]
    assert "pronote_installers" not in yaml.safe_load(lock.read_text(encoding="utf-8"))
    again: dict[str, Any] = next(iter(school.play("prepare").assert_code(0).of("prepare").values()))
    assert not again["changed"]

    assert deploy(0).of("client")["poste"]["changed"]
    assert school.releases(school.play("audit", "--limit", "poste").assert_code(0)) == {"poste": "2026.2.7 x64"}
