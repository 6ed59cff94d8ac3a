"""playbooks/record_response.yml: record on a reference station, publish the recording, deploy with it."""

from __future__ import annotations

import hashlib
import json
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

    def __init__(self, school: School, name: str, store: Path | None = None) -> None:
        self.school = school
        self.name = name
        self.store = store or school.inventory / "responses"
        (installer,) = [each for each in school.lab.info["installers"] if each["arch"] == "x64"]
        self.setup = Path(installer["files"]["setup.exe"])
        self.product_code = str(installer["product_code"])
        self.digest = hashlib.sha256(self.setup.read_bytes()).hexdigest()

    def play(self, *arguments: str, **variables: Any) -> PlaybookRun:
        values = {
            "pronote_record_station": self.name,
            "pronote_release": "2026.2.7",
            "pronote_timeouts": {"poll": 0.2, "start": 8, "verify": 20},
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
    # What the release was called, and the pause between two looks.
    earlier = {"pronote_record_station": "reference", "pronote_record_release": "2026.2.7"}
    earlier_times = ("-e", "pronote_record_poll_interval=0.2", "-e", "pronote_record_verify_timeout=20")
    named = school.play("record_response", "-e", json.dumps(earlier), *earlier_times).assert_code(0)
    assert reference.actions(named) == ["none", "none"]
    for arguments in (("--check", "--diff"), *([] if school.on_wine else [()])):
        again = reference.play(*arguments).assert_code(0)
        assert not reference.result(again)["changed"]
    assert school.lab.snapshots() == settled
    assert len(reference.starts()) == starts

    # The lab has published its own response files: what was recorded takes their place, and stations take it.
    values = {
        "pronote_depot_path": school.lab.info["depot_folder"],
        "pronote_release": "2026.2.7",
        "pronote_publish_installer": str(reference.setup),
        "pronote_responses": {
            "install": str(reference.store / f"{_NAME}.iss"),
            # As an inventory with both architectures has it.
            "uninstall": {"x64": str(reference.store / f"{_NAME}-uninstall.iss"), "x86": "/nowhere"},
        },
        "pronote_product_code": {"x64": metadata["product_code"]},
        "pronote_lock_file": str(tmp_path / "lock.yml"),
        "pronote_timeouts": {"setup": 120},
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


# One run for all of them: a store each, since they record the same release.
STORES = "{{ inventory_dir }}/responses/{{ inventory_hostname }}"
PEOPLE: dict[str, dict[str, Any]] = {
    "annule": {**_ADMINISTRATOR, "person": "cancels"},
    "lance": {**_ADMINISTRATOR, "person": "launches"},
    "parti": {**_ADMINISTRATOR, "person": "away"},
    "eleve": {"session_open": "eleve"},
    "vide": {},
    "occupe": {**_ADMINISTRATOR, "clients": [{"release": "2026.1.3"}]},
    "anglais": {**_ADMINISTRATOR, "language": "en"},
    "bon": {**_ADMINISTRATOR, "arch": "x64"},
}


@pytest.fixture(scope="module")
def people(start_school: StartSchool) -> School:
    releases = [{"release": "2026.2.7", "arch": arch} for arch in ("x64", "x86")]
    return start_school([{"name": name, **options} for name, options in PEOPLE.items()], releases=releases)


def test_what_goes_wrong_at_one_station_stops_no_other(people: School) -> None:
    stores = people.inventory / "responses"
    references = {name: Reference(people, name, stores / name) for name in PEOPLE}
    run = references["bon"].play(
        "-f",
        "50",
        pronote_record_station="pronote_stations",
        pronote_response_dir=STORES,
        pronote_timeouts={"poll": 0.2, "start": 8, "answer": 8, "verify": 5},
    )
    run.assert_code(2)
    results = run.of("response_record")
    assert {name for name, result in results.items() if result["outcome"] == "ok"} == {"anglais", "bon"}
    for name, fact in {
        "annule": "neither a list of dialogs nor their answers",
        "lance": "a box of the last dialog is ticked (SdFinish-0 bOpt1=1)",
        "parti": "the setup still waits for its dialogs to be answered after 8 s",
        "eleve": "the setup did not appear: the task starts in the session of an administrator only",
        "vide": "nobody is logged on at the station",
        "occupe": "an installed client of 2026 makes the setup show other dialogs",
    }.items():
        assert fact in results[name]["fact"], name
        assert results[name]["remedy"], name
    # Nothing ran where it should not have, and nothing of ours is left but where the person may still come back.
    assert references["eleve"].starts() == references["vide"].starts() == references["occupe"].starts() == []
    for name in set(PEOPLE) - {"parti"}:
        references[name].nothing_left()
    assert results["parti"]["kind"] == "running"
    # What was refused can be looked at, and is taken for no recording.
    assert references["lance"].files() == [f"{_NAME}.rejected"]
    assert references["annule"].files() == [f"{_NAME}.rejected"]
    assert references["parti"].files() == []
    assert len(references["bon"].files()) == 4
    # Recorded on a French and on an English Windows, the answers are the same.
    names = [name for name in references["bon"].files() if name.endswith(".iss")]
    for name in names:
        assert (references["bon"].store / name).read_bytes() == (references["anglais"].store / name).read_bytes()

    # He does not come back: whoever gives up leaves nothing, and says so before.
    gone = references["parti"]
    give_up = {"pronote_record_state": "absent", "pronote_response_dir": STORES}
    before = people.lab.snapshots()
    check = gone.play("--check", **give_up).assert_code(0)
    assert gone.actions(check) == ["cancel", "none"]
    assert people.lab.snapshots() == before
    assert gone.actions(gone.play(**give_up).assert_code(0)) == ["cancel", "none"]
    gone.nothing_left()
    assert not gone.result(gone.play(**give_up).assert_code(0))["changed"]
